import { describe, expect, it } from 'vitest'
import { createVerifier } from '../../src/jwt/index.js'
import { createTestIssuer, fakeSession, startDoorward } from '../../src/testing/index.js'

describe('fakeSession', () => {
  it('is somebody who may nothing, but for what is said otherwise', () => {
    const session = fakeSession({ permissions: ['a:b'], user: { name: 'Bob' } })
    expect(session).toMatchObject({ roles: [], permissions: ['a:b'], acr: 'aal1' })
    expect(session.user).toMatchObject({ name: 'Bob', email: 'ann@example.com', image: null })
    expect(Date.parse(session.expires)).toBeGreaterThan(Date.now())
    expect(fakeSession().user.name).toBe('Ann')
  })
})

describe('createTestIssuer', () => {
  it('makes tokens for a verifier, and ends them', async () => {
    const issuer = await createTestIssuer()
    const verifier = createVerifier(issuer)
    const token = await issuer.token({ sub: 'usr_1', permissions: ['a:b'] })
    expect(await verifier.verify(token)).toMatchObject({ sub: 'usr_1', permissions: ['a:b'] })
    await issuer.revoke({ sub: 'usr_1' })
    await expect(createVerifier(issuer).verify(token)).rejects.toMatchObject({
      code: 'token.revoked',
    })
  })

  it('answers nothing else', async () => {
    const issuer = await createTestIssuer()
    expect((await issuer.fetch(`${issuer.issuer}/v1/me`, {})).status).toBe(404)
    expect((await issuer.fetch('https://other.test/.well-known/jwks.json', {})).status).toBe(404)
  })
})

describe('startDoorward', () => {
  it('rejects where there is no such program', async () => {
    await expect(startDoorward({ binary: '/nowhere/doorward' })).rejects.toThrow('ENOENT')
  })

  it('rejects with what the program says when it ends at once', async () => {
    await expect(startDoorward({ binary: 'false' })).rejects.toThrow('did not become ready')
  })
})
