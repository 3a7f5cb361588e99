// By parts: the whole of it holds what Next.js warns of at the edge.
import type { CryptoKey } from 'jose'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { compactVerify } from 'jose/jws/compact/verify'
import { TokenError } from './errors.js'

// Whole bytes, and no spare bits set: one signature has one spelling.
const BASE64URL =
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/

/**
 * The payload of a compact JWS of the type, signed by a key of the set with ES256.
 *
 * Its header says these three things and nothing else: a `jku`, `jwk`, `x5c` or `crit` refuses it
 * before anything is fetched or computed. Throws `token.invalid`, and what `keyFor` throws.
 */
export async function signedPayload(
  jws: string,
  type: string,
  keyFor: (kid: string) => Promise<CryptoKey | undefined>,
): Promise<Record<string, unknown>> {
  const parts = jws.split('.')
  if (parts.length !== 3 || !parts.every((part) => part && BASE64URL.test(part))) {
    throw new TokenError('token.invalid')
  }
  const header = headerOf(jws)
  const { alg, typ, kid } = header
  const plain = Object.keys(header).length === 3
  if (!plain || alg !== 'ES256' || typ !== type || typeof kid !== 'string') {
    throw new TokenError('token.invalid')
  }
  const key = await keyFor(kid)
  if (!key) throw new TokenError('token.invalid')
  try {
    const { payload } = await compactVerify(jws, key, { algorithms: ['ES256'] })
    return objectOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)))
  } catch {
    throw new TokenError('token.invalid')
  }
}

function headerOf(jws: string): Record<string, unknown> {
  try {
    return decodeProtectedHeader(jws)
  } catch {
    throw new TokenError('token.invalid')
  }
}

/** The value, if it is a JSON object. */
export function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenError('token.invalid')
  }
  return value as Record<string, unknown>
}
