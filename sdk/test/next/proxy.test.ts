import { NextRequest } from 'next/server.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createProxy, type ProxyOptions } from '../../src/next/proxy.js'
import { createTestIssuer, type TestIssuer } from '../../src/testing/index.js'
import { down, problemOf, stub } from './stub.js'

const APP = 'http://localhost:3000'
const ID = 'https://id.example.test'

let issuer: TestIssuer
let clock = 0
beforeEach(async () => {
  clock = Date.now()
  issuer = await createTestIssuer({ issuer: ID, audience: ID, clock: () => clock })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})
const quiet = () => vi.spyOn(console, 'error').mockImplementation(() => {})

type Claims = Parameters<TestIssuer['token']>[0]

/** A service in which the sessions `good` and `other` get tokens. */
function service(claims: Claims = {}) {
  return stub(async ({ path, headers }) => {
    if (path !== '/v1/auth/token') return issuer.fetch(ID + path, {})
    const isGood = /^(__Host-)?doorward=(good|other)$/.test(headers.get('cookie') ?? '')
    if (!isGood) return Response.json({ code: 'auth.not_signed_in' }, { status: 401 })
    const token = await issuer.token(claims)
    return Response.json({ access_token: token, expires_in: 300, refresh_token: 'dwr_secret' })
  }, ID)
}

const options = (config: object, more: ProxyOptions = {}): ProxyOptions => ({ ...config, ...more })

function ask(path: string, cookie?: string, init: { method?: string; headers?: object } = {}) {
  const headers = new Headers(init.headers as Record<string, string>)
  if (cookie) headers.set('cookie', cookie)
  return new NextRequest(APP + path, { method: init.method ?? 'GET', headers })
}

/** The token cookie that an answer sets, as a browser would send it. */
function given(answer: Response): string {
  const line = answer.headers.getSetCookie().find((each) => each.includes('-token='))
  return line?.split(';')[0] ?? ''
}
const isThrough = (answer: Response) => answer.headers.get('x-middleware-next') === '1'
const paths = (calls: { path: string }[]) => calls.map(({ path }) => path)
const TOKEN = '/v1/auth/token'
const KEYS = '/.well-known/jwks.json'

describe('who is not signed in', () => {
  it('is led from a page to the sign-in page, and back', async () => {
    const { config, calls } = service()
    const answer = await createProxy(options(config))(ask('/notes?page=2&_rsc=x'))
    expect(answer.status).toBe(307)
    expect(answer.headers.get('location')).toBe(
      `${APP}/sign-in?return_to=${encodeURIComponent('/notes?page=2')}`,
    )
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(calls).toEqual([])
  })

  it('gets a problem from an API, also with a cookie that is no session', async () => {
    const { config, calls } = service()
    const proxy = createProxy(options(config))
    const told = { status: 401, code: 'auth.not_signed_in' }
    expect(await problemOf(await proxy(ask('/api/notes')))).toMatchObject(told)
    const answer = await proxy(ask('/api/notes', 'doorward=bad'))
    expect(await problemOf(answer)).toMatchObject(told)
    expect(given(answer)).toBe('doorward-token=')
    expect(paths(calls)).toEqual([TOKEN])
  })

  it('loses no form: what was sent is not sent to the sign-in page', async () => {
    const proxy = createProxy(options(service().config))
    const posted = await proxy(ask('/notes', undefined, { method: 'POST' }))
    expect(posted.status).toBe(303)
    const headers = { 'next-action': 'abc' }
    const action = await proxy(ask('/notes', undefined, { method: 'POST', headers }))
    expect(action.headers.get('x-action-redirect')).toBe('/sign-in?return_to=%2Fnotes;push')
    expect(action.headers.has('location')).toBe(false)
    expect(isThrough(action)).toBe(false)
  })

  it('has no sign-in page read by the router, which then loads the page itself', async () => {
    const proxy = createProxy(options(service().config))
    const headers = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }
    const answer = await proxy(ask('/notes', undefined, { headers }))
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([204, 'no-store'])
    expect(isThrough(answer)).toBe(false)
    const data = await proxy(
      ask('/notes', undefined, { headers: { ...headers, 'x-nextjs-data': '1' } }),
    )
    expect(data.status).toBe(307)
    const action = { method: 'POST', headers: { ...headers, 'next-action': 'abc' } }
    expect((await proxy(ask('/notes', undefined, action))).status).toBe(303)
    expect((await proxy(ask('/api/notes', undefined, { headers }))).status).toBe(401)
  })

  it.each([
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/@evil.example', '/@evil.example'],
  ])('is led back to the app from %s', async (path, back) => {
    const answer = await createProxy(options(service().config))(ask(path))
    const to = new URL(answer.headers.get('location') ?? '')
    expect([to.origin, to.pathname]).toEqual([APP, '/sign-in'])
    expect(to.searchParams.get('return_to')).toBe(back)
  })
})

