import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import {
  type ClientOptions,
  createClient,
  isProblem,
  type ProblemError,
  paginate,
  toSession,
  unwrap,
} from '../../src/core/index.js'

const BASE = 'https://id.example.com'

function answering(answer: (request: Request, count: number) => Response | Promise<Response>) {
  const requests: Request[] = []
  const fetch: ClientOptions['fetch'] = async (request) => {
    requests.push(request.clone())
    return answer(request, requests.length)
  }
  const make = (options: Partial<ClientOptions> = {}) =>
    createClient({ baseUrl: BASE, fetch, ...options })
  return { requests, make }
}

function problem(status: number, code: string, more: object = {}): Response {
  const body = { type: '/x', title: 'T', status, detail: 'D', instance: 'req_1', code, errors: [] }
  const headers = { 'Content-Type': 'application/problem+json' }
  return new Response(JSON.stringify({ ...body, ...more }), { status, headers })
}

describe('createClient', () => {
  it.each(['http://id.example.com', 'ftp://id.example.com', 'https://user:word@id.example.com'])(
    'asvs_12_3_3 refuses %s as a base URL',
    (baseUrl) => {
      expect(() => createClient({ baseUrl })).toThrow(TypeError)
    },
  )

  it.each(['//evil.example', '/\\evil.example', 'id.example.com', '', 'javascript:alert(1)'])(
    'takes %j for no path of its own origin',
    (baseUrl) => {
      expect(() => createClient({ baseUrl })).toThrow(TypeError)
    },
  )

  it('asvs_12_3_3 takes http to this machine, and elsewhere only where that is said', () => {
    for (const baseUrl of ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:1']) {
      expect(() => createClient({ baseUrl })).not.toThrow()
    }
    expect(() => createClient({ baseUrl: 'http://127.0.0.1.evil.example' })).toThrow(TypeError)
    expect(() => createClient({ baseUrl: 'http://doorward:8080', allowHttp: true })).not.toThrow()
  })

  it('sends body, query and headers as they are given, those of each call last', async () => {
    const { requests, make } = answering(() => Response.json({}))
    const client = make({ headers: async () => ({ Authorization: 'Bearer a', 'X-Own': '1' }) })
    await client.listUsers({ query: { limit: 2, email_prefix: 'a&b=c' } })
    await client.updateMe({ body: { name: 'Änn' }, headers: { 'X-Own': '2' } })
    expect(requests[0]?.url).toBe(`${BASE}/v1/users?limit=2&email_prefix=a%26b%3Dc`)
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer a')
    expect(requests[1]?.headers.get('x-own')).toBe('2')
    expect(requests[1]?.headers.get('content-type')).toBe('application/json')
    expect(await requests[1]?.json()).toEqual({ name: 'Änn' })
    expect(
      requests.every(({ redirect, cache }) => redirect === 'manual' && cache === 'no-store'),
    ).toBe(true)
  })

  it('sends forms where the contract has them', async () => {
    const { requests, make } = answering(() => new Response(null, { status: 200 }))
    const { error } = await make().revokeOauthToken({ body: { token: 'a b&c' } })
    expect(error).toBeUndefined()
    expect(requests[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded')
    expect(await requests[0]?.text()).toBe('token=a+b%26c')
  })
})

describe('a result', () => {
  it('has the problem with its typed code', async () => {
    const { make } = answering(() => problem(401, 'auth.invalid_credentials'))
    const result = await make().signInWithPassword({ body: { email: 'a@b', password: 'x' } })
    expect(result.data).toBeUndefined()
    expect(result.error?.code).toBe('auth.invalid_credentials')
    expect(result.response?.status).toBe(401)
    if (result.error) {
      expectTypeOf('auth.invalid_credentials' as const).toExtend<typeof result.error.code>()
      expectTypeOf('client.unreachable' as const).toExtend<typeof result.error.code>()
      expectTypeOf('roles.in_use' as const).not.toExtend<typeof result.error.code>()
    } else {
      expectTypeOf(result.data.status).toEqualTypeOf<'signed_in' | 'second_factor_required'>()
    }
  })

  it('has the code of an error that is told as OAuth tells it', async () => {
    const description = 'Send its secret. (oauth.invalid_client)'
    const { make } = answering(() =>
      Response.json({ error: 'invalid_client', error_description: description }, { status: 401 }),
    )
    const { error } = await make().createOauthToken({ body: { grant_type: 'client_credentials' } })
    expect(error).toMatchObject({ code: 'oauth.invalid_client', status: 401 })
    expect(isProblem(error, 'oauth.invalid_client')).toBe(true)
  })

  it.each([
    ['a page of a gateway', () => new Response('<html>', { status: 502 }), 502],
    ['a redirect', () => new Response(null, { status: 302, headers: { Location: '/' } }), 302],
    ['JSON of something else', () => Response.json({ error: 'x' }, { status: 404 }), 404],
    ['a page with 200', () => new Response('<html>'), 200],
    ['an empty refusal', () => new Response(null, { status: 500 }), 500],
  ])('has a code for %s', async (_, answer, status) => {
    const { error } = await answering(answer).make().getMe()
    expect(error).toMatchObject({ code: 'client.unexpected_answer', status })
    expect(isProblem(error)).toBe(true)
  })

  it('has a code for a service that does not answer', async () => {
    const { error, response } = await createClient({ baseUrl: 'http://127.0.0.1:9' }).getMe()
    expect(error).toMatchObject({ code: 'client.unreachable', status: 0 })
    expect(response).toBeUndefined()
  })

  it('has a code for an answer that is cut off', async () => {
    const cut = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"id":')),
      pull: (controller) => controller.error(new TypeError('terminated')),
    })
    const { error } = await answering(() => new Response(cut))
      .make()
      .getMe()
    expect(error?.code).toBe('client.unreachable')
  })

  it('is nothing where the version is known already', async () => {
    const { make } = answering(() => new Response(null, { status: 304 }))
    const result = await make().getJwks({ headers: { 'If-None-Match': '"1"' } })
    expect(result).toMatchObject({ data: undefined, error: undefined })
    expect(result.response?.status).toBe(304)
  })

  it('is thrown by unwrap if it is a problem', async () => {
    const { make } = answering(() => problem(403, 'auth.permission_missing'))
    const error = await unwrap(make().listUsers()).catch((caught: ProblemError) => caught)
    expect(error).toMatchObject({ name: 'ProblemError', code: 'auth.permission_missing' })
    expect((error as ProblemError).status).toBe(403)
  })

  it('comes not at all once the call was ended', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const client = createClient({ baseUrl: `http://127.0.0.1:${port}` })
    const controller = new AbortController()
    const call = client.getMe({ signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
    silent.close()
  })

  it('asvs_15_3_6 leaves Object.prototype alone whatever the service says', async () => {
    const text = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    const { make } = answering(() => new Response(text))
    await make().getMe()
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('a further proof', () => {
  const asks = (more?: object) => problem(403, 'auth.step_up_required', more)

  it('is asked for once, and the call repeated once with the same body', async () => {
    const { requests, make } = answering((_, count) =>
      count === 1 ? asks({ methods: ['totp'] }) : Response.json({ id: 'x' }),
    )
    const onStepUp = vi.fn(async () => true)
    const { data } = await make({ onStepUp }).updateMe({ body: { name: 'Ann' } })
    expect(data).toEqual({ id: 'x' })
    expect(onStepUp).toHaveBeenCalledTimes(1)
    expect(onStepUp).toHaveBeenCalledWith(expect.objectContaining({ methods: ['totp'] }))
    const bodies = await Promise.all(requests.map((request) => request.text()))
    expect(bodies).toEqual(['{"name":"Ann"}', '{"name":"Ann"}'])
  })

  it('that does not suffice is not asked for again', async () => {
    const { requests, make } = answering(() => asks())
    const onStepUp = vi.fn(async () => true)
    const { error } = await make({ onStepUp }).getMe()
    expect(error?.code).toBe('auth.step_up_required')
    expect(onStepUp).toHaveBeenCalledTimes(1)
    expect(requests).toHaveLength(2)
  })

  it('that is not given repeats nothing', async () => {
    const { requests, make } = answering(() => asks())
    const { error } = await make({ onStepUp: async () => false }).getMe()
    expect(error?.code).toBe('auth.step_up_required')
    expect(requests).toHaveLength(1)
  })

  it('is asked for once by all calls that wait for it', async () => {
    let proved = false
    const { requests, make } = answering(() => (proved ? Response.json({}) : asks()))
    const onStepUp = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      proved = true
      return true
    })
    const client = make({ onStepUp })
    const results = await Promise.all([client.getMe(), client.exportMe(), client.getMyFactors()])
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    expect(onStepUp).toHaveBeenCalledTimes(1)
    expect(requests).toHaveLength(6)
  })
})

describe('paginate', () => {
  it('asks for each page when it is needed, and keeps the filters', async () => {
    const { requests, make } = answering((request) => {
      const cursor = new URL(request.url).searchParams.get('cursor')
      return Response.json({ items: cursor ? [3] : [1, 2], next_cursor: cursor ? null : 'c' })
    })
    const { listUsers } = make()
    const seen: unknown[] = []
    for await (const user of paginate(listUsers, { query: { limit: 2 } })) {
      expectTypeOf(user.email).toEqualTypeOf<string>()
      seen.push(user)
      expect(requests).toHaveLength(seen.length > 2 ? 2 : 1)
    }
    expect(seen).toEqual([1, 2, 3])
    expect(requests[1]?.url).toBe(`${BASE}/v1/users?limit=2&cursor=c`)
  })

  it('throws the problem of a page', async () => {
    const { make } = answering(() => problem(403, 'auth.permission_missing'))
    const all = paginate(make().listUsers)
    await expect(all.next()).rejects.toMatchObject({ code: 'auth.permission_missing' })
  })
})

describe('isProblem', () => {
  it('tells problems from anything else', () => {
    for (const value of [null, undefined, 'x', 7, {}, { code: 'x' }, new Error('x'), []]) {
      expect(isProblem(value)).toBe(false)
    }
  })
})

describe('toSession', () => {
  it('has everything that the service tells, in the names of Auth.js where it has some', () => {
    const session = toSession({
      id: 'ses_1',
      user: { id: 'usr_1', email: 'a@b', email_verified: true, name: 'Ann' },
      roles: ['r'],
      permissions: ['p'],
      amr: ['pwd'],
      acr: 'aal1',
      auth_time: '2026-01-01T00:00:00Z',
      created_at: '2026-01-01T00:00:01Z',
      expires: '2026-01-02T00:00:00Z',
      second_factor_needed: false,
    })
    expect(session).toEqual({
      id: 'ses_1',
      user: { id: 'usr_1', email: 'a@b', emailVerified: true, name: 'Ann', image: null },
      roles: ['r'],
      permissions: ['p'],
      amr: ['pwd'],
      acr: 'aal1',
      authTime: '2026-01-01T00:00:00Z',
      createdAt: '2026-01-01T00:00:01Z',
      expires: '2026-01-02T00:00:00Z',
      secondFactorNeeded: false,
    })
  })
})
