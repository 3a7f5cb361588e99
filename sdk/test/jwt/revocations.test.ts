import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createVerifier,
  type Fetch,
  type Verifier,
  type VerifierOptions,
} from '../../src/jwt/index.js'
import { mark } from '../../src/jwt/revocations.js'
import { createTestIssuer, type TestIssuer } from '../../src/testing/index.js'

let now: number
let issuer: TestIssuer
let verifier: Verifier
/** What is answered in the place of the list, if something is. */
let instead: ((init: RequestInit) => Response | Promise<Response>) | undefined
const asked = vi.fn()

beforeEach(async () => {
  now = Date.UTC(2030, 0, 1)
  instead = undefined
  asked.mockClear()
  issuer = await createTestIssuer({ clock: () => now })
  verifier = verifierOf()
})

function verifierOf(options: Partial<VerifierOptions> = {}): Verifier {
  const fetch: Fetch = async (url, init) => {
    if (!url.endsWith('/revocations')) return issuer.fetch(url, init)
    asked(init)
    return (await instead?.(init)) ?? issuer.fetch(url, init)
  }
  const { issuer: name, audience, clock } = issuer
  return createVerifier({ issuer: name, audience, clock, fetch, ...options })
}

const taken = async (token: string) => expect((await verifier.verify(token)).sub).toBeDefined()
const refused = (token: string, code = 'token.revoked') =>
  expect(verifier.verify(token)).rejects.toMatchObject({ code })
const down = () => Promise.reject(new TypeError('fetch failed'))

describe('a mark', () => {
  it('is the one that docs/TOKENS.md shows', async () => {
    expect(await mark('sid', 'ses_06awk5n2q3w0r8d1e4t7y9v2m4')).toBe('lXcedW2hFMJS1-zWQnQixw')
    expect(await mark('role', 'editor')).toBe('g7GqS8AZuve67TvZWpvw5Q')
  })
})

describe('what has ended', () => {
  it.each([
    [{ sid: 'ses_1' }, { sid: 'ses_1' }, { sid: 'ses_2' }],
    [{ jti: 'tok_1' }, { jti: 'tok_1' }, { jti: 'tok_2' }],
    [{ sub: 'usr_1' }, { sub: 'usr_1' }, { sub: 'usr_2' }],
    [{ client_id: 'cli_1' }, { client_id: 'cli_1' }, { client_id: 'cli_2' }],
    [{ role: 'editor' }, { roles: ['reader', 'editor'] }, { roles: ['reader'] }],
    [{ all: true as const }, {}, undefined],
  ])('is refused within a second: %j', async (ended, over, good) => {
    const token = await issuer.token(over)
    await taken(token)
    await issuer.revoke(ended)
    now += 1_000
    await refused(token)
    if (good) await taken(await issuer.token(good))
  })

  it.each([{ sub: 'usr_1' }, { client_id: 'cli_1' }, { role: 'editor' }, { all: true as const }])(
    'ends tokens of that very second, and none of the next: %j',
    async (ended) => {
      const claims = { sub: 'usr_1', client_id: 'cli_1', roles: ['editor'] }
      const before = await issuer.token({ ...claims, iat: now / 1000 - 1 })
      const same = await issuer.token(claims)
      const next = await issuer.token({ ...claims, iat: now / 1000 + 1 })
      await issuer.revoke(ended)
      now += 1_000
      await refused(before)
      await refused(same)
      await taken(next)
    },
  )

  it('is not asked for where that is off', async () => {
    verifier = verifierOf({ revocations: 'off' })
    await issuer.revoke({ all: true })
    await taken(await issuer.token())
    expect(asked).not.toHaveBeenCalled()
  })
})

