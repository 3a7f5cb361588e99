import { createServer } from 'node:http'
import type { NextApiRequest, NextApiResponse } from 'next'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createAuth,
  type DoorwardConfig,
  DoorwardUnavailable,
  getServerSession,
  getSessionCookie,
  problem,
  type WithAuthOptions,
} from '../../src/next/index.js'
import { annsService, down, problemOf, SESSION, stub } from './stub.js'

afterEach(() => {
  vi.restoreAllMocks()
})

const quiet = () => vi.spyOn(console, 'error').mockImplementation(() => {})
const APP = 'http://localhost:3000'
const CONTEXT = { params: Promise.resolve({}) }

function request(cookie?: string, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers)
  if (cookie) headers.set('cookie', cookie)
  return new Request(`${APP}/api/notes`, { ...init, headers })
}

describe('auth', () => {
  it('shows the service the session cookie and nothing else of the browser', async () => {
    const { config, calls } = annsService()
    const { auth } = createAuth(config)
    const headers = { 'x-forwarded-for': '203.0.113.7', origin: APP, authorization: 'Bearer x' }
    const session = await auth(request('a=b; doorward=good; doorward-device=d', { headers }))
    expect(session).toMatchObject({ user: { email: 'ann@example.test', image: null } })
    expect(session?.permissions).toEqual(['app:notes:read'])
    expect(Object.fromEntries(calls[0]?.headers ?? [])).toEqual({
      accept: 'application/json',
      cookie: 'doorward=good',
    })
  })

  it('is null for who has no session, without asking if there is no cookie', async () => {
    const { config, calls } = annsService()
    const { auth } = createAuth(config)
    expect(await auth(request())).toBeNull()
    expect(await auth(request('doorward-device=d; doorwardx=good'))).toBeNull()
    expect(calls).toEqual([])
    expect(await auth(request('doorward=bad'))).toBeNull()
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['is down', () => Promise.reject(new TypeError('fetch failed'))],
    ['fails', () => Response.json({ session: null }, { status: 500 })],
    ['is busy', () => Response.json({ session: SESSION }, { status: 503 })],
    ['says nothing', () => new Response(null, { status: 200 })],
    ['says something else', () => Response.json({})],
    ['says half of it', () => Response.json({ session: { id: 'ses_1' } })],
    ['says no JSON', () => new Response('<html>')],
    ['leads elsewhere', () => Response.redirect('http://127.0.0.1:8080/evil')],
    ['never answers', () => new Promise(() => {})],
    ['never ends', () => new Response(new ReadableStream({ start: () => {} }))],
  ])('throws when the service %s', async (_, answer) => {
    const { config } = stub(answer)
    const { auth } = createAuth({ ...config, timeout: 50 })
    await expect(auth(request('doorward=good'))).rejects.toBeInstanceOf(DoorwardUnavailable)
  })

  it('wraps a handler, which finds whose request it is', async () => {
    const { auth } = createAuth(annsService().config)
    const handler = auth((req) => Response.json({ who: req.auth?.user.name ?? null }))
    const call = (cookie?: string) => handler(request(cookie) as never, CONTEXT)
    expect(await (await call('doorward=good')).json()).toEqual({ who: 'Ann' })
    expect(await (await call()).json()).toEqual({ who: null })
    quiet()
    const closed = createAuth(down().config).auth(() => Response.json('open'))
    const answer = await closed(request('doorward=good') as never, CONTEXT)
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'server.unavailable' })
  })

  it('reads the requests of Node.js, under the names of next-auth too', async () => {
    const { config } = annsService()
    const { auth } = createAuth(config)
    const req = { headers: { cookie: 'doorward=good' } } as never
    expect((await auth({ req, res: {} as never }))?.user.name).toBe('Ann')
    expect((await auth(req, {} as never))?.user.name).toBe('Ann')
    expect((await getServerSession(req, {} as never, config))?.user.name).toBe('Ann')
  })

  it('does not let a name of the prototype pass for a session', async () => {
    const { config } = stub(() => new Response('{"session":{"__proto__":{"id":"x"}}}'))
    const asked = createAuth(config).auth(request('doorward=good'))
    await expect(asked).rejects.toBeInstanceOf(DoorwardUnavailable)
    expect(({} as { id?: string }).id).toBeUndefined()
  })
})

