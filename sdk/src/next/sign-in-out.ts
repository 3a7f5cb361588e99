import type { Problem } from '../core/problem.js'
import { clientProblem, problemOf } from '../core/problem.js'
import { askJson, onBehalf } from './ask.js'
import {
  isOwnCookie,
  ownCookies,
  parseSetCookie,
  sessionCookieOf,
  setsSession,
  tokenCookieName,
} from './cookies.js'
import { cookieHeaderHere, headersHere, leadTo } from './here.js'
import { localPath, signInUrl } from './paths.js'
import { type DoorwardConfig, pathsOf, settingsOf } from './settings.js'
import { DoorwardUnavailable } from './unavailable.js'

/** What a person has filled in, and where to go on. */
export interface SignInFields {
  email?: string
  password?: string
  /** Whether the session outlives the browser. */
  remember?: boolean
  /** The answer to a puzzle, where the service asks for one. */
  challenge?: string
  /** Of the provider `second-factor`: what the first step answered. */
  token?: string
  method?: 'totp' | 'recovery_code' | 'email'
  code?: string
  trustDevice?: boolean
  /** A path of the app to go on at; `/` if absent. */
  redirectTo?: string
  /** Whether a sign-in that worked leads on; it does if absent. */
  redirect?: boolean
}

/** What came of a sign-in in a server action. */
export type SignInOutcome =
  | { ok: true; secondFactor?: never; problem?: never }
  | {
      ok: false
      /** What is still missing: give it to `signIn('second-factor', …)`. */
      secondFactor: { token: string; methods: string[]; expires: string }
      problem?: never
    }
  | { ok: false; secondFactor?: never; problem: Problem }

/** What a sign-out does. */
export interface SignOutOptions {
  /** A path of the app to go on at; `/` if absent. */
  redirectTo?: string
  /** Whether it leads on; it does if absent. */
  redirect?: boolean
  /** Whether all other sessions of the account end too. */
  everywhere?: boolean
}

/**
 * Calls the service for the browser, and gives it the cookies that come with the answer.
 *
 * Throws {@link DoorwardUnavailable} if the service does not answer.
 */
