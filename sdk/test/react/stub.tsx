import { type RenderHookResult, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { vi } from 'vitest'
import { SessionProvider, type SessionProviderProps } from '../../src/react/index.js'
import { SESSION } from '../next/stub.js'

/** What the service was asked. */
export interface Asked {
  method: string
  path: string
  body: unknown
}

type Reply = { status?: number; body?: unknown } | 'down' | Promise<Response>
type Replies = Record<string, Reply | ((asked: Asked) => Reply)>

/** Answers in the service's place, by `GET v1/auth/session` and the like; nobody is signed in. */
export function serve(replies: Replies = {}, basePath = '/api/doorward') {
  const calls: Asked[] = []
  const known: Replies = { 'GET v1/auth/session': { body: { session: null } }, ...replies }
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const isRequest = input instanceof Request
    const url = new URL(isRequest ? input.url : String(input), window.location.href)
    const text = isRequest ? await input.text() : ((init?.body as string | undefined) ?? '')
    const asked = {
      method: (isRequest ? input.method : init?.method) ?? 'GET',
      path: (url.pathname + url.search).replace(`${basePath}/`, ''),
      body: text ? JSON.parse(text) : undefined,
    }
    calls.push(asked)
    const reply = known[`${asked.method} ${asked.path}`]
    const given = typeof reply === 'function' ? reply(asked) : reply
    if (given === 'down') throw new TypeError('fetch failed')
    if (given instanceof Promise) return given
    const { status = given ? 200 : 404, body } = given ?? {
      body: problem('request.not_found', 404),
    }
    const type = status >= 400 ? 'application/problem+json' : 'application/json'
    return new Response(body === undefined ? null : JSON.stringify(body), {
      status,
      headers: { 'content-type': type },
    })
  })
  return {
    calls,
    known,
    /** How often this was asked. */
    count: (name: string) =>
      calls.filter(({ method, path }) => `${method} ${path}` === name).length,
  }
}

export function problem(code: string, status: number, more: object = {}) {
  return { type: '', title: code, status, detail: '', instance: 'req_1', code, errors: [], ...more }
}

export const refuse = (code: string, status: number, more: object = {}) => ({
  status,
  body: problem(code, status, more),
})

/** Ann's session, as the service tells it. */
export const ANN = { body: { session: SESSION } }

export const ASK = 'GET v1/auth/session'

/** A hook below a provider. */
export function within<Result>(
  hook: () => Result,
  props: Omit<SessionProviderProps, 'children'> = {},
): RenderHookResult<Result, unknown> {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <SessionProvider {...props}>{children}</SessionProvider>
  )
  return renderHook(hook, { wrapper })
}

/** Catches where the browser is led to. */
export function navigation() {
  const assign = vi.spyOn(window.location, 'assign').mockImplementation(() => {})
  const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => {})
  return { assign, reload, last: () => assign.mock.lastCall?.[0] }
}
