import { createServer, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authOf, createGuard, type GuardOptions } from '../../src/node/index.js'
import { WORDS } from '../../src/node/refusals.js'
import { createTestIssuer, fakeSession, type TestIssuer } from '../../src/testing/index.js'
import { contract } from '../core/contract.js'

let issuer: TestIssuer
let server: Server | undefined

beforeEach(async () => {
  issuer = await createTestIssuer()
})
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

const guardOf = (options: Partial<GuardOptions> = {}) => {
  const { issuer: name, audience, clock, fetch } = issuer
  return createGuard({ issuer: name, audience, clock, fetch, ...options })
}

async function listen(handler: RequestListener): Promise<string> {
  const own = createServer(handler)
  server = own
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`
}

/** A plain server whose one route is guarded, and a way to ask it. */
async function plain(options: Partial<GuardOptions> = {}, needs = {}) {
  const guard = guardOf(options)
  const origin = await listen(
    guard.protect((_request, response, auth) => response.end(auth.userId), needs),
  )
  const ask = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${origin}/notes?x=1`, { method, headers })
  return { origin, ask, bearer: async (token: string) => ask({ Authorization: `Bearer ${token}` }) }
}

/** The status of a GET with headers that `fetch` would make one of. */
function statusOf(origin: string, headers: Record<string, string | string[]>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}/notes`, { headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject).end()
  })
}

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const problem = (await response.json()) as Record<string, unknown>
  expect(problem.status).toBe(response.status)
  return { ...problem, challenge: response.headers.get('www-authenticate') }
}

describe('a plain server', () => {
  it('lets in who has a good token', async () => {
    const { bearer } = await plain()
    const response = await bearer(await issuer.token())
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('usr_06awk5n2q3w0r8d1e4t7y9v2m4')
  })

  it('refuses who has none', async () => {
    const { ask } = await plain()
    expect(await problemOf(await ask())).toMatchObject({
      status: 401,
      code: 'auth.not_signed_in',
      challenge: 'Bearer',
      errors: [],
    })
  })

  it.each(['Bearer x', 'Bearer', 'Basic eDp5', 'x', 'bearer  ', 'Bearer a, Bearer b', 'DPoP x'])(
    'refuses %j',
    async (Authorization) => {
      const { ask } = await plain()
      expect(await problemOf(await ask({ Authorization }))).toMatchObject({
        status: 401,
        code: 'auth.token_invalid',
        challenge: 'Bearer error="invalid_token"',
      })
    },
  )

  it('refuses two headers, though one of them is good', async () => {
    const { origin } = await plain()
    const good = `Bearer ${await issuer.token()}`
    expect(await statusOf(origin, { Authorization: good })).toBe(200)
    expect(await statusOf(origin, { Authorization: [good, 'Bearer x'] })).toBe(401)
    expect(await statusOf(origin, { Authorization: [good, good] })).toBe(401)
  })

  it('refuses a token for another API, one that has expired and one that has ended', async () => {
    const { bearer } = await plain()
    const past = Math.floor(Date.now() / 1000) - 600
    await issuer.revoke({ sid: 'ses_over' })
    for (const claims of [{ aud: 'https://other.test' }, { iat: past }, { sid: 'ses_over' }]) {
      const response = await bearer(await issuer.token(claims))
      expect(await problemOf(response)).toMatchObject({ code: 'auth.token_invalid' })
    }
  })

  it('is closed while the service is down', async () => {
    const { bearer } = await plain({ fetch: () => Promise.reject(new TypeError('down')) })
    const response = await bearer(await issuer.token())
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'server.unavailable' })
  })

  it('is closed when something breaks, and tells nothing of it', async () => {
    const { bearer } = await plain({
      clock: () => {
        throw new Error('secret-canary')
      },
    })
    const problem = await problemOf(await bearer(await issuer.token()))
    expect(problem).toMatchObject({ status: 500, code: 'server.internal' })
    expect(JSON.stringify(problem)).not.toContain('canary')
  })
})

describe('needs', () => {
  it('asvs_10_3_2 are permissions: all of them, of guard and route', async () => {
    const { bearer } = await plain({ permission: 'a:b' }, { permission: ['c:d', 'e:f'] })
    const permissions = ['a:b', 'c:d', 'e:f']
    expect((await bearer(await issuer.token({ permissions }))).status).toBe(200)
    for (const missing of permissions) {
      const held = permissions.filter((permission) => permission !== missing)
      const response = await bearer(await issuer.token({ permissions: held }))
      expect(await problemOf(response)).toMatchObject({
        status: 403,
        code: 'auth.permission_missing',
        required_permission: missing,
        challenge: `Bearer error="insufficient_scope", scope="${missing}"`,
      })
    }
  })

  it('asvs_10_3_4 are two factors', async () => {
    const { bearer } = await plain({}, { aal2: true })
    expect((await bearer(await issuer.token({ acr: 'aal2' }))).status).toBe(200)
    expect(await problemOf(await bearer(await issuer.token({ acr: 'aal1' })))).toMatchObject({
      code: 'auth.step_up_required',
      challenge: 'Bearer error="insufficient_user_authentication", acr_values="aal2"',
    })
  })

  it('asvs_10_3_4 are a proof not longer ago than that', async () => {
    const { bearer } = await plain({}, { freshSeconds: 300 })
    const now = Math.floor(Date.now() / 1000)
    expect((await bearer(await issuer.token({ auth_time: now - 290 }))).status).toBe(200)
    expect(
      await problemOf(await bearer(await issuer.token({ auth_time: now - 302 }))),
    ).toMatchObject({
      code: 'auth.step_up_required',
      challenge: 'Bearer error="insufficient_user_authentication", max_age=300',
    })
  })

  it('of a recent proof are not met by a program that never gave one', async () => {
    const { bearer } = await plain({}, { freshSeconds: 300 })
    const token = await issuer.token()
    const { auth_time: _, ...claims } = JSON.parse(atob(token.split('.')[1] ?? ''))
    const response = await bearer(await issuer.sign(claims))
    expect(await problemOf(response)).toMatchObject({ code: 'auth.step_up_required' })
  })
})

describe('a token that is bound to a key', () => {
  const origin = 'https://api.example.test'

  async function bound(other?: string) {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwk = await exportJWK(publicKey)
    const jkt = await calculateJwkThumbprint(jwk)
    const token = other ?? (await issuer.token({ cnf: { jkt } }))
    const hash = new Uint8Array(
      await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)),
    )
    const proof = (claims: object = {}, header: object = {}) =>
      new SignJWT({
        jti: crypto.randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        htm: 'GET',
        htu: `${origin}/notes`,
        ath: Buffer.from(hash).toString('base64url'),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey)
    return { token, proof }
  }

  it('is taken once with each proof of the key', async () => {
    const { ask } = await plain({ origin })
    const { token, proof } = await bound()
    const headers = { Authorization: `DPoP ${token}`, DPoP: await proof() }
    expect((await ask(headers)).status).toBe(200)
    expect(await problemOf(await ask(headers))).toMatchObject({ code: 'auth.dpop_invalid' })
    expect((await ask({ ...headers, DPoP: await proof() })).status).toBe(200)
  })

  it('asvs_10_3_5 is refused without a proof, and as if it were not bound', async () => {
    const { ask } = await plain({ origin })
    const { token, proof } = await bound()
    expect((await ask({ Authorization: `DPoP ${token}` })).status).toBe(401)
    expect((await ask({ Authorization: `Bearer ${token}` })).status).toBe(401)
    const both = { Authorization: `Bearer ${token}`, DPoP: await proof() }
    expect((await ask(both)).status).toBe(401)
  })

  it('asvs_10_3_5 is refused with a proof of another key, request, time or token', async () => {
    const { ask } = await plain({ origin })
    const { token, proof } = await bound()
    const other = await bound(token)
    const now = Math.floor(Date.now() / 1000)
    const proofs = [
      await other.proof(),
      await proof({ htm: 'POST' }),
      await proof({ htu: `${origin}/other` }),
      await proof({ htu: 'https://evil.example/notes' }),
      await proof({ htu: `http://api.example.test/notes` }),
      await proof({ htu: undefined }),
      await proof({ iat: now - 62 }),
      await proof({ iat: now + 15 }),
      await proof({ iat: undefined }),
      await proof({ ath: 'x' }),
      await proof({ ath: undefined }),
      await proof({ jti: '' }),
      await proof({ jti: undefined }),
      await proof({ jti: 'x'.repeat(300) }),
      await proof({}, { typ: 'JWT' }),
      await proof({}, { jwk: undefined }),
      'x',
      'x'.repeat(9_000),
    ]
    for (const DPoP of proofs) {
      const response = await ask({ Authorization: `DPoP ${token}`, DPoP })
      expect(await problemOf(response)).toMatchObject({ code: 'auth.dpop_invalid' })
    }
    expect((await ask({ Authorization: `DPoP ${token}`, DPoP: await proof() })).status).toBe(200)
  })

  it('is refused with two proofs, though one of them is good', async () => {
    const own = await plain({ origin })
    const { token, proof } = await bound()
    const Authorization = `DPoP ${token}`
    const both = [await proof(), await proof()]
    expect(await statusOf(own.origin, { Authorization, DPoP: both })).toBe(401)
    expect(await statusOf(own.origin, { Authorization, DPoP: both.slice(1) })).toBe(200)
  })

  it('is taken for the whole path, also below a router', async () => {
    const router = express.Router()
    router.get('/notes', guardOf({ origin }).requireAuth(), (_request, response) => {
      response.end('open')
    })
    const server = await listen(express().use('/api', router))
    const { token, proof } = await bound()
    const ask = async (htu: string) => {
      const headers = { Authorization: `DPoP ${token}`, DPoP: await proof({ htu }) }
      return (await fetch(`${server}/api/notes`, { headers })).status
    }
    expect(await ask(`${origin}/api/notes`)).toBe(200)
    expect(await ask(`${origin}/notes`)).toBe(401)
  })

  it('is refused where the API has not said its origin', async () => {
    const { ask } = await plain()
    const { token, proof } = await bound()
    const response = await ask({ Authorization: `DPoP ${token}`, DPoP: await proof() })
    expect(response.status).toBe(401)
  })
})

