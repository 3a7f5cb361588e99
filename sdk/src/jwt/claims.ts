import { TokenError } from './errors.js'

/** What an access token says, once it was found good. Times are seconds since 1970. */
export interface AccessTokenClaims {
  /** The issuer. With `sub`, the one name of a person that never changes. */
  iss: string
  /** The one API that it is for. */
  aud: string
  /** The account, `usr_…`. */
  sub: string
  /** The client that it was issued to, `cli_…`, or `first_party`. */
  client_id: string
  /** The session, `ses_…`; absent where a client has got it for itself. */
  sid?: string
  /** The token, `tok_…`. */
  jti: string
  iat: number
  exp: number
  nbf?: number
  /** When the person proved who they are. */
  auth_time?: number
  /** How (RFC 8176). */
  amr?: string[]
  /** How sure that makes it. */
  acr?: string
  /** What it was narrowed to: permissions with spaces between. */
  scope?: string
  /** Names of the roles that are held everywhere. */
  roles: string[]
  /** What these give, within `scope`; absent if they are more than 100. */
  permissions?: string[]
  /** Where to ask for one permission, if they are more than 100. */
  permissions_ref?: string
  /** The thumbprint of the key that its bearer has to prove (RFC 9449). */
  cnf?: { jkt: string }
}

/** What claims have to be like here and now. */
export interface Expected {
  issuer: string
  audience: string
  /** Seconds since 1970. */
  now: number
  /** Seconds by which clocks may differ. */
  skew: number
}

/** The longest time that a token counts, in seconds. */
const LONGEST = 900

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isTime = (value: unknown): value is number => Number.isSafeInteger(value)
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)
const orAbsent = (value: unknown, is: (value: unknown) => boolean) =>
  value === undefined || is(value)

/**
 * The claims, if they are a token's for this audience and its time is now. A claim of another type
 * than it should be makes the token invalid: it is never taken for absent.
 *
 * Throws `token.invalid` and `token.expired`.
 */
export function checkedClaims(
  payload: Record<string, unknown>,
  expected: Expected,
): AccessTokenClaims {
  const { issuer, audience, now, skew } = expected
  const { iat, exp, nbf } = payload
  const right =
    payload.iss === issuer &&
    payload.aud === audience &&
    [payload.sub, payload.client_id, payload.jti].every(isText) &&
    isTexts(payload.roles) &&
    [payload.sid, payload.acr].every((value) => orAbsent(value, isText)) &&
    orAbsent(payload.scope, (value) => typeof value === 'string') &&
    orAbsent(payload.auth_time, isTime) &&
    orAbsent(payload.amr, isTexts) &&
    orAbsent(payload.permissions, isTexts) &&
    orAbsent(payload.permissions_ref, (value) => value === `${issuer}/v1/check`) &&
    orAbsent(payload.cnf, isConfirmation)
  if (!right || !isTime(iat) || !isTime(exp)) throw new TokenError('token.invalid')
  // The feed keeps what has ended for longer than any token counts, but no longer.
  if (exp <= iat || exp - iat > LONGEST || iat > now + skew) throw new TokenError('token.invalid')
  if (nbf !== undefined && (!isTime(nbf) || nbf > now + skew)) throw new TokenError('token.invalid')
  if (exp <= now) throw new TokenError('token.expired')
  return payload as unknown as AccessTokenClaims
}

function isConfirmation(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isText((value as { jkt?: unknown }).jkt)
}
