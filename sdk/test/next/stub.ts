import type { CurrentSession } from '../../src/core/session.js'
import type { DoorwardConfig } from '../../src/next/index.js'

/** What the service was asked. */
export interface Asked {
  method: string
  path: string
  headers: Headers
  body: string
}

type Answer = Response | Promise<Response>

/** A service that answers as a test says, and notes what it was asked. */
export function stub(answer: (asked: Asked) => Answer, url = 'http://127.0.0.1:8080') {
  const calls: Asked[] = []
  const config: DoorwardConfig = {
    url,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      // What a cache holds is old, and who leads elsewhere is not the service.
      if (request.redirect !== 'manual' || request.cache !== 'no-store') throw new Error('unsafe')
      const asked = {
        method: request.method,
        path: request.url.slice(url.length),
        headers: request.headers,
        body: await request.text(),
      }
      calls.push(asked)
      const given = Promise.resolve(answer(asked))
      const aborted = new Promise<never>((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
      return Promise.race([given, aborted])
    },
  }
  return { config, calls }
}

/** Nobody answers there. */
export const down = () => stub(() => Promise.reject(new TypeError('fetch failed')))

export const SESSION: CurrentSession = {
  id: 'ses_06awk5n2q3w0r8d1e4t7y9v2m4',
  user: {
    id: 'usr_06awk5n2q3w0r8d1e4t7y9v2m4',
    email: 'ann@example.test',
    email_verified: true,
    name: 'Ann',
  },
  roles: ['editor'],
  permissions: ['app:notes:read'],
  amr: ['pwd'],
  acr: 'aal1',
  auth_time: new Date().toISOString(),
  created_at: new Date().toISOString(),
  expires: new Date(Date.now() + 86_400_000).toISOString(),
  second_factor_needed: false,
}

/** A service in which the session cookie `good` is Ann's. */
export function annsService(members: Partial<CurrentSession> = {}, factors: object = {}) {
  return stub(({ path, headers }) => {
    const isAnn = /(^|; )(__Host-)?doorward=good(;|$)/.test(headers.get('cookie') ?? '')
    if (path === '/v1/auth/session') {
      return Response.json({ session: isAnn ? { ...SESSION, ...members } : null })
    }
    if (path === '/v1/me/factors') {
      const none = { totp: [], passkeys: [], methods: ['password', 'email'] }
      return Response.json({ ...none, ...factors })
    }
    return new Response(null, { status: 404 })
  })
}

/** The body of a problem. */
export async function problemOf(response: Response) {
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, type: response.headers.get('content-type'), ...body }
}
