// @vitest-environment happy-dom
import { act, cleanup, render, renderHook, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { toSession } from '../../src/core/index.js'
import { getSession, SessionProvider, signOut, useSession } from '../../src/react/index.js'
import { SESSION } from '../next/stub.js'
import { ANN, ASK, navigation, refuse, serve, within } from './stub.js'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const session = toSession(SESSION)

function Who() {
  const { data, status } = useSession()
  return <p>{`${status} ${data?.user.name ?? '-'}`}</p>
}

describe('useSession', () => {
  it('is loading, then tells who it is', async () => {
    serve({ [ASK]: ANN })
    const { result } = within(useSession)
    expect(result.current).toMatchObject({ data: null, status: 'loading' })
    await waitFor(() => expect(result.current.status).toBe('authenticated'))
    expect(result.current.data).toEqual(session)
  })

  it('is unauthenticated for who is not signed in', async () => {
    serve()
    const { result } = within(useSession)
    await waitFor(() => expect(result.current.status).toBe('unauthenticated'))
    expect(result.current.data).toBeNull()
  })

  it('asks once, however many look, also when effects run twice', async () => {
    const { calls } = serve({ [ASK]: ANN })
    const { container } = render(
      <StrictMode>
        <SessionProvider>
          <Who />
          <Who />
          <Who />
        </SessionProvider>
      </StrictMode>,
    )
    await waitFor(() => expect(container.textContent).toContain('authenticated Ann'))
    expect(calls).toHaveLength(1)
  })

  it.each([session, null])('asks nothing if the server has told it (%#)', async (given) => {
    const { calls } = serve({ [ASK]: ANN })
    const { result } = within(useSession, { session: given })
    expect(result.current.status).toBe(given ? 'authenticated' : 'unauthenticated')
    await act(() => new Promise((resolve) => setTimeout(resolve, 20)))
    expect(calls).toEqual([])
  })

  it('takes over what the server renders later', async () => {
    serve()
    const app = (given: typeof session | null) => (
      <SessionProvider session={given}>
        <Who />
      </SessionProvider>
    )
    const { container, rerender } = render(app(session))
    rerender(app(null))
    expect(container.textContent).toBe('unauthenticated -')
    rerender(app({ ...session, user: { ...session.user, name: 'Anna' } }))
    expect(container.textContent).toBe('authenticated Anna')
  })

  it.each([undefined, session, null])('is drawn alike on server and client (%#)', async (given) => {
    serve({ [ASK]: ANN })
    const wrong = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = (
      <SessionProvider session={given}>
        <Who />
      </SessionProvider>
    )
    const container = document.createElement('div')
    container.innerHTML = renderToString(app)
    expect(container.textContent).toBe(
      given === undefined ? 'loading -' : given ? 'authenticated Ann' : 'unauthenticated -',
    )
    const onRecoverableError = vi.fn()
    const root = await act(async () => hydrateRoot(container, app, { onRecoverableError }))
    expect(onRecoverableError).not.toHaveBeenCalled()
    expect(wrong).not.toHaveBeenCalled()
    await act(async () => root.unmount())
  })

  it('keeps nothing of a rendering on the server for the next one', () => {
    const app = (given: typeof session | undefined) => (
      <SessionProvider session={given}>
        <Who />
      </SessionProvider>
    )
    expect(renderToString(app(session))).toContain('Ann')
    expect(renderToString(app(undefined))).toContain('loading -')
  })

  it('says that it needs a provider', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(() => renderHook(() => useSession())).toThrow('SessionProvider')
  })

  it('takes other places', async () => {
    const { calls } = serve({ [ASK]: ANN }, '/auth')
    const { result } = within(useSession, { basePath: '/auth' })
    await waitFor(() => expect(result.current.status).toBe('authenticated'))
    expect(calls[0]?.path).toBe('v1/auth/session')
    cleanup()
    within(useSession, { basePath: '/api/doorward', session: null })
  })
})

