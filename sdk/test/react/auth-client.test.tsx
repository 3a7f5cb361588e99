// @vitest-environment happy-dom
import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAuthClient } from '../../src/react/index.js'
import { SESSION } from '../next/stub.js'
import { ANN, ASK, navigation, refuse, serve } from './stub.js'

const client = createAuthClient()
const SIGN_IN = 'POST v1/auth/sign-in'
const FIELDS = { email: 'ann@example.test', password: 'secret' }
const DONE = { body: { status: 'signed_in', session: SESSION } }
const SHAPE = { user: { email: 'ann@example.test' }, session: { userId: SESSION.user.id } }

let led: ReturnType<typeof navigation>
beforeEach(() => {
  led = navigation()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('the client in the shape of Better Auth', () => {
  it('knows the session without a provider', async () => {
    const { known } = serve({ [ASK]: ANN })
    const { result } = renderHook(() => client.useSession())
    expect(result.current).toMatchObject({ data: null, isPending: true, error: null })
    await waitFor(() => expect(result.current.isPending).toBe(false))
    expect(result.current.data).toMatchObject(SHAPE)
    known[ASK] = 'down'
    await act(() => result.current.refetch())
    expect(result.current.error?.code).toBe('client.unreachable')
    expect(result.current.data).toMatchObject(SHAPE)
    known[ASK] = { body: { session: null } }
    known['POST v1/auth/sign-out'] = { status: 204 }
    await act(async () => void (await client.signOut()))
    expect(result.current).toMatchObject({ data: null, error: null })
  })

  it('signs in with data or error, and goes where that is wished', async () => {
    const { calls, known } = serve({ [SIGN_IN]: DONE, [ASK]: ANN })
    const good = await client.signIn.email({ ...FIELDS, callbackURL: '/in' })
    expect(good).toMatchObject({ error: null, data: SHAPE })
    expect(calls[0]?.body).toEqual({ ...FIELDS, remember: true })
    expect(led.last()).toBe('/in')
    known[SIGN_IN] = refuse('auth.invalid_credentials', 401)
    const bad = await client.signIn.email({ ...FIELDS, rememberMe: false })
    expect(bad).toMatchObject({
      data: null,
      error: { code: 'auth.invalid_credentials', status: 401 },
    })
    expect(led.assign).toHaveBeenCalledTimes(1)
  })

  it('goes on with a second factor', async () => {
    const second = { token: 't', methods: ['totp'], expires: '' }
    const { calls } = serve({
      [SIGN_IN]: { body: { status: 'second_factor_required', second_factor: second } },
      'POST v1/auth/second-factor': DONE,
      [ASK]: ANN,
    })
    const first = await client.signIn.email(FIELDS)
    expect(first.data).toEqual({ twoFactorRedirect: true, twoFactorMethods: ['totp'] })
    const done = await client.twoFactor.verifyTotp({ code: '123456' })
    expect(done).toMatchObject({ error: null, data: SHAPE })
    expect(calls[1]?.body).toMatchObject({ token: 't', method: 'totp', code: '123456' })
  })

  it('leads to a provider', async () => {
    serve({ 'POST v1/auth/providers/begin': { status: 201, body: { url: 'https://a.example/' } } })
    const answer = await client.signIn.social({ provider: 'google', disableRedirect: true })
    expect(answer.data).toEqual({ url: 'https://a.example/', redirect: false })
    expect(led.assign).not.toHaveBeenCalled()
    await client.signIn.social({ provider: 'google' })
    expect(led.last()).toBe('https://a.example/')
  })

  it('signs up, and tells what is refused', async () => {
    const { calls, known } = serve({ 'POST v1/auth/sign-up': { status: 202, body: {} } })
    const done = await client.signUp.email({ ...FIELDS, name: 'Ann' })
    expect(done).toMatchObject({ error: null, data: { token: null, user: { name: 'Ann' } } })
    expect(calls[0]?.body).toEqual({ ...FIELDS, name: 'Ann' })
    known['POST v1/auth/sign-up'] = refuse('validation.failed', 422)
    expect((await client.signUp.email({ ...FIELDS, name: 'Ann' })).error?.status).toBe(422)
  })

  it('changes the name, and signs out', async () => {
    const { known, count } = serve({ 'PATCH v1/me': { body: {} }, [ASK]: ANN })
    expect((await client.updateUser({ name: 'Anna' })).error).toBeNull()
    expect(count(ASK)).toBe(1)
    known['POST v1/auth/sign-out'] = 'down'
    expect((await client.signOut()).error?.code).toBe('client.unreachable')
    expect((await client.getSession()).data).toMatchObject(SHAPE)
  })
})
