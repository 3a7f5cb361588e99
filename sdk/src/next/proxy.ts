/**
 * `proxy.ts` (Next.js 16) or `middleware.ts` (before): leads people to the sign-in page and refuses
 * API calls before anything is rendered. It runs at the edge: it needs `fetch` and Web Crypto.
 *
 * It is a convenience, not the lock. It decides by a token that is minutes old, and Next.js itself
 * has been talked into skipping it (CVE-2025-29927). Each page, action and handler asks again, by
 * `requireSession`, `requirePermission` or `withAuth`.
 *
 * @module
 */
import { type NextRequest, NextResponse } from 'next/server.js'
import { TokenError } from '../jwt/index.js'
import {
  parseCookies,
  type SentCookie,
  sessionCookieOf,
  tokenCookieLine,
  tokenCookieName,
  withoutToken,
} from './cookies.js'
import { type Match, matcherOf, type Rule } from './match.js'
import { localPath, PATH_HEADER, SET_UP, signInUrl } from './paths.js'
import { downPage, forbiddenPage, problem } from './problem.js'
import { type DoorwardConfig, pathsOf, type Settings, settingsOf } from './settings.js'
import {
  askToken,
  checkNew,
  type GoodToken,
  keptToken,
  type NoToken,
  tokenCookieValue,
  verifierOf,
} from './tokens.js'
import { DoorwardUnavailable, report } from './unavailable.js'

export type { DoorwardConfig, Rule }

/** What the proxy guards. */
export interface ProxyOptions extends DoorwardConfig {
  /** Pages that are not for everybody; all but `public` and the service's own if absent. */
  pages?: readonly Rule[]
  /** API paths that are not for everybody; `/api/*` if absent. */
  api?: readonly Rule[]
  /** Paths that are for everybody, whatever `pages` and `api` say. */
  public?: readonly string[]
  /** A page of the app for who lacks a permission; a plain one if absent. */
  forbiddenPath?: string
}

/** What Next.js calls. */
export type Proxy = (request: NextRequest) => Promise<Response>

/** What only the proxy may say to the app. */
const INTERNAL = /^x-doorward-/i

/** The largest cookie that browsers keep, with its name and attributes, in bytes. */
const MAX_COOKIE = 4096

/** A token, and the `Set-Cookie` line that keeps it, if it is a new one. */
type Found = GoodToken & { line?: string; value?: string }

/** The proxy for a configuration. */
export function createProxy(options: ProxyOptions = {}): Proxy {
  const { signInPath, basePath } = pathsOf(options)
  const { pages, api, public: open = [] } = options
  const match = matcherOf({ pages, api, open, basePath, signInPath })

  return async (request) => {
    const needed = match(request.nextUrl.pathname)
    if (!needed) return goOn(request)
    try {
      return await decide(options, request, needed)
    } catch (error) {
      const isUndecided = error instanceof TokenError && error.code === 'token.undecided'
      if (!isUndecided && !(error instanceof DoorwardUnavailable)) throw error
      report(error)
      if (needed.isApi) return problem(503, 'server.unavailable')
      return isByRouter(request) ? nothing() : downPage()
    }
  }
}

async function decide(
  options: ProxyOptions,
  request: NextRequest,
  needed: Match,
): Promise<Response> {
  const settings = settingsOf(options)
  const session = sessionCookieOf(request.headers.get('cookie'))
  const found = session
    ? await find(settings, request, session)
    : { refused: 'auth.not_signed_in' as const }
  if ('refused' in found) {
    const refusal = refuse(settings, request, needed, found.refused)
    if (session) refusal.headers.append('set-cookie', withoutToken(session.name))
    return refusal
  }
  const missing = await missingPermission(settings, found, needed)
  const answer =
    missing === undefined
      ? goOn(request, session && found.value ? { session, value: found.value } : undefined)
      : forbid(options, request, needed, missing)
  if (found.line) answer.headers.append('set-cookie', found.line)
  return answer
}

/** Lets the request through, without what only the proxy may say. */
function goOn(request: NextRequest, fresh?: { session: SentCookie; value: string }): NextResponse {
  const headers = new Headers(request.headers)
  for (const name of [...headers.keys()]) if (INTERNAL.test(name)) headers.delete(name)
  headers.set(PATH_HEADER, pathOf(request))
  if (fresh) {
    // What comes after uses the new token at once, instead of asking for one of its own.
    const name = tokenCookieName(fresh.session.name)
    const others = parseCookies(headers.get('cookie')).filter((cookie) => cookie.name !== name)
    const all = [...others, { name, value: fresh.value }]
    headers.set('cookie', all.map((cookie) => `${cookie.name}=${cookie.value}`).join('; '))
  }
  return NextResponse.next({ request: { headers } })
}

