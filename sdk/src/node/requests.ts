import type { IncomingMessage } from 'node:http'
import type { DpopProof } from '../jwt/index.js'
import { Refused } from './refusals.js'

/** What an `Authorization` header offers. */
export interface Offered {
  token: string
  dpop?: DpopProof
}

/**
 * The access token of a request; undefined if it has no `Authorization` at all. Another scheme is
 * refused, and so is a second header: which of two counts must not depend on who reads them.
 *
 * `origin` is this API's own, by which the address that a proof is made for is known.
 */
export function tokenOf(request: IncomingMessage, origin?: string): Offered | undefined {
  const { authorization } = request.headers
  if (authorization === undefined) return undefined
  if ((request.headersDistinct.authorization?.length ?? 0) > 1) throw invalid()
  const [, scheme = '', token] = /^(Bearer|DPoP) +([^\s,]+)$/i.exec(authorization) ?? []
  if (!token) throw invalid()
  if (scheme.toLowerCase() === 'bearer') return { token }
  const proofs = request.headersDistinct.dpop ?? []
  const [proof] = proofs
  if (!origin || proofs.length !== 1 || !proof) throw invalid()
  const { method = '' } = request
  return { token, dpop: { proof, method, url: origin + pathOf(request) } }
}

function invalid(): Refused {
  return new Refused('auth.token_invalid', 'Bearer error="invalid_token"')
}

/** The path as it was asked for, also where a router has taken its beginning away. */
function pathOf(request: IncomingMessage): string {
  const { originalUrl } = request as { originalUrl?: string }
  return (originalUrl ?? request.url ?? '/').split('?', 1)[0] as string
}

/** The service's session cookie alone, as it was sent. */
export function sessionCookieOf(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  // The first name is that over https, which no other host can set.
  return ['__Host-doorward=', 'doorward=']
    .map((name) => pairs.find((pair) => pair.startsWith(name)))
    .find(Boolean)
}

const SAFE = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses what a page of another origin makes the browser send along with the cookie: unsafe
 * requests have `Sec-Fetch-Site: same-origin`, or an `Origin` that is listed or has this request's
 * own host, or neither header, as programs have.
 */
export function refuseForeignPage(request: IncomingMessage, origins: readonly string[]): void {
  if (SAFE.includes(request.method ?? '')) return
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined && origins.includes(origin)) return
  if (site !== undefined) {
    if (site === 'same-origin') return
  } else if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) {
    return
  }
  throw new Refused('csrf.origin_refused')
}
