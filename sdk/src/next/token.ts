import type { AccessTokenClaims } from '../jwt/index.js'
import { decoded, sessionCookieOf } from './cookies.js'
import { type AnyHeaders, headerOf, type WithHeaders } from './headers.js'
import { cookieHeaderHere, headersHere } from './here.js'
import { type DoorwardConfig, settingsOf } from './settings.js'
import { askToken, checkNew, keptToken } from './tokens.js'

/** Whose token, and for what. */
export interface GetTokenOptions {
  /** The request; if absent, that which a server component or action belongs to. */
  req?: WithHeaders | { headers: object }
  /** Another API that the token shall be for: one of the service's `token.audiences`. */
  audience?: string
  /** Whether to answer the token itself, to call that API with. It is a secret. */
  raw?: boolean
}

/** See `createGetToken`. */
export interface GetToken {
  (options: GetTokenOptions & { raw: true }): Promise<string | null>
  (options?: GetTokenOptions & { raw?: false; audience?: never }): Promise<AccessTokenClaims | null>
}

/**
 * `getToken({ req })`: what the caller's access token says, or null for who is not signed in: that
 * which the proxy keeps, or a new one. `getToken({ req, raw: true, audience })`: the token itself,
 * for calling another service.
 *
 * Throws `DoorwardUnavailable` if there is none to be had.
 */
export function createGetToken(config: DoorwardConfig): GetToken {
  const getToken = async (options: GetTokenOptions = {}) => {
    const settings = settingsOf(config)
    const headers = (options.req?.headers as AnyHeaders | undefined) ?? (await headersHere())
    const sent = options.req ? headerOf(headers, 'cookie') : await cookieHeaderHere()
    const session = sessionCookieOf(sent)
    if (!session) return null
    const { audience } = options
    const kept = audience === undefined ? await keptToken(settings, sent, session) : undefined
    if (kept) return options.raw ? kept.token : kept.claims
    const got = await askToken(settings, headers, session, audience)
    if ('refused' in got) return null
    return options.raw ? got.token : (await checkNew(settings, got.token)).claims
  }
  return getToken as GetToken
}

/**
 * The session cookie's value, or null. That there is one says nothing of who is calling: use it
 * for no more than a hint. It is a secret.
 */
export function getSessionCookie(request: WithHeaders): string | null {
  const cookie = sessionCookieOf(headerOf(request.headers, 'cookie'))
  return cookie ? decoded(cookie.value) : null
}