describe('required', () => {
  it('leads who is not signed in to the sign-in page and back, and shows nothing', async () => {
    serve()
    const { assign } = navigation()
    window.history.replaceState(null, '', '/notes?page=2#top')
    const { result } = within(() => useSession({ required: true }))
    await waitFor(() => expect(assign).toHaveBeenCalledTimes(1))
    expect(assign).toHaveBeenCalledWith('/sign-in?return_to=%2Fnotes%3Fpage%3D2%23top')
    expect(result.current).toMatchObject({ data: null, status: 'loading' })
  })

  it('calls what is to happen instead, once', async () => {
    serve()
    const { assign } = navigation()
    const onUnauthenticated = vi.fn()
    const options = () =>
      useSession({ required: true, onUnauthenticated: () => onUnauthenticated() })
    const { rerender } = within(options)
    await waitFor(() => expect(onUnauthenticated).toHaveBeenCalledTimes(1))
    rerender()
    expect(onUnauthenticated).toHaveBeenCalledTimes(1)
    expect(assign).not.toHaveBeenCalled()
  })

  it('does not hold up a sign-out, but who comes back to the page as it was left', async () => {
    serve({ 'POST v1/auth/sign-out': { status: 204 } })
    const { assign } = navigation()
    window.history.replaceState(null, '', '/notes')
    within(() => useSession({ required: true }), { session })
    await act(() => signOut({ redirectTo: '/bye' }))
    expect(assign.mock.calls).toEqual([['/bye']])
    const shown = (persisted: boolean) => {
      const event = Object.assign(new Event('pageshow'), { persisted })
      window.dispatchEvent(event)
    }
    shown(false)
    expect(assign).toHaveBeenCalledTimes(1)
    shown(true)
    expect(assign).toHaveBeenLastCalledWith('/sign-in?return_to=%2Fnotes')
  })

  it('lets who is signed in be', async () => {
    serve()
    const { assign } = navigation()
    const { result } = within(() => useSession({ required: true }), { session })
    // The types know that there is a session once the status says so.
    if (result.current.status === 'authenticated') expect(result.current.data.user.name).toBe('Ann')
    expect(assign).not.toHaveBeenCalled()
  })
})

