// Tries everything beside this file against a service of its own: DOORWARD_BINARY, or target/debug.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, unwrap } from 'doorward'
import { startDoorward } from 'doorward/testing'
import { createApi } from './api.mjs'
import { createCallers } from './caller.mjs'
import { Account } from './mobile.mjs'

const REPORTS = 'https://reports.example.test'
const ADMIN = { email: 'admin@example.test', password: 'a ferry of seven quiet lanterns' }
const UMA = { email: 'uma@example.test', password: 'nine grey herons at dusk' }
const binary =
  process.env.DOORWARD_BINARY ?? new URL('../../target/debug/doorward', import.meta.url).pathname

/** A `fetch` that keeps cookies, as that of a phone does; the other sides of it are counted. */
function phone() {
  const jar = new Map()
  const asked = []
  async function fetch(request) {
    asked.push(new URL(request.url).pathname)
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookies) request.headers.set('cookie', cookies)
    const answer = await globalThis.fetch(request)
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      jar.set(name, value)
    }
    return answer
  }
  return { fetch, asked }
}

/** The system's key store, for as long as this runs. */
function keyStore() {
  let kept = null
  return {
    get: async () => kept,
    set: async (text) => {
      kept = text
    },
    remove: async () => {
      kept = null
    },
  }
}

async function listening(app) {
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { server, origin: `http://127.0.0.1:${server.address().port}` }
}

async function call(api, method, token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {}
  const answer = await fetch(`${api}/reports`, { method, headers })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  return { status: answer.status, body: isJson ? JSON.parse(text) : text }
}

/** Lets Uma delete reports. Answers a function that takes it from her again. */
async function allow(service, userId) {
  const admin = createClient({ baseUrl: service.origin, fetch: phone().fetch })
  await unwrap(admin.signInWithPassword({ body: ADMIN }))
  const name = 'app:reports:delete'
  await unwrap(admin.createPermission({ body: { name, description: 'Delete reports.' } }))
  const role = await unwrap(
    admin.createRole({ body: { name: 'clerk', permissions: ['app:reports:delete'] } }),
  )
  const path = { id: userId }
  const grant = await unwrap(admin.createGrant({ path, body: { role_id: role.id } }))
  return () => unwrap(admin.revokeGrant({ path: { id: grant.id } }))
}

async function walk(service, api) {
  const device = phone()
  const own = { service: service.origin, audience: REPORTS, keys: keyStore() }
  const account = new Account({ ...own, fetch: device.fetch })
  const callerOf = createCallers({ issuer: service.origin, audience: REPORTS })

  assert.equal((await call(api, 'GET')).status, 401)
  assert.equal(await account.token(), null, 'nobody has signed in')
  const plain = createClient({ baseUrl: service.origin })
  await unwrap(plain.signUp({ body: { ...UMA, name: 'Uma' } }))
  await assert.rejects(account.signIn(UMA.email, 'not hers at all, is it'), {
    code: 'auth.invalid_credentials',
  })
  assert.equal(await account.signIn(UMA.email, UMA.password), null)

  const first = await account.token()
  const { status, body } = await call(api, 'GET', first)
  assert.equal(status, 200)
  assert.match(body.owner, /^usr_/)
  assert.equal(await callerOf(first), body.owner)
  assert.equal(await callerOf(`${first.slice(0, -4)}AAAA`), null)

  const refused = await call(api, 'DELETE', first)
  assert.equal(refused.status, 403)
  assert.equal(refused.body.code, 'auth.permission_missing')
  assert.equal(refused.body.required_permission, 'app:reports:delete')
  const takeBack = await allow(service, body.owner)

  // Another start of the app: nothing is left of the sign-in but the refresh token.
  const again = new Account({ ...own, fetch: device.fetch })
  device.asked.length = 0
  const tokens = await Promise.all([again.token(), again.token(), again.token()])
  assert.deepEqual(device.asked, ['/oauth2/token'], 'a refresh token is used once')
  assert.equal(new Set(tokens).size, 1)
  assert.equal((await call(api, 'DELETE', tokens[0])).status, 204)

  await takeBack()
  await ended(async () => (await call(api, 'DELETE', tokens[0])).status === 401)
  await again.signOut()
  assert.equal(await again.token(), null)
  await ended(async () => (await call(api, 'GET', tokens[0])).status === 401)
  await ended(async () => (await callerOf(tokens[0])) === null)

  await service.stop()
  await assert.rejects(new Account({ ...own, keys: { ...own.keys, get: async () => 'x' } }).token())
}

/** Must come true within the two seconds that are promised, and some more for a busy machine. */
async function ended(isOver) {
  for (const until = Date.now() + 5_000; !(await isOver()); await sleep(50)) {
    assert.ok(Date.now() < until, 'the token still counts')
  }
}

const service = await startDoorward({ binary, settings: { DOORWARD_TOKEN_AUDIENCES: REPORTS } })
await service.createAdmin(ADMIN.email, ADMIN.password)
const { server, origin } = await listening(
  createApi({ issuer: service.origin, audience: REPORTS }),
)
try {
  await walk(service, origin)
  console.log('services: an API, a function and a mobile app agree')
} finally {
  server.closeAllConnections()
  server.close()
  await service.stop()
}
process.exit()
