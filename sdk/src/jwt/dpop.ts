import type { JWTPayload } from 'jose'
import { EmbeddedJWK } from 'jose/jwk/embedded'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { jwtVerify } from 'jose/jwt/verify'
import { base64url, sha256 } from './base64url.js'
import { TokenError } from './errors.js'
import { objectOf } from './jws.js'

/** A proof of possession (RFC 9449) and the request that it came with. */
export interface DpopProof {
  /** The one `DPoP` header. */
  proof: string
  /** The request's method. */
  method: string
  /** The request's address as the caller wrote it: scheme, host and path. */
  url: string
}

/** Seconds for which a proof counts after it was made, and by which clocks may differ. */
const LIFE = 60
const AHEAD = 10
/** The algorithms that the issuer takes as well. */
const ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256']
const LONGEST_PROOF = 8_192
const LONGEST_JTI = 256
/** Proofs that are remembered at most. More in so short a time are refused. */
const MOST = 100_000

/** Checks proofs of possession; each counts once in this process. */
export class Proofs {
  readonly #clock: () => number
  readonly #used = new Map<string, number>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Throws `token.proof_invalid` unless the proof is of this key, token, request and time. */
  async check(given: DpopProof, token: string, thumbprint: string): Promise<void> {
    const now = this.#clock() / 1000
    const { jwk, payload } = await read(given.proof, now)
    const { jti, iat, htm, htu, ath } = payload
    const right =
      typeof jti === 'string' &&
      jti !== '' &&
      jti.length <= LONGEST_JTI &&
      typeof iat === 'number' &&
      now - iat <= LIFE &&
      iat - now <= AHEAD &&
      htm === given.method &&
      typeof htu === 'string' &&
      sameAddress(htu, given.url) &&
      ath === base64url(await sha256(token)) &&
      (await calculateJwkThumbprint(jwk)) === thumbprint
    if (!right || !this.#firstTime(`${thumbprint}.${jti}`, now)) refuse()
  }

  #firstTime(id: string, now: number): boolean {
    // Entries stand in the order in which they end.
    for (const [used, until] of this.#used) {
      if (until > now) break
      this.#used.delete(used)
    }
    if (this.#used.has(id) || this.#used.size >= MOST) return false
    this.#used.set(id, now + LIFE + AHEAD + 1)
    return true
  }
}

function refuse(): never {
  throw new TokenError('token.proof_invalid')
}

async function read(
  proof: string,
  now: number,
): Promise<{ jwk: Record<string, string>; payload: JWTPayload }> {
  if (proof.length > LONGEST_PROOF) refuse()
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: ALGORITHMS,
      typ: 'dpop+jwt',
      currentDate: new Date(now * 1000),
    })
    // The thumbprint tells whose key it is; EmbeddedJWK has refused a private one.
    return { jwk: objectOf(protectedHeader.jwk) as Record<string, string>, payload }
  } catch {
    return refuse()
  }
}

/** Whether two addresses are one, but for query and fragment. */
function sameAddress(one: string, other: string): boolean {
  const normal = (text: string) => {
    const url = new URL(text)
    return `${url.protocol}//${url.host}${url.pathname}`
  }
  return URL.canParse(one) && URL.canParse(other) && normal(one) === normal(other)
}
