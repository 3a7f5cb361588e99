import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type AccessTokenClaims,
  createVerifier,
  type Verifier,
  type VerifierOptions,
} from '../../src/jwt/index.js'
import { createTestIssuer, type TestIssuer } from '../../src/testing/index.js'

let issuer: TestIssuer
let verifier: Verifier

function verifierOf(options: Partial<VerifierOptions> = {}): Verifier {
  const { issuer: name, audience, fetch } = issuer
  return createVerifier({ issuer: name, audience, fetch, ...options })
}

beforeEach(async () => {
  issuer = await createTestIssuer()
  verifier = verifierOf()
})

describe('options', () => {
  const rest = { audience: 'a' }
  it.each([
    'http://id.example.com',
    'https://id.example.com/',
    'https://id.example.com/x',
    'https://u:p@id.example.com',
    'https://ID.example.com',
    'id.example.com',
    '',
  ])('take %j for no issuer', (name) => {
    expect(() => createVerifier({ issuer: name, ...rest })).toThrow(TypeError)
  })

  it('take loopback by http, and no other key set by http', () => {
    expect(() => createVerifier({ issuer: 'http://127.0.0.1:8080', ...rest })).not.toThrow()
    const jwksUrl = 'http://id.example.com/jwks.json'
    expect(() => createVerifier({ issuer: 'https://id.example.com', jwksUrl, ...rest })).toThrow(
      TypeError,
    )
  })

  it('need an audience and a reasonable skew', () => {
    const named = { issuer: 'https://id.example.com' }
    expect(() => createVerifier({ ...named, audience: '' })).toThrow(TypeError)
    for (const clockSkew of [61, -1, Number.NaN]) {
      expect(() => createVerifier({ ...named, ...rest, clockSkew })).toThrow(TypeError)
    }
  })
})

describe('permissions that a token does not list', () => {
  const ref = () => ({ permissions_ref: `${issuer.issuer}/v1/check` })

  function answering(answer: () => Response) {
    const asked = vi.fn((_url: string, _init: RequestInit) => answer())
    const fetch: VerifierOptions['fetch'] = async (url, init) =>
      url.endsWith('/v1/check') ? asked(url, init) : issuer.fetch(url, init)
    return { asked, fetch }
  }

  it('are asked for at the service', async () => {
    const { asked, fetch } = answering(() => Response.json({ results: [{ allowed: true }] }))
    const own = verifierOf({ fetch })
    const token = await issuer.token(ref())
    expect(await own.allows(await own.verify(token), 'app:a:b')).toBe(true)
    const [url, init] = asked.mock.calls[0] ?? []
    expect(url).toBe(`${issuer.issuer}/v1/check`)
    expect(init?.headers).toMatchObject({ Authorization: `Bearer ${token}` })
    expect(JSON.parse(String(init?.body))).toEqual({
      checks: [{ permission: 'app:a:b', user_id: 'usr_06awk5n2q3w0r8d1e4t7y9v2m4' }],
    })
  })

  it('are asked for with a credential of the API, where it has one', async () => {
    const { asked, fetch } = answering(() => Response.json({ results: [{ allowed: false }] }))
    const own = verifierOf({ fetch, authorization: () => 'Bearer own' })
    expect(await own.allows(await own.verify(await issuer.token(ref())), 'a:b')).toBe(false)
    expect(asked.mock.calls[0]?.[1].headers).toMatchObject({ Authorization: 'Bearer own' })
  })

  it('are no more than the token was narrowed to', async () => {
    const { asked, fetch } = answering(() => Response.json({ results: [{ allowed: true }] }))
    const own = verifierOf({ fetch })
    const claims = await own.verify(await issuer.token({ ...ref(), scope: 'a:b' }))
    expect(await own.allows(claims, 'c:d')).toBe(false)
    expect(asked).not.toHaveBeenCalled()
    expect(await own.allows(claims, 'a:b')).toBe(true)
  })

  it.each([
    ['refuses', () => new Response(null, { status: 401 })],
    ['is down', () => Promise.reject(new Error('down')) as never],
    ['talks nonsense', () => new Response('<html>')],
  ])('are undecided while the service %s', async (_, answer) => {
    const own = verifierOf({ fetch: answering(answer).fetch })
    const claims = await own.verify(await issuer.token(ref()))
    await expect(own.allows(claims, 'a:b')).rejects.toMatchObject({ code: 'token.undecided' })
  })

  it('are none where the answer is not a clear yes', async () => {
    for (const results of [[], [{ allowed: 'true' }], [{ allowed: 1 }]]) {
      const own = verifierOf({ fetch: answering(() => Response.json({ results })).fetch })
      const claims = await own.verify(await issuer.token(ref()))
      const allowed = await own.allows(claims, 'a:b').catch(() => false)
      expect(allowed).toBe(false)
    }
  })

  it('are told for claims that were verified only', async () => {
    const made = { permissions: ['a:b'] } as AccessTokenClaims
    await expect(verifier.allows(made, 'a:b')).rejects.toThrow(TypeError)
  })
})
