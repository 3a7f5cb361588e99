import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createVerifier, type Fetch, type VerifierOptions } from '../../src/jwt/index.js'
import { createTestIssuer, type TestIssuer } from '../../src/testing/index.js'

let now: number
let issuer: TestIssuer
/** What stands in the way of the key set, if something does. */
let instead: (() => Response | Promise<Response>) | undefined
const asked = vi.fn()

beforeEach(async () => {
  now = Date.UTC(2030, 0, 1)
  instead = undefined
  asked.mockClear()
  issuer = await createTestIssuer({ clock: () => now })
})

function verifierOf(options: Partial<VerifierOptions> = {}) {
  const fetch: Fetch = async (url, init) => {
    if (!url.endsWith('/jwks.json')) return issuer.fetch(url, init)
    asked(url, init)
    return (await instead?.()) ?? issuer.fetch(url, init)
  }
  const { issuer: name, audience, clock } = issuer
  return createVerifier({ issuer: name, audience, clock, fetch, revocations: 'off', ...options })
}

const undecided = expect.objectContaining({ code: 'token.undecided' })

describe('the key set', () => {
  it('is kept for five minutes, and asked for anew before they are over', async () => {
    const verifier = verifierOf()
    await verifier.verify(await issuer.token())
    now += 239_000
    await verifier.verify(await issuer.token())
    expect(asked).toHaveBeenCalledTimes(1)
    now += 2_000
    await verifier.verify(await issuer.token())
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it('is asked for anew for a key that it does not hold, but not at will', async () => {
    const verifier = verifierOf()
    await verifier.verify(await issuer.token())
    await issuer.rotate()
    now += 11_000
    await verifier.verify(await issuer.token())
    expect(asked).toHaveBeenCalledTimes(2)
    const { length } = await Promise.allSettled(
      Array.from({ length: 100 }, async (_, kid) =>
        verifier.verify(await issuer.sign({}, { kid: `unknown-${kid}` })),
      ),
    )
    expect(length).toBe(100)
    expect(asked).toHaveBeenCalledTimes(2)
    now += 11_000
    await verifier.verify(await issuer.sign({}, { kid: 'unknown' })).catch(() => undefined)
    expect(asked).toHaveBeenCalledTimes(3)
  })

  it('serves for five minutes while the service is down, and then nobody gets in', async () => {
    const verifier = verifierOf()
    await verifier.verify(await issuer.token())
    instead = () => Promise.reject(new TypeError('fetch failed'))
    now += 299_000
    await verifier.verify(await issuer.token())
    now += 1_000
    await expect(verifier.verify(await issuer.token())).rejects.toEqual(undecided)
    instead = undefined
    now += 1_000
    await verifier.verify(await issuer.token())
  })

  it('of before a clock was put back is too old', async () => {
    const verifier = verifierOf()
    await verifier.verify(await issuer.token())
    instead = () => Promise.reject(new TypeError('fetch failed'))
    now -= 3_600_000
    await expect(verifier.verify(await issuer.token())).rejects.toEqual(undecided)
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['is not there', () => new Response(null, { status: 404 })],
    ['is elsewhere', () => Response.redirect('https://evil.example/jwks.json')],
    ['is no JSON', () => new Response('<html>')],
    ['is no object', () => Response.json([])],
    ['has no keys', () => Response.json({})],
    ['has more keys than any', () => Response.json({ keys: Array(21).fill({}) })],
    ['is larger than any', () => new Response(`{"keys":[],"x":"${'x'.repeat(70_000)}"}`)],
    ['never ends', () => new Response(endless())],
    ['is another version of nothing', () => new Response(null, { status: 304 })],
  ])('lets nobody in if it %s', async (_, answer) => {
    instead = answer
    await expect(verifierOf().verify(await issuer.token())).rejects.toEqual(undecided)
  })

  it('is not waited for longer than five seconds', async () => {
    vi.spyOn(AbortSignal, 'timeout')
    await verifierOf().verify(await issuer.token())
    expect(AbortSignal.timeout).toHaveBeenCalledWith(5_000)
    expect(asked.mock.calls[0]?.[1]).toMatchObject({
      redirect: 'manual',
      cache: 'no-store',
      credentials: 'omit',
      signal: expect.any(AbortSignal),
    })
  })

  it('ac_139 gives no key of another kind or use', async () => {
    const response = await issuer.fetch(`${issuer.issuer}/.well-known/jwks.json`, {})
    const [jwk] = ((await response.json()) as { keys: object[] }).keys
    for (const wrong of [
      { use: 'enc' },
      { alg: 'ES384' },
      { alg: 'HS256' },
      { crv: 'P-384' },
      { kty: 'oct', k: 'eA' },
      { kty: 'RSA' },
      { use: undefined },
      { alg: undefined },
      { kid: undefined },
    ]) {
      instead = () => Response.json({ keys: [{ ...jwk, ...wrong }] })
      await expect(verifierOf().verify(await issuer.token())).rejects.toMatchObject({
        code: 'token.invalid',
      })
    }
  })
})

function endless(): ReadableStream {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(32)),
  })
}
