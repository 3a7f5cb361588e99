import type { Puzzle } from '../core/challenge.js'
import type { Problem, ProofMethod } from '../core/problem.js'
import { localPath } from '../next/paths.js'
import { type Answer, call, places } from './call.js'
import { goTo, leadToSignIn } from './session.js'
import { changed, ended } from './store.js'

/** What is missing before a session starts: see `giveSecondFactor`. */
export interface SecondFactorRequired {
  token: string
  methods: ProofMethod[]
  expires: string
}

/** What came of a sign-in. */
export interface SignInResponse {
  ok: boolean
  /** The HTTP status; 0 if there was no answer. */
  status: number
  /**
   * `CredentialsSignin` if they are wrong, `SecondFactorRequired`, or `ServiceUnavailable`;
   * undefined if it worked.
   */
  error: string | undefined
  /** The problem's stable code, or `second_factor_required`. */
  code: string | undefined
  /** Where to go on; null if it did not work. */
  url: string | null
  secondFactor?: SecondFactorRequired
  /** All that the service says of it. */
  problem?: Problem<string>
}

/** Where to go on, and what is filled in. */
export interface SignInOptions {
  /** A path of the app; the page that is open now if absent. */
  redirectTo?: string
  /** The same, by its older name. */
  callbackUrl?: string
  /** Whether the browser is led on; it is if absent. */
  redirect?: boolean
  email?: string
  /** The same as `email`. */
  username?: string
  password?: string
  /** Whether the session outlives the browser. */
  remember?: boolean
  [field: string]: unknown
}

/** What `POST /v1/auth/sign-in` and its like answer. */
export interface SignInAnswer {
  status?: string
  second_factor?: SecondFactorRequired
}

/** The path of the app to go on at; whatever leads elsewhere is `/`. */
export function targetOf(options: SignInOptions): string {
  const { href, origin } = window.location
  return localPath(options.redirectTo ?? options.callbackUrl ?? href, origin)
}

/**
 * Signs in.
 *
 * - `signIn()` leads to the sign-in page.
 * - `signIn('credentials', { email, password, redirect: false })` answers what came of it; without
 *   `redirect: false` it leads on, or to the sign-in page if it did not work.
 * - `signIn('email', { email })` has a link mailed.
 * - `signIn('google')`, or any other provider, leads there.
 */
export async function signIn(
  provider?: string,
  options: SignInOptions = {},
  _authorizationParams?: unknown,
): Promise<SignInResponse | undefined> {
  if (provider === 'credentials') return withPassword(options)
  if (provider === 'email') return byMail(options)
  if (provider) return through(provider, options)
  leadToSignIn(targetOf(options))
  return undefined
}

/** Calls, and solves a puzzle first where the service asks for one. */
export async function callWithWork<Data>(path: string, body: object): Promise<Answer<Data>> {
  const answer = await call<Data>('POST', path, body)
  if (answer.problem?.code !== 'challenge.required') return answer
  const { data } = await call<{ challenge?: Puzzle | null }>('POST', 'v1/auth/challenge')
  const puzzle = data?.challenge
  if (!puzzle) return answer
  // Few services ask for one, so what solves it comes only then.
  const { solveChallenge } = await import('../core/challenge.js')
  return call('POST', path, { ...body, challenge: await solveChallenge(puzzle) })
}

async function withPassword(options: SignInOptions): Promise<SignInResponse> {
  const { email, username, password = '', remember = false } = options
  const body = { email: email ?? username ?? '', password, remember }
  const result = await finish(await callWithWork('v1/auth/sign-in', body), options)
  if (!result.ok && options.redirect !== false) leadToSignIn(targetOf(options))
  return result
}

async function byMail(options: SignInOptions): Promise<SignInResponse> {
  const { problem, status } = await call('POST', 'v1/auth/magic-link', { email: options.email })
  return problem ? failed(problem, status) : worked(status, targetOf(options))
}

async function through(
  provider: string,
  options: SignInOptions,
): Promise<SignInResponse | undefined> {
  const { data, problem, status } = await call<{ url?: string }>(
    'POST',
    'v1/auth/providers/begin',
    {
      provider,
      return_to: targetOf(options),
      remember: options.remember === true,
    },
  )
  const url = data?.url
  if (!url || !/^https?:/.test(url)) {
    if (problem && options.redirect === false) return failed(problem, status)
    leadToSignIn(targetOf(options))
    return undefined
  }
  if (options.redirect === false) return worked(status, url)
  window.location.assign(url)
  return undefined
}

