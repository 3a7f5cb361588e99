// [snippet: testing]
import { createVerifier } from 'doorward/jwt'
import { createTestIssuer, fakeSession } from 'doorward/testing'
import { expect, it } from 'vitest'

it('takes tokens until they are revoked', async () => {
  const issuer = await createTestIssuer({ audience: 'https://api.example.com' })
  const token = await issuer.token({ sub: 'usr_1', permissions: ['app:notes:read'] })
  expect((await createVerifier(issuer).verify(token)).sub).toBe('usr_1')
  await issuer.revoke({ sub: 'usr_1' })
  await expect(createVerifier(issuer).verify(token)).rejects.toThrow('token.revoked')
  expect(fakeSession({ roles: ['editor'] }).roles).toEqual(['editor'])
})
// [/snippet]
