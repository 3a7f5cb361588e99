import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createClient, paginate, solveChallenge, toSession, unwrap } from '../../src/core/index.js'
import {
  ADMIN,
  cookieClient,
  type LiveService,
  PASSWORD,
  signedIn,
  startService,
} from '../support/service.js'

const ANN = { email: 'ann@example.test', password: 'a river of green tea leaves', name: 'Ann' }

describe('the client and the service', () => {
  let service: LiveService
  beforeAll(async () => {
    service = await startService()
    await unwrap(createClient({ baseUrl: service.origin }).signUp({ body: ANN }))
  })
  afterAll(() => service?.stop())

  it('sign somebody in and out', async () => {
    const { client } = cookieClient(service.origin)
    expect((await unwrap(client.getSession())).session).toBeNull()
    const { email, password } = ANN
    const answer = await unwrap(client.signInWithPassword({ body: { email, password } }))
    expect(answer.status).toBe('signed_in')
    const { session } = await unwrap(client.getSession())
    expect(session && toSession(session).user).toMatchObject({ email, name: 'Ann', image: null })
    expect(await unwrap(client.signOut())).toBeUndefined()
    expect((await client.getMe()).error?.code).toBe('auth.not_signed_in')
  })

  it('refuse a wrong password with a code', async () => {
    const { client } = cookieClient(service.origin)
    const body = { email: ANN.email, password: 'a wrong one that is long' }
    const { error, response } = await client.signInWithPassword({ body })
    expect(error).toMatchObject({ code: 'auth.invalid_credentials', status: 401 })
    expect(error?.instance).toBe(response?.headers.get('x-request-id'))
  })

  it('refuse what needs a permission, and grant it to who has it', async () => {
    const ann = await signedIn(service.origin, ANN.email, ANN.password)
    const { error } = await ann.client.listUsers()
    expect(error).toMatchObject({
      code: 'auth.permission_missing',
      status: 403,
      required_permission: 'users:read',
    })
    const admin = await signedIn(service.origin)
    const { items } = await unwrap(admin.client.listUsers({ query: { email_prefix: 'ann@' } }))
    expect(items.map(({ email }) => email)).toEqual([ANN.email])
  })

  it('say which fields are not valid', async () => {
    const body = { email: 'bob@example.test', password: 'short', name: 'Bob' }
    const { error } = await createClient({ baseUrl: service.origin }).signUp({ body })
    expect(error).toMatchObject({ code: 'validation.failed', status: 422 })
    expect(error?.errors).toEqual([
      { pointer: '/password', code: 'too_short', message: expect.any(String) },
    ])
  })

  it('take a change of the version that was read, and no other', async () => {
    const { client } = await signedIn(service.origin)
    const { items } = await unwrap(client.listUsers({ query: { email_prefix: 'ann@' } }))
    const path = { id: items[0]?.id ?? '' }
    const { response } = await client.getUser({ path })
    const headers = { 'If-Match': response?.headers.get('etag') ?? '' }
    expect((await unwrap(client.updateUser({ path, headers, body: { name: 'Anna' } }))).name).toBe(
      'Anna',
    )
    const again = await client.updateUser({ path, headers, body: { name: 'Ann' } })
    expect(again.error?.code).toBe('precondition.stale')
  })

  it('go through a list page by page', async () => {
    const { client } = await signedIn(service.origin)
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      await unwrap(client.createRole({ body: { name, description: '', permissions: [] } }))
    }
    const onePage = await unwrap(client.listRoles({ query: { limit: 200 } }))
    const names: string[] = []
    for await (const role of paginate(client.listRoles, { query: { limit: 2 } })) {
      names.push(role.name)
    }
    expect(names.length).toBeGreaterThan(5)
    expect(names).toEqual(onePage.items.map(({ name }) => name))
  })

  it('ask for a further proof once and repeat the call', async () => {
    const { email, password } = ANN
    const onStepUp = vi.fn(async (): Promise<boolean> => {
      const { error } = await client.stepUp({ body: { method: 'password', password } })
      return !error
    })
    const { client } = cookieClient(service.origin, { onStepUp })
    await unwrap(client.signInWithPassword({ body: { email, password } }))
    await service.age(1_200)
    const { error, response } = await client.enrolTotp({ body: { name: 'phone' } })
    expect(error).toBeUndefined()
    expect(response?.status).toBe(201)
    expect(onStepUp).toHaveBeenCalledTimes(1)
    expect(onStepUp).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'auth.step_up_required', methods: ['password'] }),
    )
  })

  it('speak OAuth at its endpoints', async () => {
    const { client } = await signedIn(service.origin)
    const { access_token: token } = await unwrap(client.createToken({ body: {} }))
    const bearer = createClient({
      baseUrl: service.origin,
      headers: { Authorization: `Bearer ${token}` },
    })
    expect(await unwrap(bearer.introspectOauthToken({ body: { token } }))).toMatchObject({
      active: true,
    })
    const body = { grant_type: 'refresh_token' as const, refresh_token: 'dwr_x', client_id: 'x' }
    const { error } = await createClient({ baseUrl: service.origin }).createOauthToken({ body })
    expect(error?.code).toMatch(/^oauth\.invalid_(client|grant|request)$/)
  })

  it('tell the list of revocations as text', async () => {
    const client = createClient({ baseUrl: service.origin })
    expect(await unwrap(client.getRevocations())).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })
})

describe('the client and a service that wants work', () => {
  it('solve its puzzles', async () => {
    const service = await startService({
      DOORWARD_CHALLENGE_ENABLED: 'true',
      DOORWARD_CHALLENGE_DIFFICULTY: '12',
    })
    try {
      const { client } = cookieClient(service.origin)
      const body = { email: ADMIN, password: PASSWORD }
      const refused = await client.signInWithPassword({ body })
      expect(refused.error?.code).toBe('challenge.required')
      const { challenge: puzzle } = await unwrap(client.createChallenge())
      const challenge = puzzle ? await solveChallenge(puzzle) : ''
      const answer = await unwrap(client.signInWithPassword({ body: { ...body, challenge } }))
      expect(answer.status).toBe('signed_in')
    } finally {
      await service.stop()
    }
  })
})
