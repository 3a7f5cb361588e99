import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { unwrap } from '../../src/core/index.js'
import { createTestIssuer } from '../../src/testing/index.js'
import { ADMIN, PASSWORD, signedIn, startService } from '../support/service.js'
import { addresses, signIn } from './client.js'
import { app } from './guard.js'
import { userOf } from './jwt.js'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')

afterEach(() => vi.unstubAllGlobals())

describe('the README', () => {
  it('has an example of each subpath', () => {
    const paths = Object.keys(JSON.parse(manifest).exports)
    const names = paths.filter((path) => path !== './package.json')
    for (const path of names) expect(readme).toContain(`from 'doorward${path.slice(1)}'`)
  })

  it('signs in and lists accounts', async () => {
    const service = await startService()
    try {
      const real = fetch
      vi.stubGlobal('fetch', (request: Request) => {
        const url = request.url.replace('https://id.example.com', service.origin)
        return real(new Request(url, request))
      })
      expect(await signIn(ADMIN, PASSWORD)).toBe('signed_in')
      expect(await signIn(ADMIN, 'a wrong one that is long')).toBe('wrong')
      const { client } = await signedIn(service.origin)
      const body = { name: 'example', permissions: ['users:read'] }
      const { secret } = await unwrap(client.createMyApiKey({ body }))
      expect(await addresses(secret)).toEqual([ADMIN, ADMIN])
    } finally {
      await service.stop()
    }
  })

  it('checks tokens and guards an API', async () => {
    const issuer = await createTestIssuer({
      issuer: 'https://id.example.com',
      audience: 'https://api.example.com',
    })
    const real = fetch
    vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
      url.startsWith(issuer.issuer) ? issuer.fetch(url, init) : real(url, init),
    )
    const token = await issuer.token({ sub: 'usr_1', permissions: ['app:notes:read'] })
    expect(await userOf(token)).toBe('usr_1')
    await expect(userOf('x')).rejects.toThrow('token.invalid')
    const server: Server = app.listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => server.once('listening', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notes`
      const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
      expect(await answer.json()).toEqual({ owner: 'usr_1' })
      expect((await fetch(url, {})).status).toBe(401)
    } finally {
      server.close()
    }
  })
})
