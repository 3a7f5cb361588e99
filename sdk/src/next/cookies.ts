/** A cookie as it was sent, its value still encoded. */
export interface SentCookie {
  name: string
  value: string
}

/** The service's session cookie: first the name over https, which no other host can set. */
const SESSION = ['__Host-doorward', 'doorward'] as const

/** What the service itself sets: sessions, browsers, ways through providers, half-done sign-ins. */
const OWN =
  /^(__Host-|__Secure-)?(doorward(-device|-flow|-step)?|(next-auth|authjs)\.[a-zA-Z0-9._-]+)$/

/** The characters of a cookie's value (RFC 6265, section 4.1.1). */
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,4096}$/

/** The cookies of a `Cookie` header. What is not well-formed is left out. */
export function parseCookies(header: string | null | undefined): SentCookie[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    return at > 0 && VALUE.test(value) ? [{ name, value }] : []
  })
}

/** The `Cookie` header with the service's own cookies alone; undefined if there is none. */
export function ownCookies(header: string | null | undefined): string | undefined {
  const own = parseCookies(header).filter(({ name }) => OWN.test(name))
  return own.map(({ name, value }) => `${name}=${value}`).join('; ') || undefined
}

/** Whether the service may set a cookie of this name. */
export function isOwnCookie(name: string): boolean {
  return OWN.test(name)
}

/** The session cookie of a `Cookie` header. It is a secret. */
export function sessionCookieOf(header: string | null | undefined): SentCookie | undefined {
  const sent = parseCookies(header)
  return SESSION.map((name) => sent.find((cookie) => cookie.name === name)).find(Boolean)
}

/** The name of the proxy's token cookie beside a session cookie of this name. */
export function tokenCookieName(session: string): string {
  return `${session}-token`
}

/** The session cookie's name, if the `Set-Cookie` line sets or removes it. */
export function setsSession(line: string): string | undefined {
  const name = line.slice(0, line.indexOf('=')).trim()
  return SESSION.find((session) => session === name)
}

/** A `Set-Cookie` line that removes the token made of a session, whatever became of that. */
export function withoutToken(session: string): string {
  return tokenCookieLine(session, '', 0)
}

/** A `Set-Cookie` line of the proxy's token cookie, for so many seconds. */
export function tokenCookieLine(session: string, value: string, seconds: number): string {
  const secure = session.startsWith('__Host-') ? '; Secure' : ''
  const name = tokenCookieName(session)
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`
}

/** The value as its owner meant it; as it is where it can't be decoded. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** A cookie to set by `cookies().set()` of Next.js. */
export interface NewCookie {
  name: string
  value: string
  path: string
  httpOnly: boolean
  secure: boolean
  sameSite?: 'lax' | 'strict' | 'none'
  maxAge?: number
}

/** A `Set-Cookie` line of the service, its value decoded: Next.js encodes what it sets. */
export function parseSetCookie(line: string): NewCookie | undefined {
  const [pair = '', ...attributes] = line.split(';')
  const at = pair.indexOf('=')
  if (at <= 0) return undefined
  const cookie: NewCookie = {
    name: pair.slice(0, at).trim(),
    value: decoded(pair.slice(at + 1).trim()),
    path: '/',
    httpOnly: false,
    secure: false,
  }
  for (const attribute of attributes) {
    const [name = '', value = ''] = attribute.split('=').map((part) => part.trim())
    if (/^path$/i.test(name)) cookie.path = value
    if (/^httponly$/i.test(name)) cookie.httpOnly = true
    if (/^secure$/i.test(name)) cookie.secure = true
    if (/^max-age$/i.test(name)) cookie.maxAge = Number(value)
    const site = value.toLowerCase()
    if (/^samesite$/i.test(name) && (site === 'lax' || site === 'strict' || site === 'none')) {
      cookie.sameSite = site
    }
  }
  return cookie
}
