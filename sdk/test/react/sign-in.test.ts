// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { zeroBits } from '../../src/core/challenge.js'
import {
  getCsrfToken,
  getProviders,
  getSession,
  giveSecondFactor,
  mailSecondFactor,
  signIn,
  signOut,
} from '../../src/react/index.js'
import { SESSION } from '../next/stub.js'
import { ANN, ASK, navigation, refuse, serve } from './stub.js'

const SIGN_IN = 'POST v1/auth/sign-in'
const SIGN_OUT = 'POST v1/auth/sign-out'
const BEGIN = 'POST v1/auth/providers/begin'
const DONE = { body: { status: 'signed_in', session: SESSION } }
const FIELDS = { email: 'ann@example.test', password: 'secret' }

let led: ReturnType<typeof navigation>
beforeEach(() => {
  led = navigation()
  window.history.replaceState(null, '', '/here')
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('signIn', () => {
  it('leads to the sign-in page', async () => {
    const { calls } = serve()
    await signIn()
    expect(led.last()).toBe('/sign-in?return_to=%2Fhere')
    await signIn(undefined, { callbackUrl: '/there' })
    expect(led.last()).toBe('/sign-in?return_to=%2Fthere')
    expect(calls).toEqual([])
  })

  it.each([
    ['/there?a=1', '/there?a=1'],
    [`${window.location.origin}/there`, '/there'],
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
  ])('goes on at %s as %s', async (redirectTo, expected) => {
    serve({ [SIGN_IN]: DONE, [ASK]: ANN })
    const answer = await signIn('credentials', { ...FIELDS, redirectTo })
    expect([answer?.url, led.last()]).toEqual([expected, expected])
    await signIn('credentials', { ...FIELDS, callbackUrl: redirectTo })
    expect(led.last()).toBe(expected)
  })

  it('with credentials answers what came of it', async () => {
    const { calls } = serve({ [SIGN_IN]: DONE, [ASK]: ANN })
    const answer = await signIn('credentials', { ...FIELDS, remember: true, redirect: false })
    expect(answer).toEqual({
      ok: true,
      status: 200,
      error: undefined,
      code: undefined,
      url: '/here',
    })
    expect(calls[0]).toMatchObject({ body: { ...FIELDS, remember: true } })
    expect(led.assign).not.toHaveBeenCalled()
    const { email: username, password } = FIELDS
    await signIn('credentials', { username, password, redirect: false })
    expect(calls[2]?.body).toEqual({ ...FIELDS, remember: false })
  })

  it.each([
    ['auth.invalid_credentials', 401, 'CredentialsSignin'],
    ['rate_limit.exceeded', 429, 'CredentialsSignin'],
    ['server.unavailable', 503, 'ServiceUnavailable'],
  ])('tells of %s', async (code, status, error) => {
    serve({ [SIGN_IN]: refuse(code, status) })
    const answer = await signIn('credentials', { ...FIELDS, redirect: false })
    expect(answer).toMatchObject({ ok: false, status, error, code, url: null })
    expect(answer?.problem?.code).toBe(code)
    expect(led.assign).not.toHaveBeenCalled()
    await signIn('credentials', FIELDS)
    expect(led.last()).toBe('/sign-in?return_to=%2Fhere')
  })

  it('tells when nobody answers, or somebody else', async () => {
    const { known } = serve({ [SIGN_IN]: 'down' })
    const fields = { ...FIELDS, redirect: false }
    expect(await signIn('credentials', fields)).toMatchObject({
      ok: false,
      status: 0,
      error: 'ServiceUnavailable',
      code: 'client.unreachable',
    })
    known[SIGN_IN] = Promise.resolve(new Response('<html>'))
    expect(await signIn('credentials', fields)).toMatchObject({ code: 'client.unexpected_answer' })
  })

  it('solves a puzzle where the service asks for one', async () => {
    const puzzle = { puzzle: 'abc', difficulty: 8, expires_at: '' }
    const { calls } = serve({
      'POST v1/auth/challenge': { body: { challenge: puzzle } },
      [SIGN_IN]: ({ body }) =>
        (body as { challenge?: string }).challenge ? DONE : refuse('challenge.required', 403),
    })
    expect((await signIn('credentials', { ...FIELDS, redirect: false }))?.ok).toBe(true)
    const { challenge = '' } = (calls[2]?.body ?? {}) as { challenge?: string }
    expect(challenge).toMatch(/^abc\.[0-9a-z]+$/)
    expect(zeroBits(challenge)).toBeGreaterThanOrEqual(8)
  })

  it('tells that a second factor is missing, and finishes with it', async () => {
    const second = { token: 't', methods: ['totp', 'email'], expires: 'later' }
    const { calls, known, count } = serve({
      [SIGN_IN]: { body: { status: 'second_factor_required', second_factor: second } },
      'POST v1/auth/second-factor': refuse('factors.refused', 403),
      'POST v1/auth/second-factor/mail': { status: 202, body: { next: 'check_mail' } },
    })
    const first = await signIn('credentials', { ...FIELDS, redirect: false })
    expect(first).toMatchObject({
      ok: false,
      error: 'SecondFactorRequired',
      code: 'second_factor_required',
      url: null,
      secondFactor: second,
    })
    expect(count(ASK)).toBe(0)
    expect(await mailSecondFactor('t')).toBeUndefined()
    const given = { token: 't', method: 'totp' as const, code: ' 123456 ', redirectTo: '/in' }
    expect(await giveSecondFactor(given)).toMatchObject({ ok: false, code: 'factors.refused' })
    expect(led.assign).not.toHaveBeenCalled()
    known['POST v1/auth/second-factor'] = DONE
    expect((await giveSecondFactor({ ...given, trustDevice: true })).ok).toBe(true)
    expect(calls.at(-2)?.body).toEqual({
      token: 't',
      method: 'totp',
      code: '123456',
      trust_device: true,
    })
    expect(led.last()).toBe('/in')
  })

  it('with a provider leads there', async () => {
    const { calls, known } = serve({
      [BEGIN]: { status: 201, body: { url: 'https://accounts.example/o?state=1' } },
    })
    await signIn('google', { redirectTo: '/in' })
    expect(led.last()).toBe('https://accounts.example/o?state=1')
    expect(calls[0]?.body).toEqual({ provider: 'google', return_to: '/in', remember: false })
    const stays = await signIn('google', { redirect: false })
    expect(stays).toMatchObject({ ok: true, url: 'https://accounts.example/o?state=1' })
    known[BEGIN] = refuse('providers.not_found', 404)
    await signIn('nobody')
    expect(led.last()).toBe('/sign-in?return_to=%2Fhere')
    expect(await signIn('nobody', { redirect: false })).toMatchObject({
      code: 'providers.not_found',
    })
    known[BEGIN] = { status: 201, body: { url: 'javascript:alert(1)' } }
    await signIn('evil')
    expect(led.last()).toBe('/sign-in?return_to=%2Fhere')
  })

  it('by mail has a link sent', async () => {
    const { calls, known } = serve({ 'POST v1/auth/magic-link': { status: 202, body: {} } })
    expect(await signIn('email', { email: FIELDS.email })).toMatchObject({ ok: true, status: 202 })
    expect(calls[0]?.body).toEqual({ email: FIELDS.email })
    known['POST v1/auth/magic-link'] = refuse('rate_limit.exceeded', 429)
    expect(await signIn('email', { email: FIELDS.email })).toMatchObject({ ok: false, status: 429 })
  })
})

describe('signOut', () => {
  it('ends the session, all of them where wished, and leads on', async () => {
    const { calls } = serve({ [SIGN_OUT]: { status: 204 }, 'DELETE v1/me/sessions': { body: {} } })
    expect(await signOut({ callbackUrl: '/bye' })).toEqual({ ok: true, url: '/bye' })
    expect(led.last()).toBe('/bye')
    expect(await signOut({ redirectTo: '//evil.example', redirect: false })).toMatchObject({
      url: '/',
    })
    expect(led.assign).toHaveBeenCalledTimes(1)
    calls.length = 0
    await signOut({ everywhere: true })
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE v1/me/sessions',
      SIGN_OUT,
    ])
  })

  it('is content with a session that is over', async () => {
    serve({ [SIGN_OUT]: refuse('auth.not_signed_in', 401) })
    expect((await signOut({ redirect: false })).ok).toBe(true)
  })

  it('says that it failed, and stays', async () => {
    serve({ [SIGN_OUT]: 'down' })
    const answer = await signOut({ redirectTo: '/bye' })
    expect(answer).toMatchObject({ ok: false, problem: { code: 'client.unreachable' } })
    expect(led.assign).not.toHaveBeenCalled()
  })

  it('loads a page with a fragment anew', async () => {
    serve({ [SIGN_OUT]: { status: 204 } })
    window.history.replaceState(null, '', '/here#top')
    await signOut()
    expect(led.reload).toHaveBeenCalledTimes(1)
  })
})