describe('who is signed in', () => {
  it('is let through with a token that the browser and the app get, and asked for once', async () => {
    const { config, calls } = service()
    const proxy = createProxy(options(config))
    const first = await proxy(ask('/notes', 'a=b; doorward=good'))
    expect(isThrough(first)).toBe(true)
    const [line = ''] = first.headers.getSetCookie()
    expect(line).toMatch(/^doorward-token=[\w-]{22}\.[\w-]+\.[\w-]+\.[\w-]+; /)
    expect(line).toContain('; Path=/; HttpOnly; SameSite=Lax; Max-Age=300')
    expect(first.headers.get('x-middleware-request-cookie')).toBe(
      `a=b; doorward=good; ${given(first)}`,
    )
    expect(JSON.stringify([...first.headers])).not.toContain('dwr_secret')
    expect(paths(calls)).toEqual([TOKEN, KEYS])
    const again = await proxy(ask('/notes', `doorward=good; ${given(first)}`))
    expect(isThrough(again)).toBe(true)
    expect(again.headers.getSetCookie()).toEqual([])
    expect(calls).toHaveLength(2)
  })

  it('shows the service the session alone, as a program does', async () => {
    const { config, calls } = service()
    const headers = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }
    await createProxy(options(config))(ask('/notes', 'a=b; doorward=good', { headers }))
    expect(Object.fromEntries(calls[0]?.headers ?? [])).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      cookie: 'doorward=good',
    })
  })

  it('shares one asking among requests that come at once', async () => {
    const { config, calls } = service()
    const proxy = createProxy(options(config))
    const all = Array.from({ length: 20 }, () => proxy(ask('/notes', 'doorward=good')))
    const answers = await Promise.all(all)
    expect(answers.every(isThrough)).toBe(true)
    expect(answers.every((answer) => given(answer).length > 40)).toBe(true)
    expect(paths(calls).filter((path) => path === TOKEN)).toHaveLength(1)
    const other = await proxy(ask('/notes', 'doorward=other'))
    expect(given(other)).not.toBe(given(answers[0] as Response))
  })

  it('gets a new token when the old one is over', async () => {
    vi.useFakeTimers({ now: clock, toFake: ['Date'] })
    const { config, calls } = service()
    const proxy = createProxy(options(config))
    const first = await proxy(ask('/notes', 'doorward=good'))
    clock += 301_000
    vi.setSystemTime(clock)
    const second = await proxy(ask('/notes', `doorward=good; ${given(first)}`))
    expect(isThrough(second)).toBe(true)
    expect(given(second)).not.toBe(given(first))
    expect(paths(calls).filter((path) => path === TOKEN)).toHaveLength(2)
  })

  it('goes on after the keys were replaced', async () => {
    vi.useFakeTimers({ now: clock, toFake: ['Date'] })
    const { config } = service()
    const proxy = createProxy(options(config))
    const first = await proxy(ask('/notes', 'doorward=good'))
    await issuer.rotate()
    clock += 30_000
    vi.setSystemTime(clock)
    expect(isThrough(await proxy(ask('/notes', `doorward=good; ${given(first)}`)))).toBe(true)
    expect(isThrough(await proxy(ask('/notes', 'doorward=other')))).toBe(true)
  })

  it('over https is known by cookies that no other host can set', async () => {
    const { config } = service()
    const proxy = createProxy(options(config))
    const first = await proxy(ask('/notes', '__Host-doorward=good'))
    expect(first.headers.getSetCookie()[0]).toMatch(/^__Host-doorward-token=.*; Secure$/)
    const tossed = given(first).replace('__Host-', '')
    const answer = await proxy(ask('/notes', `__Host-doorward=bad; doorward=good; ${tossed}`))
    expect(answer.status).toBe(307)
  })
})

