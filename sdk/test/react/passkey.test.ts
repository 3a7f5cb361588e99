// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addPasskey, secondFactorWithPasskey, signInWithPasskey } from '../../src/react/index.js'
import { passkeyStepUp } from '../../src/react/passkey.js'
import { SESSION } from '../next/stub.js'
import { ANN, ASK, navigation, refuse, serve } from './stub.js'

const DONE = { body: { status: 'signed_in', session: SESSION } }
const buffer = (...bytes: number[]) => Uint8Array.from(bytes).buffer
const OPTIONS = {
  challenge: 'AQI',
  rpId: 'localhost',
  allowCredentials: [{ id: '_-8', type: 'x' }],
}
const begun = (options: object = OPTIONS) => ({
  status: 201,
  body: { ceremony: 'cer', options, expires: '' },
})

const get = vi.fn()
const create = vi.fn()
/** What a browser gives that knows the JSON of WebAuthn Level 3. */
const modern = { toJSON: () => ({ id: 'modern' }) }

beforeEach(() => {
  vi.stubGlobal('PublicKeyCredential', class {})
  vi.stubGlobal('navigator', { credentials: { get, create }, onLine: true })
  get.mockReset().mockResolvedValue(modern)
  create.mockReset().mockResolvedValue(modern)
  navigation()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a passkey', () => {
  it('signs in alone', async () => {
    const { calls } = serve({
      'POST v1/auth/passkey/begin': begun(),
      'POST v1/auth/passkey': DONE,
      [ASK]: ANN,
    })
    const signal = new AbortController().signal
    const answer = await signInWithPasskey({
      remember: true,
      redirect: false,
      conditional: true,
      signal,
    })
    expect(answer).toMatchObject({ ok: true, status: 200 })
    expect(get.mock.lastCall?.[0]).toMatchObject({ mediation: 'conditional', signal })
    const body = { remember: true, ceremony: 'cer', credential: { id: 'modern' } }
    expect(calls[1]).toMatchObject({ path: 'v1/auth/passkey', body })
  })

  it('is the second step of a sign-in', async () => {
    const { calls } = serve({
      'POST v1/auth/second-factor/passkey/begin': begun(),
      'POST v1/auth/second-factor/passkey': DONE,
      [ASK]: ANN,
    })
    expect((await secondFactorWithPasskey({ token: 't', redirect: false })).ok).toBe(true)
    expect(calls.map(({ body }) => body)).toMatchObject([
      { token: 't' },
      { token: 't', trust_device: false, ceremony: 'cer', credential: { id: 'modern' } },
      undefined as never,
    ])
  })

  it('proves again who one is', async () => {
    serve({ 'POST v1/auth/step-up/passkey/begin': begun(), 'POST v1/auth/step-up/passkey': DONE })
    expect((await passkeyStepUp()).problem).toBeUndefined()
  })

  it('is added, with the codes of a first factor', async () => {
    const { calls } = serve({
      'POST v1/me/passkeys/begin': begun({ challenge: 'AQI', user: { id: 'AQ' } }),
      'POST v1/me/passkeys': {
        status: 201,
        body: { passkey: { id: 'pky_1' }, recovery_codes: ['a'] },
      },
      [ASK]: ANN,
    })
    expect(await addPasskey({ name: 'Laptop' })).toEqual({
      ok: true,
      id: 'pky_1',
      recoveryCodes: ['a'],
    })
    expect(calls[1]?.body).toMatchObject({ name: 'Laptop', ceremony: 'cer' })
  })

  it('is read and written in browsers without the JSON of WebAuthn', async () => {
    const { calls } = serve({ 'POST v1/auth/passkey/begin': begun(), 'POST v1/auth/passkey': DONE })
    get.mockResolvedValue({
      type: 'public-key',
      rawId: buffer(255, 239),
      response: {
        clientDataJSON: buffer(1),
        authenticatorData: buffer(2),
        signature: buffer(3),
        userHandle: null,
      },
    })
    await signInWithPasskey({ redirect: false })
    const { publicKey } = get.mock.lastCall?.[0] ?? {}
    expect([...publicKey.challenge]).toEqual([1, 2])
    expect([...publicKey.allowCredentials[0].id]).toEqual([255, 239])
    expect(calls[1]?.body).toMatchObject({
      credential: {
        id: '_-8',
        rawId: '_-8',
        type: 'public-key',
        response: {
          clientDataJSON: 'AQ',
          authenticatorData: 'Ag',
          signature: 'Aw',
          userHandle: null,
        },
        clientExtensionResults: {},
      },
    })
  })

  it('is read by the browser where it knows how', async () => {
    const parseRequestOptionsFromJSON = vi.fn(() => 'read')
    vi.stubGlobal('PublicKeyCredential', { parseRequestOptionsFromJSON })
    serve({ 'POST v1/auth/passkey/begin': begun(), 'POST v1/auth/passkey': DONE })
    await signInWithPasskey({ redirect: false })
    expect(parseRequestOptionsFromJSON).toHaveBeenCalledWith(OPTIONS)
    expect(get).toHaveBeenCalledWith({ publicKey: 'read' })
  })

  it.each([
    ['NotAllowedError', 'passkey.cancelled'],
    ['AbortError', 'passkey.cancelled'],
    ['SecurityError', 'passkey.unsupported'],
    ['InvalidStateError', 'passkey.exists'],
  ])('fails by %s as %s', async (name, code) => {
    const { calls } = serve({ 'POST v1/auth/passkey/begin': begun() })
    get.mockRejectedValue(Object.assign(new Error(), { name }))
    const answer = await signInWithPasskey()
    expect(answer).toMatchObject({ ok: false, code, status: 0, url: null })
    expect(calls).toHaveLength(1)
  })

  it('fails where there are none, and where the service refuses', async () => {
    const { calls, known } = serve({
      'POST v1/me/passkeys/begin': refuse('auth.step_up_required', 403, { methods: ['totp'] }),
    })
    const refused = await addPasskey()
    expect(refused).toMatchObject({ ok: false, problem: { code: 'auth.step_up_required' } })
    expect(create).not.toHaveBeenCalled()
    known['POST v1/me/passkeys/begin'] = begun({ challenge: 'AQI', user: { id: 'AQ' } })
    known['POST v1/me/passkeys'] = refuse('passkeys.refused', 403)
    expect(await addPasskey()).toMatchObject({ ok: false, problem: { code: 'passkeys.refused' } })
    vi.stubGlobal('PublicKeyCredential', undefined)
    calls.length = 0
    expect(await signInWithPasskey()).toMatchObject({ ok: false, code: 'passkey.unsupported' })
    expect(calls).toEqual([])
  })
})
