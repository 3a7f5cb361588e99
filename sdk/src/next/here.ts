import type { Session } from '../core/session.js'
import { sessionCookieOf } from './cookies.js'
import { type AnyHeaders, readable } from './headers.js'
import { localPath, PATH_HEADER } from './paths.js'
import { askSessionOnce } from './session.js'
import { type DoorwardConfig, type Settings, settingsOf } from './settings.js'

// Next.js is asked for only where it runs: outside the app router there is nothing to ask, and
// in plain Node.js these modules can't be found by their short names.

/** The headers of the request that a server component or action belongs to. */
export async function headersHere(): Promise<{ get(name: string): string | null }> {
  const { headers } = await import('next/headers')
  return headers()
}

/**
 * The `Cookie` header as it is now: an action that has set cookies sees them. Values are encoded
 * anew, as Next.js has decoded them.
 */
export async function cookieHeaderHere(): Promise<string> {
  const { cookies } = await import('next/headers')
  const all = (await cookies()).getAll()
  return all.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ')
}

/** Leads the browser on. It never returns. */
export async function leadTo(path: string): Promise<never> {
  const { redirect } = await import('next/navigation')
  return redirect(path)
}

// Server components of one request share one answer if they ask with the same settings, be they
// of `createAuth` or of the functions that are configured by the environment alone.
const known = new WeakMap<typeof fetch, Map<string, Settings>>()

function stable(config: DoorwardConfig): Settings {
  const settings = settingsOf(config)
  const key = JSON.stringify(settings)
  const of = known.get(settings.fetch) ?? new Map<string, Settings>()
  known.set(settings.fetch, of)
  const found = of.get(key) ?? settings
  of.set(key, found)
  return found
}

/** The session of the request that a server component or action belongs to. */
export async function sessionHere(config: DoorwardConfig): Promise<Session | null> {
  const [headers, cookies] = [await headersHere(), await cookieHeaderHere()]
  const cookie = sessionCookieOf(cookies)
  if (!cookie) return null
  const agent = headers.get('user-agent') ?? ''
  const peer = headers.get('x-forwarded-for') ?? ''
  return askSessionOnce(stable(config), cookie.name, cookie.value, agent, peer)
}

/** The page that a person is on, as far as the request tells: a path of the app. */
export async function pathHere(): Promise<string> {
  const headers: { get(name: string): string | null } = readable(
    (await headersHere()) as AnyHeaders,
  )
  const noted = headers.get(PATH_HEADER)
  if (noted) return localPath(noted)
  const [referer, host] = [headers.get('referer'), headers.get('host')]
  // An action's request comes from the page with its form; any other comes from the page before.
  const isAction = headers.get('next-action') !== null
  if (!isAction || !referer || !host || !URL.canParse(referer)) return '/'
  const from = new URL(referer)
  return from.host === host ? localPath(from.pathname + from.search) : '/'
}
