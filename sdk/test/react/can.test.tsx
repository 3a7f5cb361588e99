// @vitest-environment happy-dom
import { act, cleanup, waitFor } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { toSession } from '../../src/core/index.js'
import { SessionProvider, signOut, useCan, useSession } from '../../src/react/index.js'
import { SESSION } from '../next/stub.js'
import { refuse, serve, within } from './stub.js'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const FIRST = 'GET v1/me/operations?limit=200'
const SECOND = 'GET v1/me/operations?limit=200&cursor=a%2Bb'
const operation = (operation_id: string, own_only = false) => ({
  operation_id,
  method: 'GET',
  path: '/',
  own_only,
})
const page = (items: object[], next_cursor: string | null = null) => ({
  body: { items, next_cursor },
})
let number = 0
/** Somebody whose operations have not been asked for yet. */
const somebody = (members = {}) => ({ ...toSession(SESSION), id: `ses_${number++}`, ...members })

function Can() {
  return <p>{String(useCan('list_users'))}</p>
}

describe('useCan', () => {
  it('tells of operations on all pages, which are asked for once', async () => {
    const { calls } = serve({
      [FIRST]: page([operation('list_users')], 'a+b'),
      [SECOND]: page([operation('list_roles'), operation('get_user', true)]),
    })
    const names = ['list_users', 'list_roles', 'delete_user', 'get_user'] as const
    const seen: boolean[][] = []
    const { result } = within(
      () => {
        const can = [...names.map((name) => useCan(name)), useCan('get_user', { ofOthers: true })]
        seen.push(can)
        return can
      },
      { session: somebody() },
    )
    expect(seen[0]).toEqual([false, false, false, false, false])
    await waitFor(() => expect(result.current).toEqual([true, true, false, true, false]))
    expect(calls).toHaveLength(2)
    expect(seen.slice(0, -1).flat()).not.toContain(true)
  })

  it('is drawn on a server as on a client that knows nothing yet', async () => {
    serve({ [FIRST]: page([operation('list_users')]) })
    const session = somebody()
    const { result } = within(() => useCan('list_users'), { session })
    await waitFor(() => expect(result.current).toBe(true))
    const app = (
      <SessionProvider session={session}>
        <Can />
      </SessionProvider>
    )
    expect(renderToString(app)).toBe('<p>false</p>')
  })

  it('tells of the app’s permissions without asking', async () => {
    const { calls } = serve()
    const both = () => [useCan('app:notes:read'), useCan('app:notes:moderate')]
    const { result } = within(both, { session: somebody() })
    expect(result.current).toEqual([true, false])
    await act(() => new Promise((resolve) => setTimeout(resolve, 20)))
    expect(calls).toEqual([])
  })

  it('is asked for again with another session, and false in between and after', async () => {
    const { known, count } = serve({
      [FIRST]: page([operation('list_users')]),
      'POST v1/auth/sign-out': { status: 204 },
    })
    const session = somebody()
    const { result } = within(() => ({ can: useCan('list_users'), update: useSession().update }), {
      session,
    })
    await waitFor(() => expect(result.current.can).toBe(true))
    known['GET v1/auth/session'] = { body: { session: { ...SESSION, id: session.id, roles: [] } } }
    known[FIRST] = page([])
    await act(async () => void (await result.current.update()))
    await waitFor(() => expect(count(FIRST)).toBe(2))
    expect(result.current.can).toBe(false)
    await act(async () => void (await signOut({ redirect: false })))
    expect(result.current.can).toBe(false)
  })

  it('is false where it can’t be read, and asked for nobody', async () => {
    const { calls } = serve({ [FIRST]: refuse('server.busy', 503) })
    const { result } = within(() => useCan('list_users'), { session: somebody() })
    await waitFor(() => expect(calls).toHaveLength(1))
    expect(result.current).toBe(false)
    cleanup()
    calls.length = 0
    within(() => useCan('list_users'), { session: null })
    await act(() => new Promise((resolve) => setTimeout(resolve, 20)))
    expect(calls).toEqual([])
  })

  it('tells nothing of a first page if the second can’t be read', async () => {
    const { count } = serve({ [FIRST]: page([operation('list_users')], 'a+b'), [SECOND]: 'down' })
    const { result } = within(() => useCan('list_users'), { session: somebody() })
    await waitFor(() => expect(count(SECOND)).toBe(1))
    await act(() => new Promise((resolve) => setTimeout(resolve, 20)))
    expect(result.current).toBe(false)
  })
})