/** What becomes of a step of a sign-in. The browser is led on if it was the last. */
export async function finish(
  { data, problem, status }: Step,
  options: SignInOptions,
): Promise<SignInResponse> {
  const url = targetOf(options)
  if (problem || !data) return failed(problem as Problem<string>, status)
  if (data.second_factor) return secondStep(status, data.second_factor)
  await changed()
  if (options.redirect !== false) goTo(url)
  return worked(status, url)
}

interface Step {
  data?: SignInAnswer | undefined
  problem?: Problem<string> | undefined
  status: number
}

function worked(status: number, url: string): SignInResponse {
  return { ok: true, status, error: undefined, code: undefined, url }
}

function secondStep(status: number, secondFactor: SecondFactorRequired): SignInResponse {
  const [error, code] = ['SecondFactorRequired', 'second_factor_required']
  return { ok: false, status, error, code, url: null, secondFactor }
}

/** What is told of a problem. */
export function failed(problem: Problem<string>, status: number): SignInResponse {
  const isDown = status === 0 || status >= 500
  const error = isDown ? 'ServiceUnavailable' : 'CredentialsSignin'
  return { ok: false, status, error, code: problem.code, url: null, problem }
}

/** What `signOut` takes. */
export interface SignOutOptions {
  /** A path of the app; the page that is open now if absent. */
  redirectTo?: string
  /** The same, by its older name. */
  callbackUrl?: string
  /** Whether the browser is led on; it is if absent. */
  redirect?: boolean
  /** Whether all other sessions of the account end too. */
  everywhere?: boolean
}

/** What came of a sign-out. */
export interface SignOutResponse {
  ok: boolean
  url: string
  problem?: Problem
}

/**
 * Ends the session. What this tab and others show of it is gone at once, also if the service can't
 * be reached; then the answer says so, and the browser stays where it is.
 */
export async function signOut(options: SignOutOptions = {}): Promise<SignOutResponse> {
  const url = targetOf(options as SignInOptions)
  const others = options.everywhere ? await call('DELETE', 'v1/me/sessions') : undefined
  const own = await call('POST', 'v1/auth/sign-out')
  ended()
  // 401: there was none any more, which is what was wanted.
  const wrong = [own, others].find((answer) => answer?.problem && answer.status !== 401)
  if (wrong?.problem) return { ok: false, url, problem: wrong.problem }
  if (options.redirect !== false) goTo(url)
  return { ok: true, url }
}

/** A way to sign in, as next-auth tells of it. */
export interface ClientSafeProvider {
  id: string
  name: string
  type: 'oauth' | 'oidc' | 'credentials' | 'email'
  signinUrl: string
  callbackUrl: string
}

/** The ways to sign in, by their ids; null if the service can't be reached. */
export async function getProviders(): Promise<Record<string, ClientSafeProvider> | null> {
  type Listed = { providers: { name: string; title: string; preset: string }[] }
  const { data } = await call<Listed>('GET', 'v1/auth/providers')
  if (!data) return null
  const { origin } = window.location
  const signinUrl = origin + places.signInPath
  const own = { id: 'credentials', name: 'Password', type: 'credentials' as const }
  const found = new Map<string, ClientSafeProvider>([
    [own.id, { ...own, signinUrl, callbackUrl: signinUrl }],
  ])
  for (const { name: id, title: name, preset } of data.providers) {
    const type = OAUTH.includes(preset) ? 'oauth' : 'oidc'
    found.set(id, { id, name, type, signinUrl, callbackUrl: `${origin}/sign-in/callback/${id}` })
  }
  return Object.fromEntries(found)
}

/** Presets that speak OAuth 2.0 without OpenID Connect. */
const OAUTH = ['github', 'facebook', 'discord', 'linkedin', 'oauth2']

/** For apps that come from next-auth: the service needs no token against forged requests. */
export async function getCsrfToken(): Promise<string> {
  return 'not-needed'
}
