// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, toSession } from '../../src/core/index.js'
import {
  fetchWithStepUp,
  SessionProvider,
  StepUpDialog,
  stepUp,
  useSession,
} from '../../src/react/index.js'
import { SESSION } from '../next/stub.js'
import { ANN, ASK, problem, refuse, serve } from './stub.js'

const NOTES = 'DELETE /api/notes'
const PROVE = 'POST v1/auth/step-up'
const wanted = (...methods: string[]) => refuse('auth.step_up_required', 403, { methods })

beforeEach(() => {
  window.history.replaceState(null, '', '/')
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** A page with the dialog. */
const open = (props = {}) => render(<StepUpDialog {...props} />)
const remove = (body?: string) =>
  fetchWithStepUp('/api/notes', { method: 'DELETE', ...(body && { body }) })
const fill = (label: RegExp | string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
const press = (name: string) => act(async () => void fireEvent.click(screen.getByText(name)))
const shown = () => waitFor(() => screen.getByRole('dialog'))

function Who() {
  const { data, status } = useSession()
  return <p>{`${status} ${data?.acr ?? '-'}`}</p>
}

describe('a call that needs a further proof', () => {
  it('asks for it, and is repeated with all that was sent', async () => {
    const { calls, known } = serve({
      [NOTES]: wanted('password'),
      [PROVE]: () => {
        known[NOTES] = { body: { done: true } }
        return { body: { status: 'signed_in' } }
      },
      [ASK]: ANN,
    })
    open()
    const answer = remove('{"all":true}')
    const dialog = await shown()
    expect(dialog.getAttribute('aria-labelledby')).toBe(screen.getByText('Is it you?').id)
    const input = screen.getByLabelText('Password')
    expect([input.getAttribute('type'), input.getAttribute('autocomplete')]).toEqual([
      'password',
      'current-password',
    ])
    fill('Password', 'a secret')
    await press('Go on')
    expect(await (await answer).json()).toEqual({ done: true })
    const sent = calls.map(({ method, path, body }) => [`${method} ${path}`, body])
    expect(sent.filter(([name]) => name !== ASK)).toEqual([
      [NOTES, { all: true }],
      [PROVE, { method: 'password', password: 'a secret' }],
      [NOTES, { all: true }],
    ])
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('lets the person choose among the methods that the problem names', async () => {
    const { calls } = serve({
      [NOTES]: wanted('totp', 'recovery_code', 'email'),
      [PROVE]: { body: {} },
      [`${PROVE}/mail`]: { status: 202, body: {} },
      [ASK]: ANN,
    })
    open()
    const answer = remove()
    await shown()
    const options = [...screen.getByLabelText('How').querySelectorAll('option')]
    expect(options.map(({ value }) => value)).toEqual(['totp', 'recovery_code', 'email'])
    expect(screen.getByLabelText(/authenticator/).getAttribute('autocomplete')).toBe(
      'one-time-code',
    )
    fill('How', 'email')
    await press('Send me a code')
    await waitFor(() => expect(screen.getByRole('status').textContent).toContain('on its way'))
    fill(/mailbox/, ' 123456 ')
    await press('Go on')
    await answer
    const sent = calls.filter(({ path }) => path.startsWith('v1/auth/step-up'))
    expect(sent.map(({ body }) => body)).toEqual([undefined, { method: 'email', code: '123456' }])
  })

  it('says what is wrong, and can be tried again', async () => {
    const { known } = serve({ [NOTES]: wanted('totp'), [PROVE]: refuse('factors.refused', 403) })
    open()
    const answer = remove()
    await shown()
    fill(/authenticator/, '000000')
    await press('Go on')
    expect(screen.getByRole('alert').textContent).toContain('wrong, used or too old')
    known[PROVE] = refuse('rate_limit.exceeded', 429)
    await press('Go on')
    expect(screen.getByRole('alert').textContent).toContain('Wait')
    known[PROVE] = 'down'
    await press('Go on')
    expect(screen.getByRole('alert').textContent).toContain('does not answer')
    await press('Cancel')
    expect((await answer).status).toBe(403)
  })

  it.each(['Cancel', 'Escape'])('is refused after %s, without being repeated', async (how) => {
    const { count } = serve({ [NOTES]: wanted('password') })
    open()
    const answer = remove()
    const dialog = await shown()
    if (how === 'Cancel') await press('Cancel')
    else await act(async () => void fireEvent(dialog, new Event('close')))
    const refused = await answer
    expect(refused.status).toBe(403)
    expect(((await refused.json()) as { code: string }).code).toBe('auth.step_up_required')
    expect(count(NOTES)).toBe(1)
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('is refused where there is no dialog, or it goes away', async () => {
    serve({ [NOTES]: wanted('password') })
    expect((await remove()).status).toBe(403)
    const { unmount } = open()
    const answer = remove()
    await shown()
    unmount()
    expect((await answer).status).toBe(403)
  })

  it('is repeated once, and asked once for all that wait', async () => {
    const { count } = serve({ [NOTES]: wanted('password'), [PROVE]: { body: {} }, [ASK]: ANN })
    open()
    const answers = [remove(), remove(), remove()]
    await shown()
    fill('Password', 'a secret')
    await press('Go on')
    const done = await Promise.all(answers)
    expect(done.map(({ status }) => status)).toEqual([403, 403, 403])
    expect([count(NOTES), count(PROVE)]).toEqual([6, 1])
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('of the client is asked for and repeated as well', async () => {
    const { known } = serve({
      'POST v1/me/passkeys/begin': wanted('password'),
      [PROVE]: () => {
        known['POST v1/me/passkeys/begin'] = { status: 201, body: { ceremony: 'c' } }
        return { body: {} }
      },
      [ASK]: ANN,
    })
    open()
    const client = createClient({
      baseUrl: `${window.location.origin}/api/doorward`,
      onStepUp: stepUp,
    })
    const answer = client.beginPasskeyRegistration()
    await shown()
    fill('Password', 'a secret')
    await press('Go on')
    expect((await answer).data).toMatchObject({ ceremony: 'c' })
  })

  it('tells the rest of the page that the session is another', async () => {
    const later = { ...SESSION, acr: 'aal2' as const }
    serve({ [NOTES]: wanted('totp'), [PROVE]: { body: {} }, [ASK]: { body: { session: later } } })
    render(
      <SessionProvider session={toSession(SESSION)}>
        <Who />
        <StepUpDialog />
      </SessionProvider>,
    )
    expect(screen.getByText('authenticated aal1')).toBeDefined()
    const answer = remove()
    await shown()
    fill(/authenticator/, '123456')
    await press('Go on')
    await answer
    await waitFor(() => screen.getByText('authenticated aal2'))
  })

  it('is worded as the app wishes, and never as HTML', async () => {
    serve({ [NOTES]: wanted('password') })
    open({ texts: { title: '<b>Wer da?</b>', cancel: 'Abbrechen' }, className: 'proof' })
    const answer = remove()
    const dialog = await shown()
    expect(dialog.className).toBe('proof')
    expect(dialog.querySelector('b')).toBeNull()
    expect(screen.getByText('<b>Wer da?</b>')).toBeDefined()
    await press('Abbrechen')
    await answer
  })

  it('has a way out where no method would do', async () => {
    serve({ [NOTES]: wanted() })
    open()
    const answer = remove()
    await shown()
    expect(screen.getByText(/no way left/)).toBeDefined()
    await press('Cancel')
    await answer
  })
})

describe('any other answer', () => {
  it.each([
    ['another refusal', 403, problem('auth.permission_missing', 403)],
    ['a problem of another kind', 403, { code: 'auth.step_up_required' }],
    ['what is no refusal', 200, problem('auth.step_up_required', 403)],
  ])('is handed on: %s', async (_, status, body) => {
    const { count } = serve({ [NOTES]: { status, body } })
    open()
    const answer = await remove()
    expect([answer.status, count(NOTES)]).toEqual([status, 1])
    expect(await answer.json()).toEqual(body)
  })

  it('of 401 has the session looked at again', async () => {
    serve({ [NOTES]: refuse('auth.not_signed_in', 401) })
    render(
      <SessionProvider session={toSession(SESSION)}>
        <Who />
      </SessionProvider>,
    )
    expect((await remove()).status).toBe(401)
    await waitFor(() => screen.getByText('unauthenticated -'))
  })
})