/** The path that was asked for, with its query, as a page of the app may lead back to it. */
function pathOf({ nextUrl }: NextRequest): string {
  const query = new URLSearchParams(nextUrl.search)
  query.delete('_rsc')
  const text = query.toString()
  return nextUrl.basePath + nextUrl.pathname + (text && `?${text}`)
}

/** The token that is kept for the session, or a new one. */
async function find(
  settings: Settings,
  request: NextRequest,
  session: SentCookie,
): Promise<Found | NoToken> {
  const kept = await keptToken(settings, request.headers.get('cookie'), session)
  return kept ?? refreshOnce(settings, request, session)
}

// Requests that come at once share one asking.
const asking = new Map<string, Promise<Found | NoToken>>()

function refreshOnce(
  settings: Settings,
  request: NextRequest,
  session: SentCookie,
): Promise<Found | NoToken> {
  const key = `${settings.url} ${settings.issuer} ${session.name} ${session.value}`
  const running = asking.get(key)
  if (running) return running
  const begun = refresh(settings, request, session).finally(() => asking.delete(key))
  asking.set(key, begun)
  return begun
}

async function refresh(
  settings: Settings,
  request: NextRequest,
  session: SentCookie,
): Promise<Found | NoToken> {
  const got = await askToken(settings, request.headers, session)
  if ('refused' in got) return got
  const good = await checkNew(settings, got.token)
  const value = await tokenCookieValue(session, got.token)
  const line = tokenCookieLine(session.name, value, got.seconds)
  // One that browsers don't keep is asked for each time.
  return line.length > MAX_COOKIE ? good : { ...good, value, line }
}

async function missingPermission(
  settings: Settings,
  { claims }: GoodToken,
  needed: Match,
): Promise<string | undefined> {
  for (const permission of needed.permissions) {
    if (!(await verifierOf(settings).allows(claims, permission))) return permission
  }
  return undefined
}

function refuse(
  settings: Settings,
  request: NextRequest,
  needed: Match,
  code: NoToken['refused'],
): Response {
  const mustSignIn = code === 'auth.not_signed_in'
  if (needed.isApi) return problem(mustSignIn ? 401 : 403, code)
  const { basePath } = request.nextUrl
  const target = mustSignIn ? signInUrl(settings.signInPath, localPath(pathOf(request))) : SET_UP
  return lead(request, basePath + target)
}

/**
 * Whether a script reads a page, as the app router does ahead of a click and after one. Next.js
 * keeps its own headers of such requests from a proxy, so it is known by those of the browser.
 */
function isByRouter({ headers, method }: NextRequest): boolean {
  const isScript = headers.get('sec-fetch-dest') === 'empty' && method === 'GET'
  // The pages router reads data, and follows what it is told there.
  return isScript && !headers.has('x-nextjs-data')
}

/** Has the router load the page itself once somebody wants it, and nothing until then. */
function nothing(): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
}

function lead(request: NextRequest, path: string): Response {
  if (isByRouter(request)) return nothing()
  if (request.headers.has('next-action')) {
    // The call of a server action follows no redirect of HTTP; this is how it is led.
    const headers = { 'x-action-redirect': `${path};push`, 'content-type': 'text/plain' }
    return new Response(null, { status: 303, headers: { ...headers, 'cache-control': 'no-store' } })
  }
  const isSafe = request.method === 'GET' || request.method === 'HEAD'
  const answer = NextResponse.redirect(new URL(path, request.nextUrl.origin), isSafe ? 307 : 303)
  answer.headers.set('cache-control', 'no-store')
  return answer
}

function forbid(
  { forbiddenPath }: ProxyOptions,
  request: NextRequest,
  needed: Match,
  permission: string,
): Response {
  if (needed.isApi) {
    return problem(403, 'auth.permission_missing', { required_permission: permission })
  }
  if (forbiddenPath === undefined) return forbiddenPage()
  const url = request.nextUrl.clone()
  url.pathname = forbiddenPath
  url.search = ''
  return NextResponse.rewrite(url, { status: 403 })
}

/** The proxy of an app that is configured by its environment alone; it guards everything. */
export const proxy: Proxy = createProxy()
export { proxy as middleware }
export default proxy
