import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAuth, DoorwardUnavailable, ProblemError } from '../../src/next/index.js'
import { annsService, down, SESSION, stub } from './stub.js'

/** A redirect, as Next.js throws it. */
class Redirect extends Error {
  constructor(readonly to: string) {
    super(`NEXT_REDIRECT ${to}`)
  }
}

type Set = { name: string; value: string; attributes: Record<string, unknown> }

const here = vi.hoisted(() => ({
  headers: new Headers(),
  cookies: [] as { name: string; value: string }[],
  set: [] as Set[],
  interrupts: false,
}))

vi.mock('next/headers', () => ({
  headers: async () => here.headers,
  cookies: async () => ({
    getAll: () => here.cookies,
    set: (name: string, value: string, attributes: Record<string, unknown>) =>
      here.set.push({ name, value, attributes }),
  }),
}))
vi.mock('next/navigation', () => ({
  redirect: (to: string) => {
    throw new Redirect(to)
  },
  forbidden: () => {
    const digest = here.interrupts ? 'NEXT_HTTP_ERROR_FALLBACK;403' : undefined
    throw Object.assign(new Error('forbidden'), { digest })
  },
}))

beforeEach(() => {
  here.headers = new Headers({ host: 'app.test' })
  here.cookies = [{ name: 'doorward', value: 'good' }]
  here.set = []
  here.interrupts = false
})
afterEach(() => {
  vi.restoreAllMocks()
})

const led = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Redirect ? error.to : Promise.reject(error)),
  )

describe('in a server component', () => {
  it('auth and its other names tell whose request it is', async () => {
    const { auth, getServerSession, requireSession } = createAuth(annsService().config)
    expect((await auth())?.user.name).toBe('Ann')
    expect((await getServerSession())?.user.name).toBe('Ann')
    expect((await requireSession()).user.name).toBe('Ann')
    here.cookies = []
    expect(await auth()).toBeNull()
  })

  it('cookies reach the service encoded as they came', async () => {
    here.cookies = [{ name: 'doorward', value: 'a/b=; x' }]
    const { config, calls } = annsService()
    await createAuth(config).auth()
    expect(calls[0]?.headers.get('cookie')).toBe('doorward=a%2Fb%3D%3B%20x')
  })

  it('who is not signed in is led to the sign-in page and back', async () => {
    here.cookies = []
    const { requireSession } = createAuth(annsService().config)
    here.headers.set('x-doorward-path', '/notes?page=2')
    expect(await led(requireSession())).toBe('/sign-in?return_to=%2Fnotes%3Fpage%3D2')
    expect(await led(requireSession({ returnTo: '/other' }))).toBe('/sign-in?return_to=%2Fother')
    expect(await led(requireSession({ returnTo: '//evil.example' }))).toBe('/sign-in?return_to=%2F')
    here.headers.set('x-doorward-path', '//evil.example')
    expect(await led(requireSession())).toBe('/sign-in?return_to=%2F')
  })

  it('an action leads back to the page with its form, if that is of the app', async () => {
    here.cookies = []
    const { requireSession } = createAuth({ ...annsService().config, signInPath: '/in' })
    here.headers.set('next-action', 'abc')
    here.headers.set('referer', 'https://app.test/form?a=1')
    expect(await led(requireSession())).toBe('/in?return_to=%2Fform%3Fa%3D1')
    here.headers.set('referer', 'https://evil.example/form')
    expect(await led(requireSession())).toBe('/in?return_to=%2F')
    here.headers.delete('next-action')
    here.headers.set('referer', 'https://app.test/before')
    expect(await led(requireSession())).toBe('/in?return_to=%2F')
  })

  it('nobody is let in while the service is down', async () => {
    const { auth, requireSession, requirePermission } = createAuth(down().config)
    const closed = [auth, requireSession, () => requirePermission('app:notes:read')]
    for (const work of closed) {
      await expect(work()).rejects.toBeInstanceOf(DoorwardUnavailable)
    }
  })

  it('who must set up a second factor is led there', async () => {
    const { requireSession } = createAuth(annsService({ second_factor_needed: true }).config)
    expect(await led(requireSession())).toBe('/account/factors?done=needed')
  })

  it('a permission is needed where it is asked for', async () => {
    const { requirePermission } = createAuth(annsService().config)
    expect((await requirePermission('app:notes:read')).user.name).toBe('Ann')
    const thrown = await requirePermission('app:x').catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(ProblemError)
    expect(thrown).toMatchObject({ problem: { required_permission: 'app:x', status: 403 } })
    expect(await led(requirePermission('app:x', { redirectTo: '/no' }))).toBe('/no')
    here.interrupts = true
    await expect(requirePermission('app:x')).rejects.toThrow('forbidden')
  })
})

