import { type AccessTokenClaims, createVerifier, TokenError, type Verifier } from '../jwt/index.js'
import { askJson, onBehalf } from './ask.js'
import { decoded, parseCookies, type SentCookie, tokenCookieName } from './cookies.js'
import { type AnyHeaders, readable } from './headers.js'
import type { Settings } from './settings.js'
import { DoorwardUnavailable } from './unavailable.js'

/** An access token that was found good. */
export interface GoodToken {
  token: string
  claims: AccessTokenClaims
}

/** Why there is no token for a session. */
export interface NoToken {
  refused: 'auth.not_signed_in' | 'auth.second_factor_needed'
}

// A verifier keeps the keys, so there is one for each service that is asked by the same means.
const verifiers = new WeakMap<typeof fetch, Map<string, Verifier>>()

/** Checks tokens of the service that are for the service itself. */
export function verifierOf(settings: Settings): Verifier {
  const { url, issuer, fetch } = settings
  const known = verifiers.get(fetch) ?? new Map<string, Verifier>()
  verifiers.set(fetch, known)
  const name = `${url} ${issuer}`
  const verifier =
    known.get(name) ??
    createVerifier({
      issuer,
      audience: issuer,
      serviceUrl: url,
      // The settings have looked at the address already.
      allowHttp: true,
      // Tokens are short-lived here, and whatever a page or handler gives out is checked again.
      revocations: 'off',
      fetch: (address, init) => fetch(address, init),
    })
  known.set(name, verifier)
  return verifier
}

/** Stands for a session in its token's cookie: a token of another session is none. */
async function markOf(session: SentCookie): Promise<string> {
  const bytes = new TextEncoder().encode(decoded(session.value))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).slice(0, 16)
  const text = btoa(String.fromCharCode(...hash))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The value of the cookie that keeps a session's token. */
export async function tokenCookieValue(session: SentCookie, token: string): Promise<string> {
  return `${await markOf(session)}.${token}`
}

/**
 * The token of the session's own token cookie, or undefined if there is no good one.
 *
 * Throws {@link DoorwardUnavailable} if the keys can't be had.
 */
export async function keptToken(
  settings: Settings,
  cookieHeader: string | null,
  session: SentCookie,
): Promise<GoodToken | undefined> {
  const name = tokenCookieName(session.name)
  const value = parseCookies(cookieHeader).find((cookie) => cookie.name === name)?.value ?? ''
  const at = value.indexOf('.')
  if (at < 0 || value.slice(0, at) !== (await markOf(session))) return undefined
  const token = value.slice(at + 1)
  try {
    return { token, claims: await verifierOf(settings).verify(token) }
  } catch (cause) {
    if (!(cause instanceof TokenError)) throw cause
    if (cause.code !== 'token.undecided') return undefined
    throw new DoorwardUnavailable("its keys can't be had", { cause })
  }
}

/**
 * Asks the service for a token of the session. Its refresh token is not kept: the session itself
 * gets the next.
 *
 * Throws {@link DoorwardUnavailable} if the service does not answer, or not as it should.
 */
export async function askToken(
  settings: Settings,
  headers: AnyHeaders,
  session: SentCookie,
  audience?: string,
): Promise<{ token: string; seconds: number } | NoToken> {
  const cookie = `${session.name}=${session.value}`
  const { response, json } = await askJson(settings, '/v1/auth/token', {
    method: 'POST',
    headers: {
      ...onBehalf(settings, readable(headers), cookie),
      'content-type': 'application/json',
    },
    body: JSON.stringify(audience === undefined ? {} : { audience }),
  })
  const answer = (json ?? {}) as Record<string, unknown>
  const { access_token: token, expires_in: seconds, code } = answer
  if (response.status === 200 && typeof token === 'string' && typeof seconds === 'number') {
    return { token, seconds }
  }
  if (response.status === 401) return { refused: 'auth.not_signed_in' }
  if (response.status === 403 && code === 'auth.second_factor_needed') return { refused: code }
  const why = code === 'tokens.invalid_target' ? code : `status ${response.status}`
  throw new DoorwardUnavailable(`there is no token (${why})`)
}

/**
 * Checks a token that the service has just given.
 *
 * Throws {@link DoorwardUnavailable} if it is not good: then the service is not the one that the
 * app takes it for.
 */
export async function checkNew(settings: Settings, token: string): Promise<GoodToken> {
  try {
    return { token, claims: await verifierOf(settings).verify(token) }
  } catch (cause) {
    throw new DoorwardUnavailable(
      `its token is not one of ${settings.issuer}: is DOORWARD_ISSUER its public_url?`,
      { cause },
    )
  }
}