describe('withAuth', () => {
  type Members = Parameters<typeof annsService>[0]
  const SELF = { origin: APP, host: 'localhost:3000' }

  async function call(
    options: WithAuthOptions,
    given: { cookie?: string; init?: RequestInit; session?: Members; factors?: object } = {},
    config: DoorwardConfig = annsService(given.session, given.factors).config,
  ) {
    const handler = vi.fn((req: { auth: { user: { name: string } } }) =>
      Response.json({ who: req.auth.user.name }),
    )
    const guarded = createAuth(config).withAuth(handler as never, options)
    const { cookie = 'doorward=good', init } = given
    const answer = await guarded(request(cookie, init) as never, {} as never)
    return { answer: answer as unknown as Response, handler }
  }

  it('calls the handler for who is signed in', async () => {
    const { answer } = await call({})
    expect(await answer.json()).toEqual({ who: 'Ann' })
  })

  it('refuses who is not', async () => {
    const { answer, handler } = await call({}, { cookie: 'doorward=bad' })
    expect(answer.headers.get('www-authenticate')).toBe('Session')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await problemOf(answer)).toMatchObject({
      status: 401,
      type: 'about:blank',
      code: 'auth.not_signed_in',
      errors: [],
    })
    expect(handler).not.toHaveBeenCalled()
  })

  it('refuses who lacks the permission, and says which', async () => {
    const { answer, handler } = await call({ permission: 'app:notes:moderate' })
    expect(await problemOf(answer)).toMatchObject({
      status: 403,
      code: 'auth.permission_missing',
      required_permission: 'app:notes:moderate',
    })
    expect(handler).not.toHaveBeenCalled()
    expect((await call({ permission: 'app:notes:read' })).answer.status).toBe(200)
  })

  it('refuses who must set up a second factor first', async () => {
    const { answer } = await call({}, { session: { second_factor_needed: true } })
    expect(await problemOf(answer)).toMatchObject({ code: 'auth.second_factor_needed' })
  })

  it('stays closed when the service is down', async () => {
    quiet()
    const { answer, handler } = await call({}, {}, down().config)
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'server.unavailable' })
    expect(handler).not.toHaveBeenCalled()
  })

  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
  const TOTP = { totp: [{}], methods: ['totp', 'recovery_code', 'password', 'email'] }
  const NO_PASSWORD = { methods: ['email'] }

  it.each([
    ['a proof of just now', {}, {}, 200, undefined],
    ['an old proof', { auth_time: ago(61) }, {}, 403, ['password']],
    ['an old proof, no password', { auth_time: ago(61) }, NO_PASSWORD, 403, ['email']],
    [
      'an old proof by a factor',
      { auth_time: ago(61), acr: 'aal2' },
      TOTP,
      403,
      ['totp', 'recovery_code'],
    ],
    ['a new proof without the factor that there is', {}, TOTP, 403, ['totp', 'recovery_code']],
    ['a new proof by a factor', { acr: 'aal2' }, TOTP, 200, undefined],
    ['no time', { auth_time: 'soon' }, {}, 403, ['password']],
  ] as const)('asks for a recent proof: %s', async (_, session, factors, status, methods) => {
    const { answer } = await call({ freshSeconds: 60 }, { session, factors })
    expect(answer.status).toBe(status)
    if (status === 403) {
      const told = await problemOf(answer)
      expect(told).toMatchObject({ code: 'auth.step_up_required', methods })
    }
  })

  it('asks for two factors', async () => {
    const with2 = await call({ aal2: true }, { session: { acr: 'aal2' } })
    expect(with2.answer.status).toBe(200)
    const with1 = await call({ aal2: true }, { factors: TOTP })
    expect(await problemOf(with1.answer)).toMatchObject({
      code: 'auth.step_up_required',
      methods: ['totp', 'recovery_code'],
    })
    const without = await call({ aal2: true })
    expect(await problemOf(without.answer)).toMatchObject({ code: 'auth.second_factor_needed' })
  })

  it('tells of a missing permission first', async () => {
    const options = { permission: 'app:x', freshSeconds: 60 }
    const { answer } = await call(options, { session: { auth_time: ago(61) } })
    expect(await problemOf(answer)).toMatchObject({ code: 'auth.permission_missing' })
  })

  it.each([
    ['its own page', { ...SELF, 'sec-fetch-site': 'same-origin' }, 200],
    ['its own page in an old browser', SELF, 200],
    ['a program', { host: 'localhost:3000' }, 200],
    ['behind a proxy', { ...SELF, host: 'inner', 'x-forwarded-host': 'localhost:3000' }, 200],
    ['a listed origin', { ...SELF, origin: 'https://b.test', 'sec-fetch-site': 'cross-site' }, 200],
    [
      'another site',
      { ...SELF, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['a host beside it', { ...SELF, origin: 'http://b.localhost:3000' }, 403],
    ['another port', { ...SELF, origin: 'http://localhost:3001' }, 403],
    ['a hidden origin', { ...SELF, origin: 'null' }, 403],
    ['a link', { host: 'localhost:3000', 'sec-fetch-site': 'cross-site' }, 403],
  ])('lets %s change something or not', async (_, headers, status) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const init = { method, headers }
      const { answer } = await call({ allowedOrigins: ['https://b.test'] }, { init })
      expect(answer.status).toBe(status)
    }
    const read = await call({}, { init: { headers } })
    expect(read.answer.status).toBe(200)
  })

  it('guards API routes of the pages router', async () => {
    const { withAuth } = createAuth(annsService().config)
    const guarded = withAuth(
      (req: NextApiRequest & { auth: { user: { name: string } } }, res: NextApiResponse) => {
        res.end(JSON.stringify({ who: req.auth.user.name }))
      },
    )
    const server = createServer((req, res) => guarded(req as never, res as never))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const url = `http://127.0.0.1:${port}/`
    try {
      const good = await fetch(url, { headers: { cookie: 'doorward=good' } })
      expect(await good.json()).toEqual({ who: 'Ann' })
      const bad = await fetch(url)
      expect(bad.headers.get('content-type')).toBe('application/problem+json')
      expect(bad.headers.get('www-authenticate')).toBe('Session')
      expect(await problemOf(bad)).toMatchObject({ status: 401, code: 'auth.not_signed_in' })
    } finally {
      server.close()
    }
  })
})

describe('what else there is', () => {
  it('problems are worded as the service’s own', async () => {
    const errors = [{ pointer: '/text', code: 'too_long', message: 'At most 10.' }]
    const answer = problem(422, 'validation.failed', { errors })
    expect(await problemOf(answer)).toMatchObject({
      status: 422,
      title: expect.any(String),
      errors,
    })
    expect(await problemOf(problem(409, 'notes.locked', { title: 'It is locked.' }))).toMatchObject(
      {
        code: 'notes.locked',
        title: 'It is locked.',
      },
    )
  })

  it('the session cookie is found, whatever kind of request it is', () => {
    expect(getSessionCookie(request('doorward=a%2Fb'))).toBe('a/b')
    expect(getSessionCookie({ headers: { cookie: '__Host-doorward=x' } })).toBe('x')
    expect(getSessionCookie(request('doorward-device=x'))).toBeNull()
  })
})