describe('what was known', () => {
  const look = () => act(async () => void document.dispatchEvent(new Event('visibilitychange')))

  it('stays on the page while it is asked for again, and is not drawn again', async () => {
    const { known, count } = serve({ [ASK]: ANN })
    const seen: string[] = []
    const { result } = within(() => {
      const value = useSession()
      seen.push(value.status)
      return value
    })
    await waitFor(() => expect(result.current.status).toBe('authenticated'))
    const before = [result.current, seen.length]
    await look()
    await waitFor(() => expect(count(ASK)).toBe(2))
    await act(() => new Promise((resolve) => setTimeout(resolve, 10)))
    expect([result.current, seen.length]).toEqual(before)
    expect(seen.slice(-1)).toEqual(['authenticated'])
    known[ASK] = { body: { session: null } }
    await look()
    await waitFor(() => expect(result.current.status).toBe('unauthenticated'))
    expect(seen.filter((status) => status === 'loading').length).toBeLessThanOrEqual(2)
  })

  it('stays while the service is down, but not for longer than the session', async () => {
    const { known, count } = serve({ [ASK]: 'down' })
    const { result } = within(useSession, { session })
    await look()
    await waitFor(() => expect(count(ASK)).toBe(1))
    expect(result.current.status).toBe('authenticated')
    known[ASK] = refuse('server.busy', 503)
    await look()
    expect(result.current.status).toBe('authenticated')
    cleanup()
    const over = within(useSession, { session: { ...session, expires: '2020-01-01T00:00:00Z' } })
    await look()
    await waitFor(() => expect(over.result.current.status).toBe('unauthenticated'))
  })

  it('is not asked for again where that is not wished', async () => {
    const { calls } = serve()
    within(useSession, { session, refetchOnWindowFocus: false })
    await look()
    expect(calls).toEqual([])
  })

  it('is asked for again each so many seconds, and not without a network if so wished', async () => {
    vi.useFakeTimers()
    const { calls } = serve({ [ASK]: ANN })
    const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
    within(useSession, { session, refetchInterval: 60, refetchWhenOffline: false })
    await act(() => vi.advanceTimersByTimeAsync(121_000))
    expect(calls).toHaveLength(2)
    online.mockReturnValue(false)
    await act(() => vi.advanceTimersByTimeAsync(120_000))
    expect(calls).toHaveLength(2)
    cleanup()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(calls).toHaveLength(2)
  })

  it('is changed by update, without a flicker', async () => {
    const renamed = { ...SESSION, user: { ...SESSION.user, name: 'Anna' } }
    const { calls, known } = serve({
      'PATCH v1/me': () => {
        known[ASK] = { body: { session: renamed } }
        return { body: {} }
      },
    })
    const seen = new Set<string>()
    const { result } = within(
      () => {
        const value = useSession()
        seen.add(value.status)
        return value
      },
      { session },
    )
    const told = await act(() => result.current.update({ name: 'Anna' }))
    expect(told?.user.name).toBe('Anna')
    expect(calls[0]).toMatchObject({ path: 'v1/me', body: { name: 'Anna' } })
    await waitFor(() => expect(result.current.data?.user.name).toBe('Anna'))
    expect([...seen]).toEqual(['authenticated'])
    await act(() => result.current.update())
    expect(calls.map(({ method }) => method)).toEqual(['PATCH', 'GET', 'GET'])
  })

  it('before a sign-out says nothing after it', async () => {
    let late: (response: Response) => void = () => {}
    const slow = new Promise<Response>((resolve) => {
      late = resolve
    })
    const { known } = serve({ [ASK]: slow, 'POST v1/auth/sign-out': { status: 204 } })
    const { result } = within(useSession, { session })
    const asked = getSession()
    known[ASK] = { body: { session: null } }
    await act(async () => void (await signOut({ redirect: false })))
    late(Response.json(ANN.body))
    expect(await asked).toBeNull()
    expect(result.current.status).toBe('unauthenticated')
  })
})

describe('other tabs', () => {
  /** A tab beside this one. */
  function tab() {
    const channel = new BroadcastChannel('doorward')
    const heard: unknown[] = []
    channel.onmessage = ({ data }) => heard.push(data)
    return { channel, heard }
  }

  it('are told of a sign-out, and tell of theirs', async () => {
    const { calls } = serve({ 'POST v1/auth/sign-out': { status: 204 } })
    const { result } = within(useSession, { session })
    const { channel, heard } = tab()
    channel.postMessage({ event: 'session', data: { trigger: 'signout' } })
    await waitFor(() => expect(result.current.status).toBe('unauthenticated'))
    expect(calls).toEqual([])
    await act(async () => void (await signOut({ redirect: false })))
    await waitFor(() => expect(heard).toEqual([{ event: 'session', data: { trigger: 'signout' } }]))
    channel.close()
  })

  it('are told of a change, and tell of theirs', async () => {
    const { calls } = serve({ [ASK]: ANN })
    const { result } = within(useSession, { session: null })
    const { channel, heard } = tab()
    channel.postMessage({ event: 'session', data: { trigger: 'getSession' } })
    await waitFor(() => expect(result.current.status).toBe('authenticated'))
    expect(calls).toHaveLength(1)
    await act(() => result.current.update())
    await waitFor(() =>
      expect(heard).toEqual([{ event: 'session', data: { trigger: 'getSession' } }]),
    )
    channel.close()
  })

  it('are not believed what makes no sense', async () => {
    const { calls } = serve()
    const { result } = within(useSession, { session })
    const { channel } = tab()
    for (const message of [
      null,
      'signout',
      {},
      { event: 'other' },
      { data: { trigger: 'signout' } },
    ]) {
      channel.postMessage(message)
    }
    await act(() => new Promise((resolve) => setTimeout(resolve, 30)))
    expect(result.current.status).toBe('authenticated')
    expect(calls).toEqual([])
    channel.close()
  })
})
