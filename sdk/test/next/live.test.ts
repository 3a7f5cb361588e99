import { NextRequest } from 'next/server.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, unwrap } from '../../src/core/index.js'
import { createAuth } from '../../src/next/index.js'
import { createProxy } from '../../src/next/proxy.js'
import { type LiveService, startService } from '../support/service.js'
import { problemOf } from './stub.js'

const APP = 'http://localhost:3000'
const ANN = { email: 'ann@example.test', password: 'a river of green tea leaves', name: 'Ann' }
const PAGE = { origin: APP, 'sec-fetch-site': 'same-origin' }

let service: LiveService
beforeAll(async () => {
  service = await startService()
  await unwrap(createClient({ baseUrl: service.origin }).signUp({ body: ANN }))
})
afterAll(() => service?.stop())

/** An app and a browser that has it open. */
function open() {
  const config = { url: service.origin }
  const { handlers, auth, withAuth, getToken } = createAuth(config)
  const proxy = createProxy(config)
  const jar = new Map<string, string>()
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const keep = (answer: Response) => {
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
      if (/max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return answer
  }
  const call = async (method: keyof typeof handlers, path: string, body?: object, more = PAGE) => {
    const headers = { ...more, cookie: cookie(), 'content-type': 'application/json' }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const request = new Request(`${APP}/api/doorward/${path}`, init)
    const [way = ''] = path.split('?')
    return keep(
      await handlers[method](request, { params: Promise.resolve({ path: way.split('/') }) }),
    )
  }
  const visit = async (path: string) => {
    const request = new NextRequest(APP + path, { headers: { cookie: cookie() } })
    return keep(await proxy(request))
  }
  const request = () => new Request(`${APP}/api/x`, { headers: { cookie: cookie() } })
  const guarded = async (options: Parameters<typeof withAuth>[1]) => {
    const handler = withAuth(async (req) => Response.json({ who: req.auth.user.email }), options)
    return handler(request() as NextRequest, { params: Promise.resolve({}) })
  }
  const { email, password } = ANN
  const signIn = () => call('POST', 'v1/auth/sign-in', { email, password })
  return { auth, getToken, jar, call, visit, request, guarded, signIn }
}

const isThrough = (answer: Response) => answer.headers.get('x-middleware-next') === '1'

describe('an app and the service', () => {
  it('sign somebody in, know them, and sign them out everywhere at once', async () => {
    const app = open()
    expect(await app.auth(app.request())).toBeNull()
    expect((await app.signIn()).status).toBe(200)
    expect([...app.jar.keys()].sort()).toEqual(['doorward', 'doorward-device'])
    const session = await app.auth(app.request())
    expect(session).toMatchObject({ user: { email: ANN.email, name: 'Ann' }, acr: 'aal1' })
    expect(isThrough(await app.visit('/notes'))).toBe(true)
    const kept = app.jar.get('doorward-token')
    expect(kept).toBeDefined()
    expect(isThrough(await app.visit('/notes'))).toBe(true)
    expect(app.jar.get('doorward-token')).toBe(kept)
    const before = app.request()
    expect((await app.call('POST', 'v1/auth/sign-out')).status).toBe(204)
    expect([...app.jar.keys()]).toEqual(['doorward-device'])
    expect(await app.auth(before)).toBeNull()
    expect((await app.visit('/notes')).status).toBe(307)
  })

  it('tell a token of another session apart', async () => {
    const [one, two] = [open(), open()]
    for (const app of [one, two]) {
      await app.signIn()
      await app.visit('/notes')
    }
    one.jar.set('doorward-token', two.jar.get('doorward-token') ?? '')
    const stolen = one.jar.get('doorward-token')
    expect(isThrough(await one.visit('/notes'))).toBe(true)
    expect(one.jar.get('doorward-token')).not.toBe(stolen)
    one.jar.delete('doorward')
    expect((await one.visit('/api/notes')).status).toBe(401)
  })

  it('keep other sites out', async () => {
    const app = open()
    await app.signIn()
    const evil = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }
    const answer = await app.call('POST', 'v1/auth/sign-out', undefined, evil)
    expect(await problemOf(answer)).toMatchObject({ status: 403, code: 'csrf.origin_refused' })
    expect(await app.auth(app.request())).not.toBeNull()
  })

  it('ask for a further proof by the methods that there are, and go on after it', async () => {
    const app = open()
    await app.signIn()
    await app.visit('/notes')
    await service.age(1000)
    const refused = await app.guarded({ freshSeconds: 900 })
    expect(await problemOf(refused)).toMatchObject({
      status: 403,
      code: 'auth.step_up_required',
      methods: ['password'],
    })
    const theirs = await app.call('POST', 'v1/me/passkeys/begin')
    expect(await problemOf(theirs)).toMatchObject({
      code: 'auth.step_up_required',
      methods: ['password'],
    })
    const old = app.jar.get('doorward')
    const proof = { method: 'password', password: ANN.password }
    expect((await app.call('POST', 'v1/auth/step-up', proof)).status).toBe(200)
    expect(app.jar.get('doorward')).not.toBe(old)
    expect(app.jar.has('doorward-token')).toBe(false)
    expect((await app.guarded({ freshSeconds: 900 })).status).toBe(200)
    expect(await problemOf(await app.guarded({ aal2: true }))).toMatchObject({
      code: 'auth.second_factor_needed',
    })
  })

  it('refuse who lacks a permission, in the proxy as in the handler', async () => {
    const app = open()
    await app.signIn()
    const refused = await app.guarded({ permission: 'app:notes:moderate' })
    expect(await problemOf(refused)).toMatchObject({
      code: 'auth.permission_missing',
      required_permission: 'app:notes:moderate',
    })
  })

  it('hand out a token for another service, and none to who is not signed in', async () => {
    const app = open()
    expect(await app.getToken({ req: app.request() })).toBeNull()
    await app.signIn()
    const claims = await app.getToken({ req: app.request() })
    expect(claims).toMatchObject({
      iss: service.origin,
      aud: service.origin,
      client_id: 'first_party',
    })
    await app.visit('/notes')
    const raw = await app.getToken({ req: app.request(), raw: true })
    expect(app.jar.get('doorward-token')).toContain(raw)
    const other = app.getToken({ req: app.request(), raw: true, audience: 'https://no.test' })
    await expect(other).rejects.toThrow('tokens.invalid_target')
  })

  it('show the service’s own pages under the app’s origin', async () => {
    const app = open()
    const page = await app.call('GET', 'sign-in')
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(await page.text()).toContain('name="password"')
    expect((await app.call('GET', 'assets/doorward.css')).status).toBe(200)
    await app.signIn()
    const led = await app.call('GET', 'sign-in?return_to=%2Fnotes')
    expect([led.status, led.headers.get('location')]).toEqual([303, '/notes'])
    const evil = await app.call('GET', 'sign-in?return_to=%2F%2Fevil.example')
    expect(evil.headers.get('location')).toBe('/account')
  })
})
