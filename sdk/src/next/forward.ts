import { ask } from './ask.js'
import { isOwnCookie, ownCookies, setsSession, withoutToken } from './cookies.js'
import { servicePath } from './paths.js'
import { downPage, problem } from './problem.js'
import { type DoorwardConfig, type Settings, settingsOf } from './settings.js'
import { DoorwardUnavailable, report } from './unavailable.js'

/** The largest body that is passed on, in bytes: as much as the service takes. */
const MAX_BODY = 64 * 1024

/**
 * What is passed on of a request. `Origin` and `Sec-Fetch-*` must be: by them the service tells a
 * page of the app from one of another site.
 */
const ASKED = [
  'accept',
  'accept-language',
  'content-type',
  'dpop',
  'if-match',
  'if-none-match',
  'origin',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'user-agent',
  'x-auth-return-redirect',
]

/** What is passed back of an answer, beside its cookies and `Location`. */
const ANSWERED = [
  'allow',
  'cache-control',
  'clear-site-data',
  'content-disposition',
  'content-language',
  'content-security-policy',
  'content-type',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'dpop-nonce',
  'etag',
  'last-modified',
  'link',
  'permissions-policy',
  'ratelimit',
  'ratelimit-policy',
  'referrer-policy',
  'refresh',
  'retry-after',
  'strict-transport-security',
  'vary',
  'www-authenticate',
  'x-content-type-options',
  'x-frame-options',
  'x-request-id',
]

/** Where there are tokens of the service, and those of other services that it keeps. */
const TOKENS = /^\/v1\/(auth|me\/identities\/[^/]+)\/token$/

/** What Next.js passes to a route handler beside the request. */
export interface RouteContext {
  params: Promise<Record<string, string | string[] | undefined>>
}

/** A route handler of the app router. */
export type RouteHandler = (request: Request, context: RouteContext) => Promise<Response>

/** One handler for each method that the service knows. */
export type Handlers = Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', RouteHandler>

/** The handlers for `app/api/doorward/[...path]/route.ts`. */
export function createHandlers(config: DoorwardConfig): Handlers {
  const handle: RouteHandler = async (request, context) => {
    try {
      return await forward(settingsOf(config), request, await context.params)
    } catch (error) {
      if (!(error instanceof DoorwardUnavailable)) throw error
      // Who has gone does not wait for an answer, and that is no fault of the service.
      if (!request.signal.aborted) report(error)
      return isNavigation(request) ? downPage() : problem(503, 'server.unavailable')
    }
  }
  return { GET: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle }
}

/** Whether a person waits for a page. */
function isNavigation(request: Request): boolean {
  const mode = request.headers.get('sec-fetch-mode')
  const accept = request.headers.get('accept') ?? ''
  return (mode === null || mode === 'navigate') && accept.includes('text/html')
}

async function forward(
  settings: Settings,
  request: Request,
  params: Record<string, string | string[] | undefined>,
): Promise<Response> {
  // The segments as Next.js has matched them: behind a rewrite the URL is another.
  const segments = Object.values(params).find(Array.isArray) ?? []
  const path = servicePath(segments)
  if (!path || (TOKENS.test(path) && !settings.pageTokens)) {
    return problem(404, 'request.not_found')
  }
  const body = await readBody(request)
  if (body === 'too large') return problem(413, 'request.body_too_large')
  const answer = await ask(settings, path + queryOf(request), {
    method: request.method,
    headers: askedHeaders(settings, request.headers),
    body,
    signal: request.signal,
  })
  const headers = answeredHeaders(settings, answer.headers)
  const isEmpty = request.method === 'HEAD' || [204, 205, 304].includes(answer.status)
  return new Response(isEmpty ? null : answer.body, { status: answer.status, headers })
}

/** The query without what Next.js adds for itself. */
function queryOf(request: Request): string {
  const url = new URL(request.url)
  if (!url.searchParams.has('_rsc')) return url.search
  url.searchParams.delete('_rsc')
  return url.search
}

type Body = Uint8Array<ArrayBuffer> | undefined | 'too large'

async function readBody(request: Request): Promise<Body> {
  if (!request.body) return undefined
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) return 'too large'
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > MAX_BODY) {
      await reader.cancel()
      return 'too large'
    }
    chunks.push(value)
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.byteLength
  }
  return body
}

function askedHeaders(settings: Settings, sent: Headers): Record<string, string> {
  // The app and the service stand side by side: nothing is gained by compressing between them.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  for (const name of ASKED) {
    const value = sent.get(name)
    if (value !== null) headers[name] = value
  }
  const cookie = ownCookies(sent.get('cookie'))
  if (cookie) headers.cookie = cookie
  const authorization = sent.get('authorization')
  // What opens the app itself, such as a staging password, is not the service's business.
  if (authorization && /^(Bearer|DPoP) /i.test(authorization)) headers.authorization = authorization
  const peer = settings.trustProxy ? sent.get('x-forwarded-for') : null
  if (peer) headers['x-forwarded-for'] = peer
  return headers
}

function answeredHeaders(settings: Settings, answered: Headers): Headers {
  const headers = new Headers()
  for (const name of ANSWERED) {
    const value = answered.get(name)
    if (value !== null) headers.set(name, value)
  }
  const location = answered.get('location')
  if (location) headers.set('location', withoutOrigin(settings, location))
  for (const line of answered.getSetCookie()) {
    if (!isOwnCookie(line.slice(0, line.indexOf('=')).trim())) continue
    headers.append('set-cookie', line)
    // A token that was made of the session before must not outlive it.
    const session = setsSession(line)
    if (session) headers.append('set-cookie', withoutToken(session))
  }
  return headers
}

/** Where the service leads to, at the app's origin if it is the service itself. */
function withoutOrigin(settings: Settings, location: string): string {
  const { origin } = new URL(settings.url)
  if (location === origin) return '/'
  return location.startsWith(`${origin}/`) ? location.slice(origin.length) : location
}