describe('what next-auth has too', () => {
  it('getProviders lists the ways to sign in', async () => {
    const providers = [
      { name: 'google', title: 'Google', preset: 'google' },
      { name: 'github', title: 'GitHub', preset: 'github' },
      { name: '__proto__', title: 'x', preset: 'oidc' },
    ]
    const { known } = serve({ 'GET v1/auth/providers': { body: { providers } } })
    const { origin } = window.location
    const found = await getProviders()
    expect(found?.google).toEqual({
      id: 'google',
      name: 'Google',
      type: 'oidc',
      signinUrl: `${origin}/sign-in`,
      callbackUrl: `${origin}/sign-in/callback/google`,
    })
    expect(found?.github?.type).toBe('oauth')
    expect(found?.credentials?.type).toBe('credentials')
    expect(({} as { name?: string }).name).toBeUndefined()
    known['GET v1/auth/providers'] = 'down'
    expect(await getProviders()).toBeNull()
  })

  it('getSession and getCsrfToken', async () => {
    const { known } = serve({ [ASK]: ANN })
    expect((await getSession())?.user.email).toBe('ann@example.test')
    known[ASK] = 'down'
    expect(await getSession()).toBeNull()
    expect(await getCsrfToken()).toEqual(expect.any(String))
  })
})
