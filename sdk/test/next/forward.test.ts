import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAuth, type DoorwardConfig } from '../../src/next/index.js'
import { down, problemOf, stub } from './stub.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const APP = 'http://localhost:3000'

function call(
  config: DoorwardConfig,
  path: string,
  init: RequestInit & { query?: string } = {},
): Promise<Response> {
  const { handlers } = createAuth(config)
  const method = (init.method ?? 'GET') as keyof typeof handlers
  const request = new Request(`${APP}/api/doorward/${path}${init.query ?? ''}`, init)
  return handlers[method](request, { params: Promise.resolve({ path: path.split('/') }) })
}

describe('the handler passes on', () => {
  it('what the service must know, and nothing else', async () => {
    const { config, calls } = stub(() => new Response('{}'))
    await call(config, 'v1/auth/sign-in', {
      method: 'POST',
      query: '?a=1&_rsc=x',
      body: '{"email":"ann@example.test"}',
      headers: {
        'content-type': 'application/json',
        origin: 'http://evil.example',
        'sec-fetch-site': 'cross-site',
        'user-agent': 'Test',
        'if-match': '"1"',
        authorization: 'Bearer abc',
        cookie: 'theme=dark; doorward=s; doorward-token=t',
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-host': 'evil.example',
        'x-real-ip': '203.0.113.7',
        forwarded: 'for=203.0.113.7',
        connection: 'x-secret',
        'x-secret': '1',
        'x-api-key': 'k',
        'transfer-encoding': 'chunked',
      },
    })
    const [asked] = calls
    expect(asked?.path).toBe('/v1/auth/sign-in?a=1')
    expect(asked?.body).toBe('{"email":"ann@example.test"}')
    expect(Object.fromEntries(asked?.headers ?? [])).toEqual({
      'accept-encoding': 'identity',
      authorization: 'Bearer abc',
      'content-type': 'application/json',
      cookie: 'doorward=s',
      'if-match': '"1"',
      // Without these two the service could not tell a page of another site.
      origin: 'http://evil.example',
      'sec-fetch-site': 'cross-site',
      'user-agent': 'Test',
    })
  })

  it('the peer’s address only where a proxy vouches for it', async () => {
    const { config, calls } = stub(() => new Response('{}'))
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    await call({ ...config, trustProxy: true }, 'v1/me', { headers })
    vi.stubEnv('DOORWARD_TRUST_PROXY', 'true')
    await call(config, 'v1/me', { headers })
    vi.stubEnv('DOORWARD_TRUST_PROXY', 'false')
    await call(config, 'v1/me', { headers })
    const seen = calls.map((asked) => asked.headers.get('x-forwarded-for'))
    expect(seen).toEqual(['203.0.113.7', '203.0.113.7', null])
  })

  it('no password of the app itself', async () => {
    const { config, calls } = stub(() => new Response('{}'))
    await call(config, 'v1/me', { headers: { authorization: 'Basic YTpi' } })
    expect(calls[0]?.headers.has('authorization')).toBe(false)
  })

  it.each(['docs', 'v1/..', 'v1/%2e%2e', 'dev/mail.json'])('nothing for %s', async (path) => {
    const { config, calls } = stub(() => new Response('{}'))
    const answer = await problemOf(await call(config, path))
    expect(answer).toMatchObject({ status: 404, code: 'request.not_found' })
    expect(calls).toEqual([])
  })

  it.each(['v1/auth/token', 'v1/me/identities/idn_06awk5n2q3w0r8d1e4t7y9v2m4/token'])(
    '%s only where pages may have tokens',
    async (path) => {
      const { config, calls } = stub(() => new Response('{}'))
      const answer = await problemOf(await call(config, path, { method: 'POST' }))
      expect(answer).toMatchObject({ status: 404, code: 'request.not_found' })
      expect(calls).toEqual([])
      const open = { ...config, pageTokens: true }
      expect((await call(open, path, { method: 'POST' })).status).toBe(200)
    },
  )

  it('no body that is too large, whatever its length is said to be', async () => {
    const { config, calls } = stub(() => new Response('{}'))
    const large = 'a'.repeat(64 * 1024 + 1)
    const answer = await call(config, 'v1/auth/sign-in', { method: 'POST', body: large })
    expect(await problemOf(answer)).toMatchObject({ status: 413, code: 'request.body_too_large' })
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('a'.repeat(1024)))
      },
    })
    const endless = { method: 'POST', body: stream, duplex: 'half' } as RequestInit
    expect((await call(config, 'v1/auth/sign-in', endless)).status).toBe(413)
    expect(calls).toEqual([])
    const most = 'a'.repeat(64 * 1024)
    expect((await call(config, 'v1/me', { method: 'PATCH', body: most })).status).toBe(200)
  })
})

