import { ASSETS, PAGES, WELL_KNOWN } from './paths.js'

/**
 * A path that is not for everybody: `/notes` alone, `/notes/*` with all that is below it,
 * `/notes/:id` with one segment there. With a permission, for those who hold it everywhere.
 */
export type Rule = string | { path: string; permission?: string }

/** What is for whom. */
export interface Rules {
  pages: readonly Rule[] | undefined
  api: readonly Rule[] | undefined
  open: readonly string[]
  basePath: string
  signInPath: string
}

/** What must hold of a request. */
export interface Match {
  isApi: boolean
  permissions: string[]
}

type Pattern = { test: (path: string) => boolean; permission?: string | undefined }

/** What is below a path, with or without a name. */
const REST = /^(\*+|:[A-Za-z0-9_]+\*)$/

function patternOf(rule: Rule, flags: '' | 'i'): Pattern {
  const { path, permission } =
    typeof rule === 'string' ? { path: rule, permission: undefined } : rule
  if (!path.startsWith('/')) throw new TypeError(`doorward: a path begins with a slash: ${path}`)
  const segments = path.split('/').filter(Boolean)
  const source = segments.map((segment, at) => {
    if (REST.test(segment) && at === segments.length - 1) return '(?:/.*)?'
    if (/^:[A-Za-z0-9_]+$/.test(segment)) return '/[^/]+'
    if (/[:*?()]/.test(segment)) throw new TypeError(`doorward: what does ${path} stand for?`)
    return `/${segment.replace(/[.+^$|[\]{}\\]/g, '\\$&')}`
  })
  const expression = new RegExp(`^${source.join('') || '/?'}/?$`, flags)
  return { test: (candidate) => expression.test(candidate), permission }
}

/** The service's own pages and what they load: they are there for who is not signed in. */
const HOSTED = [
  ...PAGES.map((page) => `/${page}/*`),
  ...ASSETS.map((asset) => `/${asset}`),
  ...WELL_KNOWN.map((path) => `/${path}`),
  '/assets/marks/*',
  '/v1/auth/*',
  '/v1/me/passkeys/*',
  '/_next/*',
  '/favicon.ico',
]

/**
 * The ways in which a path could be read further in: decoded, with slashes joined, and as the page
 * whose data it asks for. A rule holds if it holds for one of them.
 */
export function readings(pathname: string): string[] {
  const found = new Set([pathname])
  let text = pathname
  for (let round = 0; round < 3; round++) {
    try {
      text = decodeURIComponent(text)
    } catch {
      break
    }
    found.add(text)
  }
  for (const path of [...found]) {
    const plain = path.replaceAll('\\', '/').replace(/\/{2,}/g, '/')
    found.add(plain)
    found.add(resolved(plain))
    found.add(plain.replace(/(\.segments\/.*)?(\.prefetch|\.segment)?\.rsc$/, ''))
    const data = /^\/_next\/data\/[^/]+(\/.*)\.json$/.exec(plain)?.[1]
    if (data) found.add(data === '/index' ? '/' : data)
  }
  return [...found]
}

function resolved(path: string): string {
  return URL.canParse(path, 'http://app.invalid')
    ? new URL(path, 'http://app.invalid').pathname
    : path
}

/** Tells what must hold of a request for a path; undefined if it is for everybody. */
export function matcherOf(rules: Rules): (pathname: string) => Match | undefined {
  const all = (list: readonly Rule[]) => list.map((rule) => patternOf(rule, 'i'))
  const always = [`${rules.basePath}/*`, `${rules.signInPath}/*`, '/api/auth/*', ...rules.open]
  // What is for everybody is so in exactly one spelling; what is not, in any.
  const open = always.map((path) => patternOf(path, ''))
  const hosted = HOSTED.map((path) => patternOf(path, ''))
  const api = all(rules.api ?? ['/api/*'])
  const pages = rules.pages && all(rules.pages)
  const anyPage = all(['/*'])

  return (pathname) => {
    const paths = readings(pathname)
    const isAll = (patterns: Pattern[]) =>
      patterns.some((pattern) => paths.every((path) => pattern.test(path)))
    if (isAll(open)) return undefined
    const matching = (patterns: Pattern[]) =>
      patterns.filter((pattern) => paths.some((path) => pattern.test(path)))
    const calls = matching(api)
    const named = [...calls, ...matching(pages ?? [])]
    if (named.length === 0 && (pages || isAll(hosted))) return undefined
    const found = named.length > 0 ? named : anyPage
    const permissions = found.flatMap(({ permission }) => permission ?? [])
    return { isApi: calls.length > 0, permissions: [...new Set(permissions)] }
  }
}