describe('a session', () => {
  it('that must set up a second factor first is refused, and taken after that', async () => {
    let needed = true
    const { user, ...rest } = fakeSession()
    const { emailVerified: email_verified, ...who } = user
    const { authTime: auth_time, createdAt: created_at, secondFactorNeeded: _, ...same } = rest
    const session = () => ({
      ...same,
      auth_time,
      created_at,
      second_factor_needed: needed,
      user: { ...who, email_verified },
    })
    const { ask } = await plain({
      sessions: true,
      fetch: async () => Response.json({ session: session() }),
    })
    const headers = { Cookie: 'doorward=x' }
    expect(await problemOf(await ask(headers))).toMatchObject({
      status: 403,
      code: 'auth.second_factor_needed',
    })
    needed = false
    expect((await ask(headers)).status).toBe(200)
  })
})

describe('Express', () => {
  it('goes on with who calls, also below a router, and answers problems', async () => {
    const guard = guardOf({ origin: 'https://api.example.test' })
    const router = express.Router()
    router.get(
      '/notes',
      guard.requireAuth({ permission: 'app:notes:read' }),
      (request, response) => {
        response.json({ user: authOf(request).userId, roles: authOf(request).roles })
      },
    )
    const app = express().use('/api', router)
    const origin = await listen(app)
    const get = (token?: string) =>
      fetch(`${origin}/api/notes`, token ? { headers: { Authorization: `Bearer ${token}` } } : {})
    const token = await issuer.token({ permissions: ['app:notes:read'], roles: ['editor'] })
    expect(await (await get(token)).json()).toEqual({
      user: 'usr_06awk5n2q3w0r8d1e4t7y9v2m4',
      roles: ['editor'],
    })
    expect((await get()).status).toBe(401)
    expect((await get(await issuer.token())).status).toBe(403)
  })

  it('is told by authOf when a route was not guarded', async () => {
    const app = express().get('/', (request, response) => {
      expect(() => authOf(request)).toThrow('requireAuth')
      response.end('closed')
    })
    expect(await (await fetch(await listen(app))).text()).toBe('closed')
  })

  it('handles what breaks in the guard', async () => {
    const clock = () => {
      throw new Error('secret-canary')
    }
    const app = express().use(guardOf({ clock }).requireAuth(), (_request, response) => {
      response.end('open')
    })
    app.use(((_error, _request, response, _next) => {
      response.status(500).end('handled')
    }) as express.ErrorRequestHandler)
    const headers = { Authorization: `Bearer ${await issuer.token()}` }
    expect(await (await fetch(await listen(app), { headers })).text()).toBe('handled')
  })
})

describe('the words of refusals', () => {
  it('are those of the contract', () => {
    const said = new Map<string, string>()
    for (const item of Object.values(contract.paths)) {
      for (const { responses } of Object.values(item)) {
        for (const [status, { description }] of Object.entries(responses)) {
          for (const [, code, title] of description.matchAll(/`([\w.]+)`: ([^`]*[^` ])/g)) {
            said.set(`${code} ${status}`, title ?? '')
          }
        }
      }
    }
    for (const [code, [status, title]] of Object.entries(WORDS)) {
      const ours = code === 'server.unavailable' ? said.get(`${code} ${status}`) : title
      expect(said.get(`${code} ${status}`), code).toBe(ours)
      expect(said.has(`${code} ${status}`), code).toBe(true)
    }
  })
})
