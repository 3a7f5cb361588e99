import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unwrap } from '../../src/core/index.js'
import { createVerifier } from '../../src/jwt/index.js'
import { createGuard, type GuardOptions } from '../../src/node/index.js'
import { type LiveService, signedIn, startService } from '../support/service.js'

const AUDIENCE = 'https://api.example.test'

describe('an API beside the service', () => {
  let service: LiveService
  const servers: Server[] = []
  beforeAll(async () => {
    service = await startService({ DOORWARD_TOKEN_AUDIENCES: AUDIENCE })
  })
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    await service?.stop()
  })

  async function api(options: Partial<GuardOptions> = {}) {
    const guard = createGuard({ issuer: service.origin, audience: AUDIENCE, ...options })
    const server = createServer(
      guard.protect((_request, response, auth) => response.end(auth.userId)),
    )
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return {
      origin,
      status: async (headers: Record<string, string>, method = 'GET') =>
        (await fetch(origin, { method, headers })).status,
    }
  }

  it('takes a token until its session ends, and no longer than two seconds after', async () => {
    const { client } = await signedIn(service.origin)
    const { status } = await api({ permission: 'users:read' })
    const { access_token } = await unwrap(client.createToken({ body: { audience: AUDIENCE } }))
    const headers = { Authorization: `Bearer ${access_token}` }
    expect(await status(headers)).toBe(200)
    await unwrap(client.signOut())
    const until = Date.now() + 2_000
    while ((await status(headers)) === 200) {
      expect(Date.now()).toBeLessThan(until)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(await status(headers)).toBe(401)
  })

  it('takes no token for the service itself', async () => {
    const { client } = await signedIn(service.origin)
    const { access_token } = await unwrap(client.createToken({ body: {} }))
    const { status } = await api()
    expect(await status({ Authorization: `Bearer ${access_token}` })).toBe(401)
    const own = createVerifier({ issuer: service.origin, audience: service.origin })
    expect((await own.verify(access_token)).client_id).toBe('first_party')
  })

  it('takes a narrowed token for what it was narrowed to', async () => {
    const { client } = await signedIn(service.origin)
    const body = { audience: AUDIENCE, scope: 'roles:read' }
    const { access_token } = await unwrap(client.createToken({ body }))
    const headers = { Authorization: `Bearer ${access_token}` }
    expect(await (await api({ permission: 'roles:read' })).status(headers)).toBe(200)
    expect(await (await api({ permission: 'users:read' })).status(headers)).toBe(403)
  })

  it('takes the session cookie where it is told to, and asks for each request', async () => {
    const { client, cookie } = await signedIn(service.origin)
    const headers = { Cookie: `other=1; ${cookie()}` }
    expect(await (await api()).status(headers)).toBe(401)
    const { status } = await api({ sessions: true, permission: 'users:read' })
    expect(await status(headers)).toBe(200)
    await unwrap(client.signOut())
    expect(await status(headers)).toBe(401)
    expect(await status({ Cookie: 'doorward=x' })).toBe(401)
  })

  it('does not fall back to the cookie where a token is wrong', async () => {
    const { cookie } = await signedIn(service.origin)
    const { status } = await api({ sessions: true })
    expect(await status({ Cookie: cookie(), Authorization: 'Bearer x' })).toBe(401)
  })

  it('refuses changes that a page of another origin asks for with the cookie', async () => {
    const { cookie } = await signedIn(service.origin)
    const { status, origin } = await api({ sessions: true, origins: ['https://app.example.test'] })
    const post = (headers: Record<string, string>) =>
      status({ Cookie: cookie(), ...headers }, 'POST')
    expect(await post({ Origin: 'https://evil.example' })).toBe(403)
    expect(await post({ Origin: 'null' })).toBe(403)
    expect(await post({ Origin: origin.replace('127.0.0.1', 'localhost') })).toBe(403)
    expect(await post({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403)
    expect(await post({ 'Sec-Fetch-Site': 'same-site', Origin: origin })).toBe(403)
    expect(await post({ Origin: origin })).toBe(200)
    expect(await post({ Origin: 'https://app.example.test' })).toBe(200)
    expect(await post({})).toBe(200)
  })

  it('is closed while the service is down', async () => {
    const { cookie } = await signedIn(service.origin)
    const nowhere = { issuer: 'http://127.0.0.1:9', sessions: true }
    const { status } = await api(nowhere)
    expect(await status({ Cookie: cookie() })).toBe(503)
  })
})