describe('the handler passes back', () => {
  it('status, body, and the headers that mean something', async () => {
    const { config } = stub(() =>
      Response.json(
        { code: 'rate_limit.exceeded' },
        {
          status: 429,
          headers: {
            'retry-after': '7',
            ratelimit: '"a";r=0;t=7',
            etag: '"1"',
            'content-security-policy': "default-src 'none'",
            'x-request-id': 'req_1',
            connection: 'keep-alive',
            'content-encoding': 'gzip',
            'content-length': '999',
            'transfer-encoding': 'chunked',
            'access-control-allow-origin': '*',
            server: 'x',
          },
        },
      ),
    )
    const answer = await call(config, 'v1/me')
    expect(answer.status).toBe(429)
    expect(await answer.json()).toEqual({ code: 'rate_limit.exceeded' })
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-security-policy': "default-src 'none'",
      'content-type': 'application/json',
      etag: '"1"',
      ratelimit: '"a";r=0;t=7',
      'retry-after': '7',
      'x-request-id': 'req_1',
    })
  })

  it('each cookie of the service by itself, and no other', async () => {
    const { config } = stub(() => {
      const headers = new Headers()
      headers.append(
        'set-cookie',
        'doorward-device=d; HttpOnly; Expires=Fri, 28 Nov 2025 22:27:12 GMT',
      )
      headers.append('set-cookie', 'other=x')
      return new Response(null, { status: 204, headers })
    })
    const answer = await call(config, 'v1/me')
    expect(answer.headers.getSetCookie()).toEqual([
      'doorward-device=d; HttpOnly; Expires=Fri, 28 Nov 2025 22:27:12 GMT',
    ])
    expect(answer.body).toBeNull()
  })

  it.each(['doorward', '__Host-doorward'])('no token beside a new %s', async (name) => {
    const { config } = stub(() => new Response(null, { headers: { 'set-cookie': `${name}=n` } }))
    const lines = (await call(config, 'v1/auth/sign-in', { method: 'POST' })).headers.getSetCookie()
    expect(lines[0]).toBe(`${name}=n`)
    expect(lines[1]).toMatch(new RegExp(`^${name}-token=; .*Max-Age=0`))
  })

  it.each([
    ['/account', '/account'],
    ['http://127.0.0.1:8080/account?a=1', '/account?a=1'],
    ['http://127.0.0.1:8080', '/'],
    ['http://127.0.0.1:8080.evil.example/', 'http://127.0.0.1:8080.evil.example/'],
    ['https://accounts.google.com/o', 'https://accounts.google.com/o'],
  ])('the way to %s as %s', async (location, expected) => {
    const { config } = stub(() => new Response(null, { status: 303, headers: { location } }))
    const answer = await call(config, 'sign-in', { method: 'POST' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, expected])
  })
})

describe('without the service', () => {
  it('calls get a problem and people a page, and nothing of why', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await call(down().config, 'v1/auth/session')
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'server.unavailable' })
    const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    const page = await call(down().config, 'sign-in', { headers })
    expect(page.status).toBe(503)
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(await page.text()).not.toContain('127.0.0.1')
  })

  it('nobody waits longer than is allowed', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { config } = stub(() => new Promise(() => {}))
    const before = Date.now()
    const answer = await call({ ...config, timeout: 50 }, 'v1/me')
    expect(answer.status).toBe(503)
    expect(Date.now() - before).toBeLessThan(2000)
  })

  it('an address that is missing or not safe is told in the log, and nothing is let in', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.stubEnv('NODE_ENV', 'production')
    vi.stubEnv('DOORWARD_URL', '')
    expect((await call({}, 'v1/me')).status).toBe(503)
    expect(log.mock.lastCall?.[0]).toContain('DOORWARD_URL is not set')
    expect((await call({ url: 'http://id.example.com' }, 'v1/me')).status).toBe(503)
    expect(log.mock.lastCall?.[0]).toContain('must be an https address')
  })
})