describe('a token cookie is worth nothing', () => {
  it.each<[string, (token: string, mark: string) => string | Promise<string>]>([
    ['of another session', (token) => `AAAAAAAAAAAAAAAAAAAAAA.${token}`],
    ['without its mark', (token) => token],
    ['with a changed signature', (token, mark) => `${mark}.${token.slice(0, -4)}AAAA`],
    ['without a signature', (token, mark) => `${mark}.${token.split('.').slice(0, 2).join('.')}.`],
    ['that is empty', () => ''],
    ['that is none', (_, mark) => `${mark}.x.y.z`],
    ['of another audience', async (_, mark) => `${mark}.${await issuer.token({ aud: 'x' })}`],
    [
      'of another issuer',
      async (_, mark) => {
        const other = await createTestIssuer({ issuer: 'https://evil.test', audience: ID })
        return `${mark}.${await other.token()}`
      },
    ],
    [
      'signed by somebody else',
      async (_, mark) => {
        const other = await createTestIssuer({ issuer: ID, audience: ID })
        return `${mark}.${await other.token({ permissions: ['app:admin'] })}`
      },
    ],
    [
      'that is an ID token',
      async (_, mark) => {
        const iat = Math.floor(clock / 1000)
        const claims = { iss: ID, aud: ID, sub: 'usr_1', iat, exp: iat + 300 }
        return `${mark}.${await issuer.sign(claims, { typ: 'JWT' })}`
      },
    ],
    [
      'that needs a proof of a key',
      async (_, mark) => {
        return `${mark}.${await issuer.token({ cnf: { jkt: 'x' } })}`
      },
    ],
  ])('%s', async (_, forge) => {
    const { config, calls } = service()
    const proxy = createProxy(options(config))
    const good = given(await proxy(ask('/notes', 'doorward=good')))
    const [mark = '', ...rest] = good.slice('doorward-token='.length).split('.')
    const forged = await forge(rest.join('.'), mark)
    calls.length = 0
    const cookie = `doorward=good; doorward-token=${forged}`
    const answer = await proxy(ask('/notes', cookie))
    // The session itself is good, so a new token is got: the forged one was not taken.
    expect(isThrough(answer)).toBe(true)
    expect(paths(calls)).toContain(TOKEN)
    const bad = await proxy(ask('/notes', `doorward=bad; doorward-token=${forged}`))
    expect(bad.status).toBe(307)
    const alone = await proxy(ask('/notes', `doorward-token=${good.split('=')[1]}`))
    expect(alone.status).toBe(307)
  })
})

describe('permissions', () => {
  const rules: ProxyOptions = {
    pages: [{ path: '/admin/*', permission: 'app:admin' }],
    api: [{ path: '/api/admin/*', permission: 'app:admin' }],
  }

  it('are needed where a rule says so', async () => {
    const proxy = createProxy(options(service({ permissions: ['app:other'] }).config, rules))
    const api = await proxy(ask('/api/admin/x', 'doorward=good'))
    expect(given(api).length).toBeGreaterThan(40)
    expect(await problemOf(api)).toMatchObject({
      status: 403,
      code: 'auth.permission_missing',
      required_permission: 'app:admin',
    })
    const page = await proxy(ask('/admin', 'doorward=good'))
    expect([page.status, isThrough(page)]).toEqual([403, false])
    expect(await page.text()).toContain('not for you')
    expect(isThrough(await proxy(ask('/notes')))).toBe(true)
    const held = createProxy(options(service({ permissions: ['app:admin'] }).config, rules))
    expect(isThrough(await held(ask('/admin', 'doorward=good')))).toBe(true)
  })

  it('can be told on a page of the app', async () => {
    const { config } = service()
    const proxy = createProxy(options(config, { ...rules, forbiddenPath: '/forbidden' }))
    const answer = await proxy(ask('/admin?x=1', 'doorward=good'))
    expect(answer.status).toBe(403)
    expect(answer.headers.get('x-middleware-rewrite')).toBe(`${APP}/forbidden`)
  })

  it('that a token does not list are asked for, and nothing is let in without an answer', async () => {
    quiet()
    const many: Claims = { permissions_ref: `${ID}/v1/check` }
    const asking = (answer: () => Response) => {
      const { config } = service(many)
      const fetch = config.fetch as typeof globalThis.fetch
      const checking: typeof fetch = async (input, init) =>
        String(input).endsWith('/v1/check') ? answer() : fetch(input, init)
      return createProxy(options({ ...config, fetch: checking }, rules))(
        ask('/api/admin', 'doorward=good'),
      )
    }
    expect(isThrough(await asking(() => Response.json({ results: [{ allowed: true }] })))).toBe(
      true,
    )
    expect((await asking(() => Response.json({ results: [{ allowed: false }] }))).status).toBe(403)
    expect((await asking(() => new Response(null, { status: 500 }))).status).toBe(503)
  })
})

