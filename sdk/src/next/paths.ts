/** The pages of the service that stand at the same paths in the app. */
export const PAGES = [
  'sign-in',
  'sign-up',
  'sign-out',
  'second-factor',
  'step-up',
  'account',
  'verify',
  'magic',
  'forgot',
  'reset',
  'confirm-email',
  'undo-email',
] as const

/** What these pages load. */
export const ASSETS = [
  'assets/doorward.css',
  'assets/passkeys.js',
  'assets/challenge.js',
  'assets/logo',
] as const

/** What other services read of the service, at the app's origin where that is its public one. */
export const WELL_KNOWN = [
  '.well-known/jwks.json',
  '.well-known/oauth-authorization-server',
  '.well-known/doorward/revocations',
] as const

/** Where a session that must set up a second factor first can do so. */
export const SET_UP = '/account/factors?done=needed'

/** Where the proxy notes the path of a request, which server components are not told. */
export const PATH_HEADER = 'x-doorward-path'

/** A segment that is the same however often it is decoded, and leads nowhere else. */
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._~-]{0,127}$/

const EXACT: readonly string[] = [...ASSETS, ...WELL_KNOWN]

/**
 * The path of the service that these segments name, or undefined if the app's handler does not
 * lead there. Nothing that is encoded is let through, so nothing can be read in two ways.
 */
export function servicePath(segments: readonly string[]): string | undefined {
  const path = segments.join('/')
  if (EXACT.includes(path)) return `/${path}`
  const [first, second] = segments
  if (!segments.every((segment) => SEGMENT.test(segment)) || segments.length > 12) return undefined
  const isOpen =
    (first === 'v1' && segments.length > 1) ||
    (first === 'api' && second === 'auth' && segments.length > 2) ||
    (first === 'assets' && second === 'marks' && segments.length === 3) ||
    PAGES.some((page) => page === first)
  return isOpen ? `/${path}` : undefined
}

/** A control character, a space or a backslash, which browsers read as a slash. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_PLAIN = /[\u0000-\u0020\u007f\\]/

/**
 * A path of the app itself, as the URL Standard writes it: what may stand in `return_to` and in a
 * redirect. Whatever leads to another origin, or can be read so, is the fallback.
 */
export function localPath(wanted: unknown, origin?: string, fallback = '/'): string {
  if (typeof wanted !== 'string' || wanted.length > 2000 || NOT_PLAIN.test(wanted)) return fallback
  const here = origin ?? 'http://app.invalid'
  if (!wanted.startsWith('/') && !(origin && wanted.startsWith(`${origin}/`))) return fallback
  const url = parsed(wanted, here)
  if (url?.origin !== here) return fallback
  const path = url.pathname + url.search + url.hash
  // `/.//evil.example` is a path that becomes `//evil.example` by being resolved.
  return path.startsWith('//') ? fallback : path
}

function parsed(text: string, base: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}

/** The address of the sign-in page that leads back to a path of the app. */
export function signInUrl(signInPath: string, returnTo: string): string {
  const joint = signInPath.includes('?') ? '&' : '?'
  return `${signInPath}${joint}return_to=${encodeURIComponent(returnTo)}`
}