describe('the list', () => {
  it('is asked for once a second at most, with its version', async () => {
    const list = await issuer.revocationList()
    instead = ({ headers }) =>
      (headers as Record<string, string>)['If-None-Match'] === 'W/"1"'
        ? new Response(null, { status: 304 })
        : new Response(list, { headers: { ETag: 'W/"1"' } })
    for (let i = 0; i < 10; i++) await taken(await issuer.token())
    expect(asked).toHaveBeenCalledTimes(1)
    now += 1_000
    await taken(await issuer.token())
    expect(asked).toHaveBeenCalledTimes(2)
    expect(asked.mock.calls[1]?.[0].headers).toMatchObject({ 'If-None-Match': 'W/"1"' })
  })

  it('is renewed beside the calls while there are any', async () => {
    await taken(await issuer.token())
    now += 800
    let answer: (response: Response) => void = () => undefined
    instead = () =>
      new Promise<Response>((resolve) => {
        answer = resolve
      })
    await taken(await issuer.token())
    expect(asked).toHaveBeenCalledTimes(2)
    answer(new Response(await issuer.revocationList()))
  })

  it('serves until it expires while the service is down, and then nobody gets in', async () => {
    await taken(await issuer.token())
    instead = down
    now += 89_000
    await taken(await issuer.token())
    now += 1_000
    await refused(await issuer.token(), 'token.undecided')
    instead = undefined
    now += 1_000
    await taken(await issuer.token())
  })

  it('that was never had lets nobody in, and is asked for once a second only', async () => {
    instead = down
    for (let i = 0; i < 10; i++) await refused(await issuer.token(), 'token.undecided')
    expect(asked).toHaveBeenCalledTimes(1)
  })

  it('that is an old one is not taken for the one that is there', async () => {
    const token = await issuer.token({ sid: 'ses_1' })
    const old = await issuer.revocationList()
    now += 1_000
    await issuer.revoke({ sid: 'ses_1' })
    await refused(token)
    instead = () => new Response(old)
    now += 1_000
    await refused(token)
    now += 1_000
    await refused(token)
  })

  it('that is kept back ends everything once it expires', async () => {
    const old = await issuer.revocationList()
    instead = () => new Response(old, { headers: { ETag: '"1"' } })
    await taken(await issuer.token())
    now += 90_000
    await refused(await issuer.token(), 'token.undecided')
  })

  const wrong: [string, () => Promise<string> | string][] = [
    ['was changed', async () => tampered(await issuer.revocationList())],
    ['is not signed', async () => (await issuer.revocationList()).replace(/[^.]+$/, '')],
    ['is of another issuer', () => issuer.revocationList({ iss: 'https://evil.example.test' })],
    ['is of another version', () => issuer.revocationList({ v: 2 })],
    ['has no version', () => issuer.revocationList({ v: undefined })],
    ['has expired', () => issuer.revocationList({ exp: now / 1000 })],
    ['is from the future', () => issuer.revocationList({ iat: now / 1000 + 31 })],
    ['has no end', () => issuer.revocationList({ exp: undefined })],
    ['has an end of another type', () => issuer.revocationList({ exp: '9999999999' })],
    ['has no sessions', () => issuer.revocationList({ sessions: undefined })],
    ['has tokens of another type', () => issuer.revocationList({ tokens: {} })],
    ['has marks of another type', () => issuer.revocationList({ sessions: [1] })],
    ['has no cut-offs', () => issuer.revocationList({ before: undefined })],
    ['has some cut-offs only', () => issuer.revocationList({ before: { sub: {}, all: null } })],
    ['has a cut-off of another type', () => issuer.revocationList(cut({ sub: { x: '1' } }))],
    ['has a cut-off of all of another type', () => issuer.revocationList(cut({ all: '1' }))],
    ['does not say whether all ended', () => issuer.revocationList(cut({ all: undefined }))],
    ['is a token', () => issuer.token()],
    ['is of another type', () => issuer.sign({}, { typ: 'JWT' })],
    ['is nothing', () => ''],
    ['is a page', () => '<html>'],
    ['is larger than any', () => 'x'.repeat(17_000_000)],
    [
      'is signed by another',
      async () => {
        const { issuer: name, clock } = issuer
        return (await createTestIssuer({ issuer: name, clock })).revocationList()
      },
    ],
  ]
  it.each(wrong)('lets nobody in if it %s', async (_, text) => {
    const body = await text()
    instead = () => new Response(body)
    await refused(await issuer.token(), 'token.undecided')
  })

  it.each(wrong)('is kept if the next %s', async (_, text) => {
    const token = await issuer.token({ sid: 'ses_1' })
    await issuer.revoke({ sid: 'ses_1' })
    await refused(token)
    now += 1_000
    const body = await text()
    instead = () => new Response(body)
    await refused(token)
    await taken(await issuer.token({ sid: 'ses_2' }))
  })

  it('with members of later days is taken', async () => {
    const list = await issuer.revocationList({ later: { a: 1 } })
    instead = () => new Response(list)
    await taken(await issuer.token())
  })

  it('asvs_15_3_6 with names that mean something to JavaScript ends nobody else', async () => {
    const list = await issuer.revocationList(JSON.parse('{"__proto__":{"sessions":["x"]}}'))
    instead = () => new Response(list)
    await taken(await issuer.token({ sub: '__proto__', roles: ['constructor'] }))
  })
})

const cut = (members: object) => ({
  before: { sub: {}, client_id: {}, role: {}, all: null, ...members },
})

/** The list without what it ends, under the signature of what it was. */
function tampered(list: string): string {
  const [header, payload = '', signature] = list.split('.')
  const said = JSON.parse(atob(payload))
  const text = JSON.stringify({ ...said, sessions: [], exp: said.exp + 1 })
  return [header, Buffer.from(text).toString('base64url'), signature].join('.')
}