describe('when the service', () => {
  it('is down, everything guarded stays closed and says so', async () => {
    const log = quiet()
    const proxy = createProxy(options(down().config))
    const page = await proxy(ask('/notes', 'doorward=good'))
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5'])
    expect(page.headers.get('content-type')).toContain('text/html')
    const headers = { 'sec-fetch-dest': 'empty' }
    const byRouter = await proxy(ask('/notes', 'doorward=good', { headers }))
    expect([byRouter.status, isThrough(byRouter)]).toEqual([204, false])
    const api = await proxy(ask('/api/notes', 'doorward=good'))
    expect(await problemOf(api)).toMatchObject({ status: 503, code: 'server.unavailable' })
    expect(log.mock.lastCall?.[0]).toContain('does not answer')
    expect(isThrough(await proxy(ask('/sign-in')))).toBe(true)
  })

  it.each([
    ['fails', 500, {}],
    ['is busy', 503, { code: 'server.busy' }],
    ['limits', 429, { code: 'rate_limit.exceeded' }],
    ['leads elsewhere', 302, {}],
    ['says nothing', 200, {}],
    ['refuses the origin', 403, { code: 'csrf.origin_refused' }],
  ])('%s, nothing is let in', async (_, status, body) => {
    quiet()
    const { config } = stub(() => Response.json(body, { status }), ID)
    const answer = await createProxy(options(config))(ask('/api/notes', 'doorward=good'))
    expect(answer.status).toBe(503)
  })

  it('never answers, nobody waits for ever', async () => {
    quiet()
    const { config } = stub(() => new Promise(() => {}), ID)
    const answer = await createProxy(options(config, { timeout: 50 }))(ask('/', 'doorward=good'))
    expect(answer.status).toBe(503)
  })

  it('has no keys, its tokens are not taken', async () => {
    quiet()
    const { config } = service()
    const fetch = config.fetch as typeof globalThis.fetch
    const keyless: typeof fetch = async (input, init) =>
      String(input).endsWith(KEYS) ? new Response(null, { status: 500 }) : fetch(input, init)
    const proxy = createProxy(options({ ...config, fetch: keyless }))
    expect((await proxy(ask('/', 'doorward=good'))).status).toBe(503)
  })

  it('goes by another name, the log says what to set', async () => {
    const log = quiet()
    const proxy = createProxy(options(service().config, { issuer: 'https://other.test' }))
    expect((await proxy(ask('/', 'doorward=good'))).status).toBe(503)
    expect(log.mock.lastCall?.[0]).toContain('DOORWARD_ISSUER')
  })

  it('wants a second factor set up, people are led there', async () => {
    const refusal = { code: 'auth.second_factor_needed' }
    const { config } = stub(() => Response.json(refusal, { status: 403 }), ID)
    const proxy = createProxy(options(config))
    const page = await proxy(ask('/notes', 'doorward=good'))
    expect(page.headers.get('location')).toBe(`${APP}/account/factors?done=needed`)
    const api = await proxy(ask('/api/notes', 'doorward=good'))
    expect(await problemOf(api)).toMatchObject({ status: 403, ...refusal })
  })
})

describe('what the app is told', () => {
  it('is the path, and nothing that a client made up', async () => {
    const proxy = createProxy(options(service().config))
    const headers = { 'x-doorward-path': '/evil', 'x-doorward-user': 'admin', 'x-other': '1' }
    for (const path of ['/sign-in?a=1', '/notes?a=1']) {
      const answer = await proxy(ask(path, 'doorward=good', { headers }))
      expect(answer.headers.get('x-middleware-request-x-doorward-path')).toBe(path)
      expect(answer.headers.get('x-middleware-override-headers')).not.toContain('x-doorward-user')
      expect(answer.headers.get('x-middleware-request-x-other')).toBe('1')
    }
  })

  it('holds no cookie that browsers would not keep', async () => {
    const permissions = Array.from({ length: 100 }, (_, at) => `app:${'long'.repeat(12)}:${at}`)
    const { config, calls } = service({ permissions })
    const proxy = createProxy(options(config))
    const answer = await proxy(ask('/notes', 'doorward=good'))
    expect([isThrough(answer), answer.headers.getSetCookie()]).toEqual([true, []])
    expect(isThrough(await proxy(ask('/notes', 'doorward=good')))).toBe(true)
    expect(paths(calls).filter((path) => path === TOKEN)).toHaveLength(2)
  })
})
