import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { AccessTokenClaims, Fetch } from '../jwt/index.js'
import { mark } from '../jwt/revocations.js'

/** Whose tokens are made up. */
export interface TestIssuerOptions {
  /** `https://id.example.test` if absent. */
  issuer?: string
  /** `https://api.example.test` if absent. */
  audience?: string
  /** Milliseconds since 1970; `Date.now` if absent. */
  clock?: () => number
}

/** What ends before its time: whatever has this value of the claim, or everything. */
export type Ended = Partial<
  Record<'sid' | 'jti' | 'sub' | 'client_id' | 'role', string> & { all: true }
>

/** An issuer that stands in for the service: it signs tokens and publishes keys and revocations. */
export interface TestIssuer {
  issuer: string
  audience: string
  clock: () => number
  /** Answers in the service's place: key set and revocations, and 404 to all else. */
  fetch: Fetch
  /** A token that is good for five minutes, but for what the claims say otherwise. */
  token(claims?: Partial<AccessTokenClaims>): Promise<string>
  /** Any payload under any header, signed with the present key. */
  sign(payload: object, header?: object): Promise<string>
  /** The signed list of revocations, but for what the members say otherwise. */
  revocationList(members?: object): Promise<string>
  /** Ends tokens from the next list on. */
  revoke(ended: Ended): Promise<void>
  /** Signs with a new key from now on; those before stay in the key set. */
  rotate(): Promise<void>
}

const SECONDS = 300
const LIST_SECONDS = 90

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { privateKey, kid, jwk: { ...jwk, use: 'sig', alg: 'ES256', kid } }
}

/** What has ended, as the list of revocations has it. */
function newEnds(seconds: () => number) {
  const before = {
    sub: {} as Record<string, number>,
    client_id: {} as Record<string, number>,
    role: {} as Record<string, number>,
    all: null as number | null,
  }
  const members = { sessions: [] as string[], tokens: [] as string[], before }
  async function revoke({ sid, jti, sub, client_id, role, all }: Ended): Promise<void> {
    if (sid) members.sessions.push(await mark('sid', sid))
    if (jti) members.tokens.push(await mark('jti', jti))
    if (sub) before.sub[await mark('sub', sub)] = seconds()
    if (client_id) before.client_id[await mark('client_id', client_id)] = seconds()
    if (role) before.role[await mark('role', role)] = seconds()
    if (all) before.all = seconds()
  }
  return { members, revoke }
}

/** The claims of somebody without roles who has just signed in with a password. */
function claimsOf(issuer: string, audience: string, iat: number): AccessTokenClaims {
  return {
    iss: issuer,
    aud: audience,
    sub: 'usr_06awk5n2q3w0r8d1e4t7y9v2m4',
    client_id: 'first_party',
    sid: 'ses_06awk5n2q3w0r8d1e4t7y9v2m4',
    jti: `tok_${crypto.randomUUID()}`,
    iat,
    exp: iat + SECONDS,
    auth_time: iat,
    acr: 'aal1',
    amr: ['pwd'],
    roles: [],
  }
}

/** An issuer for tests: pass its `issuer`, `audience`, `fetch` and `clock` to a verifier. */
export async function createTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { clock = Date.now } = options
  const { issuer = 'https://id.example.test', audience = 'https://api.example.test' } = options
  const seconds = () => Math.floor(clock() / 1000)
  const keys: Awaited<ReturnType<typeof newKey>>[] = []
  const rotate = async () => {
    keys.unshift(await newKey())
  }
  await rotate()
  const { members: ends, revoke } = newEnds(seconds)

  async function sign(payload: object, header: object = {}): Promise<string> {
    const [key] = keys as [(typeof keys)[number]]
    return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
      .sign(key.privateKey)
  }

  function token(claims: Partial<AccessTokenClaims> = {}): Promise<string> {
    const common = claimsOf(issuer, audience, claims.iat ?? seconds())
    const permissions = claims.permissions_ref === undefined ? { permissions: [] } : {}
    return sign({ ...common, ...permissions, ...claims })
  }

  function revocationList(members: object = {}): Promise<string> {
    const iat = seconds()
    const list = { iss: issuer, iat, exp: iat + LIST_SECONDS, v: 1, ...ends, ...members }
    return sign(list, { typ: 'doorward-revocations+jwt' })
  }

  const fetch: Fetch = async (url) => {
    if (url === `${issuer}/.well-known/jwks.json`) {
      return Response.json({ keys: keys.map(({ jwk }) => jwk) })
    }
    if (url === `${issuer}/.well-known/doorward/revocations`) {
      const headers = { 'Content-Type': 'application/jwt', ETag: `W/"${crypto.randomUUID()}"` }
      return new Response(await revocationList(), { headers })
    }
    return new Response(null, { status: 404 })
  }

  return { issuer, audience, clock, fetch, token, sign, revocationList, revoke, rotate }
}