async function call(config: DoorwardConfig, method: string, path: string, body?: unknown) {
  const settings = settingsOf(config)
  const [headers, cookie] = [await headersHere(), ownCookies(await cookieHeaderHere())]
  const { response, json } = await askJson(settings, path, {
    method,
    headers: {
      ...onBehalf(settings, headers, cookie),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (response.status >= 500) throw new DoorwardUnavailable(`it answers ${response.status}`)
  await keep(response.headers.getSetCookie())
  return { response, json }
}

async function throughProvider(
  config: DoorwardConfig,
  provider: string,
  fields: SignInFields,
): Promise<SignInOutcome> {
  const target = localPath(fields.redirectTo)
  const body = { provider, return_to: target, remember: fields.remember ?? false }
  const { response, json } = await call(config, 'POST', '/v1/auth/providers/begin', body)
  const { url } = (json ?? {}) as { url?: string }
  if (response.ok && url && /^https?:/.test(url)) return leadTo(url)
  return { ok: false, problem: response.ok ? unexpected(response) : problemOf(json, response) }
}

/** Signing in and out in server actions. */
export function createSignInOut(config: DoorwardConfig) {
  /**
   * Signs in, in a server action or route handler.
   *
   * - `signIn()`: leads to the sign-in page.
   * - `signIn('credentials', form)`: with `email` and `password`; the answer tells what is wrong.
   * - `signIn('second-factor', fields)`: finishes a sign-in that asked for more.
   * - `signIn('google')`, or any other provider: leads there.
   *
   * Throws `DoorwardUnavailable` if the service does not answer.
   */
  async function signIn(
    provider?: string,
    form: FormData | SignInFields = {},
  ): Promise<SignInOutcome> {
    const fields = form instanceof FormData ? fieldsOf(form) : form
    const target = localPath(fields.redirectTo)
    if (!provider) return leadTo(signInUrl(pathsOf(config).signInPath, target))
    if (provider !== 'credentials' && provider !== 'second-factor') {
      return throughProvider(config, provider, fields)
    }
    const [path, body] = provider === 'credentials' ? firstStep(fields) : secondStep(fields)
    const { response, json } = await call(config, 'POST', path, body)
    if (!response.ok) return { ok: false, problem: problemOf(json, response) }
    const { status, second_factor: secondFactor } = json as {
      status?: string
      second_factor?: { token: string; methods: string[]; expires: string }
    }
    if (secondFactor) return { ok: false, secondFactor }
    if (status !== 'signed_in') return { ok: false, problem: unexpected(response) }
    return fields.redirect === false ? { ok: true } : leadTo(target)
  }

  /**
   * Ends the session at the service and removes its cookies, in a server action or route handler.
   *
   * Throws `DoorwardUnavailable` if the service does not answer: the session goes on then.
   */
  async function signOut(options: SignOutOptions = {}): Promise<void> {
    const session = sessionCookieOf(await cookieHeaderHere())
    if (session) {
      if (options.everywhere) await call(config, 'DELETE', '/v1/me/sessions')
      const { response } = await call(config, 'POST', '/v1/auth/sign-out')
      // 401: there was none any more, which is what was wanted.
      if (!response.ok && response.status !== 401) {
        throw new DoorwardUnavailable(`the session can't be ended (status ${response.status})`)
      }
      await forget(session.name)
    }
    if (options.redirect !== false) await leadTo(localPath(options.redirectTo))
  }

  return { signIn, signOut }
}

const unexpected = (response: Response) =>
  clientProblem('client.unexpected_answer', response.status) as Problem

/** Hands the service's cookies to the browser. The token of the session before goes with it. */
async function keep(lines: readonly string[]): Promise<void> {
  const { cookies } = await import('next/headers')
  const jar = await cookies()
  for (const line of lines) {
    const cookie = parseSetCookie(line)
    if (!cookie || !isOwnCookie(cookie.name)) continue
    const { name, value, ...attributes } = cookie
    jar.set(name, value, attributes)
    const session = setsSession(line)
    if (session) forgetToken(jar, session)
  }
}

/** Removes the cookies of a session, as their attributes ask. */
async function forget(session: string): Promise<void> {
  const { cookies } = await import('next/headers')
  const jar = await cookies()
  const secure = session.startsWith('__Host-')
  jar.set(session, '', { path: '/', maxAge: 0, httpOnly: true, secure, sameSite: 'lax' })
  forgetToken(jar, session)
}

type Jar = { set(name: string, value: string, attributes: object): unknown }

function forgetToken(jar: Jar, session: string): void {
  const secure = session.startsWith('__Host-')
  const attributes = { path: '/', maxAge: 0, httpOnly: true, secure, sameSite: 'lax' }
  jar.set(tokenCookieName(session), '', attributes)
}

/** What stands in a form. Files and what it does not know are left out. */
function fieldsOf(form: FormData): SignInFields {
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const fields = {
    email: text('email'),
    password: text('password'),
    challenge: text('challenge'),
    token: text('token'),
    method: text('method') as SignInFields['method'],
    code: text('code'),
    redirectTo: text('redirectTo') ?? text('callbackUrl'),
    remember: form.has('remember') || undefined,
    trustDevice: form.has('trustDevice') || undefined,
  }
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as SignInFields
}

function firstStep(fields: SignInFields): [string, object] {
  const { email = '', password = '', remember = false, challenge } = fields
  return ['/v1/auth/sign-in', { email, password, remember, ...(challenge && { challenge }) }]
}

function secondStep(fields: SignInFields): [string, object] {
  const { token = '', method = 'totp', code = '', trustDevice = false } = fields
  return ['/v1/auth/second-factor', { token, method, code, trust_device: trustDevice }]
}