describe('signing in by a server action', () => {
  const SET = 'doorward=n%2Fw%3D; HttpOnly; SameSite=Lax; Path=/; Max-Age=60'
  const DEVICE = 'doorward-device=d; HttpOnly; SameSite=Lax; Path=/'

  function service(body: object, status = 200) {
    return stub(() => {
      const headers = new Headers([
        ['set-cookie', SET],
        ['set-cookie', DEVICE],
        ['set-cookie', 'evil=1; Path=/'],
      ])
      return Response.json(body, { status, headers })
    })
  }

  it('sets the cookies and leads on', async () => {
    here.cookies.push({ name: 'doorward-device', value: 'd' }, { name: 'theme', value: 'dark' })
    here.headers.set('user-agent', 'Test')
    const { config, calls } = service({ status: 'signed_in', session: SESSION })
    const form = new FormData()
    for (const [name, value] of [
      ['email', 'ann@example.test'],
      ['password', ' secret '],
      ['remember', 'on'],
      ['redirectTo', '/notes'],
      ['role', 'admin'],
    ]) {
      form.set(name as string, value as string)
    }
    expect(await led(createAuth(config).signIn('credentials', form))).toBe('/notes')
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/v1/auth/sign-in' })
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      email: 'ann@example.test',
      password: ' secret ',
      remember: true,
    })
    const headers = calls[0]?.headers
    expect(headers?.get('cookie')).toBe('doorward=good; doorward-device=d')
    expect([headers?.get('user-agent'), headers?.get('origin')]).toEqual(['Test', null])
    expect(here.set.map(({ name, value }) => [name, value])).toEqual([
      ['doorward', 'n/w='],
      ['doorward-token', ''],
      ['doorward-device', 'd'],
    ])
    const attributes = { path: '/', httpOnly: true, secure: false, sameSite: 'lax', maxAge: 60 }
    expect(here.set[0]?.attributes).toEqual(attributes)
    expect(here.set[1]?.attributes).toMatchObject({ path: '/', maxAge: 0 })
  })

  it('leads to paths of the app alone', async () => {
    const { config } = service({ status: 'signed_in' })
    const { signIn } = createAuth(config)
    const to = (redirectTo: string) =>
      led(signIn('credentials', { email: 'a@b', password: 'p', redirectTo }))
    expect(await to('https://evil.example')).toBe('/')
    expect(await to('/\\evil.example')).toBe('/')
    expect(await led(signIn(undefined, { redirectTo: '/a' }))).toBe('/sign-in?return_to=%2Fa')
  })

  it('answers what is wrong or missing', async () => {
    const wrong = { code: 'auth.invalid_credentials', title: 'a', detail: 'b', status: 401 }
    const refused = await createAuth(service(wrong, 401).config).signIn('credentials', {})
    expect(refused).toMatchObject({ ok: false, problem: { code: 'auth.invalid_credentials' } })
    const secondFactor = { token: 't', methods: ['totp'], expires: 'later' }
    const half = { status: 'second_factor_required', second_factor: secondFactor }
    const first = await createAuth(service(half).config).signIn('credentials', {})
    expect(first).toEqual({ ok: false, secondFactor })
    const { config, calls } = service({ status: 'signed_in' })
    const fields = { token: 't', method: 'totp', code: '123456', redirect: false } as const
    expect(await createAuth(config).signIn('second-factor', fields)).toEqual({ ok: true })
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      token: 't',
      method: 'totp',
      code: '123456',
      trust_device: false,
    })
    const odd = await createAuth(service({}).config).signIn('credentials', {})
    expect(odd).toMatchObject({ ok: false, problem: { code: 'client.unexpected_answer' } })
  })

  it('leads to a provider, and to nothing that is no web address', async () => {
    const { config, calls } = service({ url: 'https://accounts.example/o?x' }, 201)
    const { signIn } = createAuth(config)
    expect(await led(signIn('google', { redirectTo: '/a' }))).toBe('https://accounts.example/o?x')
    const body = { provider: 'google', return_to: '/a', remember: false }
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual(body)
    const evil = createAuth(service({ url: 'javascript:alert(1)' }, 201).config)
    expect(await evil.signIn('google')).toMatchObject({ ok: false })
  })

  it('throws while the service is down, and sets nothing', async () => {
    await expect(createAuth(down().config).signIn('credentials', {})).rejects.toBeInstanceOf(
      DoorwardUnavailable,
    )
    const failing = service({}, 500)
    await expect(createAuth(failing.config).signIn('credentials', {})).rejects.toBeInstanceOf(
      DoorwardUnavailable,
    )
    expect(here.set).toEqual([])
  })
})

describe('signing out by a server action', () => {
  const answering = (status: number) => stub(() => new Response(null, { status }))

  it('ends the session at the service and removes the cookies', async () => {
    const { config, calls } = answering(204)
    expect(await led(createAuth(config).signOut({ redirectTo: '/bye' }))).toBe('/bye')
    expect(calls.map(({ method, path }) => [method, path])).toEqual([['POST', '/v1/auth/sign-out']])
    expect(here.set.map(({ name, attributes }) => [name, attributes.maxAge])).toEqual([
      ['doorward', 0],
      ['doorward-token', 0],
    ])
  })

  it('ends the others too, where that is wished', async () => {
    const { config, calls } = answering(204)
    await createAuth(config).signOut({ everywhere: true, redirect: false })
    expect(calls.map(({ method, path }) => [method, path])).toEqual([
      ['DELETE', '/v1/me/sessions'],
      ['POST', '/v1/auth/sign-out'],
    ])
  })

  it('is content with a session that is over, and with none', async () => {
    await createAuth(answering(401).config).signOut({ redirect: false })
    expect(here.set).toHaveLength(2)
    here.cookies = []
    const { config, calls } = answering(204)
    expect(await led(createAuth(config).signOut({ redirectTo: '//evil.example' }))).toBe('/')
    expect(calls).toEqual([])
  })

  it.each([403, 500])('does not say that it is done when it is not (%s)', async (status) => {
    const done = createAuth(answering(status).config).signOut()
    await expect(done).rejects.toBeInstanceOf(DoorwardUnavailable)
    expect(here.set).toEqual([])
  })
})
