import { type AnyHeaders, headerOf } from './headers.js'

const SAFE = ['GET', 'HEAD', 'OPTIONS']

/**
 * Whether a request may change something: it comes from a page of the app's own or a listed
 * origin, or from no page at all. Browsers send cookies also with what a page of another host of
 * the same site makes them send; `Sec-Fetch-Site` and `Origin` are set by themselves.
 */
export function isOwnOrigin(
  method: string,
  headers: AnyHeaders,
  allowed: readonly string[] = [],
): boolean {
  if (SAFE.includes(method.toUpperCase())) return true
  const site = headerOf(headers, 'sec-fetch-site')
  const origin = headerOf(headers, 'origin')
  if (site === 'same-origin' || (site === 'none' && origin === null)) return true
  if (origin === null) return site === null
  if (allowed.includes(origin)) return true
  const host = headerOf(headers, 'x-forwarded-host') ?? headerOf(headers, 'host')
  return host !== null && URL.canParse(origin) && new URL(origin).host === host
}
