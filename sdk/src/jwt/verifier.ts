import { checkedUrl } from '../core/url.js'
import { type AccessTokenClaims, checkedClaims } from './claims.js'
import { type DpopProof, Proofs } from './dpop.js'
import { TokenError } from './errors.js'
import type { Fetch } from './fetching.js'
import { signedPayload } from './jws.js'
import { Keys } from './keys.js'
import { Feed } from './revocations.js'

/** Whose tokens are taken, and how what is needed for it is had. */
export interface VerifierOptions {
  /** The service's origin, as tokens name it: `https://id.example.com`. */
  issuer: string
  /** Your own name, as tokens name it, letter by letter. */
  audience: string
  /** Where the service is reached, if that is not at the issuer's address. */
  serviceUrl?: string
  /** Lets `serviceUrl` be http in a network that nobody else is in. */
  allowHttp?: boolean
  /** Where the key set is, if not at the service's `/.well-known/jwks.json`. */
  jwksUrl?: string
  /**
   * `poll`, which is meant if absent: whoever was signed out is refused within two seconds, and
   * everybody while the service can't be reached for more than 90. `off`: tokens count until they
   * expire, 15 minutes at most.
   */
  revocations?: 'poll' | 'off'
  /** Seconds by which clocks may differ, 60 at most; 30 if absent. */
  clockSkew?: number
  /**
   * A credential of your own, `Bearer …`, that asks what a token does not say, as `allows` does.
   * Its owner needs `roles:read`. Without it the token asks for itself, which the service answers
   * only for tokens whose audience it is itself.
   */
  authorization?: () => string | Promise<string>
  fetch?: Fetch
  /** Milliseconds since 1970; `Date.now` if absent. */
  clock?: () => number
}

/** What else a request brings. */
export interface VerifyOptions {
  /** The proof of a token that is bound to a key. Without one such a token is refused. */
  dpop?: DpopProof
}

/** Checks access tokens by itself. */
export interface Verifier {
  /**
   * The claims of a good token. Throws a {@link TokenError}, `token.undecided` where nothing is
   * known because the service can't be reached: then let nobody in.
   */
  verify(token: string, options?: VerifyOptions): Promise<AccessTokenClaims>
  /**
   * Whether claims that `verify` gave hold a permission. Asks the service if there are more than
   * the token lists; throws `token.undecided` if that does not answer.
   */
  allows(claims: AccessTokenClaims, permission: string): Promise<boolean>
  /** Lets go of keys and list. What is verified later is refused as undecided. */
  close(): void
}

const LONGEST_TOKEN = 16_384
const MOST_SKEW = 60
const TIMEOUT = 5_000

/** A verifier of one issuer's tokens for one audience. Make one and keep it: it keeps the keys. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { audience, revocations = 'poll', clockSkew: skew = 30, clock = Date.now } = options
  const issuer = issuerOf(options.issuer)
  const service = checkedUrl(options.serviceUrl ?? issuer, options.allowHttp)
  if (!audience) throw new TypeError('doorward: the audience is missing')
  if (!(skew >= 0 && skew <= MOST_SKEW)) {
    throw new TypeError(`doorward: clocks may differ by ${MOST_SKEW} seconds at most`)
  }
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const jwksUrl = checkedUrl(
    options.jwksUrl ?? `${service}/.well-known/jwks.json`,
    options.allowHttp,
  )
  const keys = new Keys(jwksUrl, fetch, clock)
  const keyFor = (kid: string) => keys.find(kid)
  const url = `${service}/.well-known/doorward/revocations`
  const feed =
    revocations === 'off' ? undefined : new Feed({ url, issuer, fetch, clock, skew, keyFor })
  const proofs = new Proofs(clock)
  const tokens = new WeakMap<AccessTokenClaims, string>()
  let closed = false

  async function verify(token: string, { dpop }: VerifyOptions = {}): Promise<AccessTokenClaims> {
    if (closed) throw new TokenError('token.undecided')
    if (typeof token !== 'string' || token.length > LONGEST_TOKEN) {
      throw new TokenError('token.invalid')
    }
    const payload = await signedPayload(token, 'at+jwt', keyFor)
    const now = Math.floor(clock() / 1000)
    const claims = checkedClaims(payload, { issuer, audience, now, skew })
    await feed?.check(claims)
    // A bound token is no bearer token, and one that is not bound is nothing else.
    if (!claims.cnf !== !dpop) throw new TokenError('token.proof_invalid')
    if (claims.cnf && dpop) await proofs.check(dpop, token, claims.cnf.jkt)
    tokens.set(claims, token)
    return claims
  }

  async function allows(claims: AccessTokenClaims, permission: string): Promise<boolean> {
    const token = tokens.get(claims)
    if (!token) throw new TypeError('doorward: pass the claims that verify gave')
    if (claims.permissions) return claims.permissions.includes(permission)
    const narrowed = claims.scope !== undefined && !claims.scope.split(' ').includes(permission)
    if (!claims.permissions_ref || narrowed) return false
    const authorization = (await options.authorization?.()) ?? `Bearer ${token}`
    return asked({ fetch, url: `${service}/v1/check`, authorization }, claims.sub, permission)
  }

  return {
    verify,
    allows,
    close: () => {
      closed = true
    },
  }
}

interface Asking {
  fetch: Fetch
  url: string
  authorization: string
}

/** Whether the service says that the account holds the permission. */
async function asked(asking: Asking, user: string, permission: string): Promise<boolean> {
  const { fetch, url, authorization } = asking
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { Authorization: authorization, 'Content-Type': 'application/json' },
      body: JSON.stringify({ checks: [{ permission, user_id: user }] }),
      signal: AbortSignal.timeout(TIMEOUT),
      redirect: 'manual',
      cache: 'no-store',
      credentials: 'omit',
    })
    if (!response.ok) throw new Error(`unexpected status ${response.status}`)
    const { results } = (await response.json()) as { results: { allowed?: unknown }[] }
    return results[0]?.allowed === true
  } catch {
    throw new TokenError('token.undecided')
  }
}

/** An issuer is an origin: what tokens say is compared with it letter by letter. */
function issuerOf(text: string): string {
  const issuer = checkedUrl(text)
  if (new URL(issuer).origin !== text) {
    throw new TypeError('doorward: the issuer must be an origin, such as https://id.example.com')
  }
  return issuer
}

const MOST_VERIFIERS = 32
const verifiers = new Map<string, Verifier>()

/**
 * The claims of a good token, as {@link Verifier.verify} has them, by a verifier that is kept for
 * further calls with the same issuer, audience and addresses.
 */
export function verifyAccessToken(
  token: string,
  options: Omit<VerifierOptions, 'fetch' | 'clock' | 'authorization'> & VerifyOptions,
): Promise<AccessTokenClaims> {
  const { dpop, ...rest } = options
  const name = JSON.stringify(rest)
  let verifier = verifiers.get(name)
  if (!verifier) {
    if (verifiers.size >= MOST_VERIFIERS) verifiers.clear()
    verifier = createVerifier(rest)
    verifiers.set(name, verifier)
  }
  return verifier.verify(token, dpop ? { dpop } : {})
}
