import { createHmac, createPublicKey, generateKeyPairSync, sign as signRaw } from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type AccessTokenClaims,
  createVerifier,
  type Verifier,
  type VerifierOptions,
} from '../../src/jwt/index.js'
import { createTestIssuer, type TestIssuer } from '../../src/testing/index.js'

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

let now: number
let issuer: TestIssuer
let verifier: Verifier
const fetched = vi.fn()

function verifierOf(options: Partial<VerifierOptions> = {}): Verifier {
  const { issuer: name, audience, clock } = issuer
  const fetch: VerifierOptions['fetch'] = (url, init) => {
    fetched(url)
    return issuer.fetch(url, init)
  }
  return createVerifier({ issuer: name, audience, clock, fetch, ...options })
}

beforeEach(async () => {
  now = Date.UTC(2030, 0, 1)
  fetched.mockClear()
  issuer = await createTestIssuer({ clock: () => now })
  verifier = verifierOf()
})

const refused = (token: unknown, code = 'token.invalid') =>
  expect(verifier.verify(token as string), String(token).slice(0, 60)).rejects.toMatchObject({
    name: 'TokenError',
    code,
  })

/** The token with another header, payload or signature. */
function forged(token: string, at: 0 | 1 | 2, value: unknown): string {
  const parts = token.split('.')
  parts[at] = encode(value)
  return parts.join('.')
}

describe('a good token', () => {
  it('is taken, and its claims are told', async () => {
    const token = await issuer.token({ roles: ['editor'], permissions: ['app:notes:read'] })
    const claims = await verifier.verify(token)
    expect(claims).toMatchObject({ iss: issuer.issuer, aud: issuer.audience, roles: ['editor'] })
    expect(await verifier.allows(claims, 'app:notes:read')).toBe(true)
    expect(await verifier.allows(claims, 'app:notes')).toBe(false)
  })

  it('needs one asking for the keys and one for the list', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => verifier.verify(await issuer.token())))
    expect(fetched.mock.calls.map(([url]) => new URL(url).pathname).sort()).toEqual([
      '/.well-known/doorward/revocations',
      '/.well-known/jwks.json',
    ])
  })

  it('of a client has no session', async () => {
    const { sid: _, ...claims } = await verifier.verify(await issuer.token())
    const { sid } = await verifier.verify(await issuer.sign(claims))
    expect(sid).toBeUndefined()
  })
})

describe('a token is refused', () => {
  it('jat_04 that is none', async () => {
    const token = await issuer.token()
    const [header, payload, signature] = token.split('.')
    for (const text of [
      '',
      'x',
      '..',
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${token}.`,
      `${token}.${signature}`,
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      `Bearer ${token}`,
      'a'.repeat(100_000),
      undefined,
      null,
      7,
      {},
    ]) {
      await refused(text)
    }
  })

  it('asvs_9_1_1 with any bit of it flipped', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const token = await issuer.token()
    for (let at = 0; at < token.length; at++) {
      const value = alphabet.indexOf(token.charAt(at))
      if (value < 0) continue
      // The last letter of a part has bits that stand for nothing: there each is tried.
      const isLast = at + 1 === token.length || token.charAt(at + 1) === '.'
      const bits = isLast ? [1, 2, 4, 8, 16, 32] : [1 << (at % 6)]
      for (const bit of bits) {
        await refused(token.slice(0, at) + alphabet[value ^ bit] + token.slice(at + 1))
      }
    }
  })

  it('asvs_9_1_2 that has no signature, whatever it calls that', async () => {
    const token = await issuer.token()
    const [, payload, signature] = token.split('.')
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, ['ES256'], 'es256']) {
      for (const kid of [undefined, 'x', JSON.parse(atob(token.split('.')[0] ?? '')).kid]) {
        const header = encode({ alg, typ: 'at+jwt', kid })
        await refused(`${header}.${payload}.`)
        await refused(`${header}.${payload}.${signature}`)
      }
    }
  })

  it('ac_139 asvs_9_1_2 that is an HMAC under the public key', async () => {
    const response = await issuer.fetch(`${issuer.issuer}/.well-known/jwks.json`, {})
    const [jwk] = ((await response.json()) as { keys: JsonWebKey[] }).keys
    const key = createPublicKey({ key: jwk as never, format: 'jwk' })
    const { kid } = jwk as { kid: string }
    const [, payload] = (await issuer.token()).split('.')
    const secrets = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(jwk),
    ]
    for (const secret of secrets) {
      const signed = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${payload}`
      await refused(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`)
    }
  })

  it('that is signed by another algorithm or key under a known name', async () => {
    const [head = '', payload] = (await issuer.token()).split('.')
    const { kid } = JSON.parse(atob(head))
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    for (const [alg, key] of [
      ['ES256', ec],
      ['RS256', rsa],
      ['ES256', rsa],
    ] as const) {
      const signed = `${encode({ alg, typ: 'at+jwt', kid })}.${payload}`
      const bytes = Buffer.from(signed)
      const signature = signRaw('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })
      await refused(`${signed}.${signature.toString('base64url')}`)
    }
  })

  it('asvs_9_1_3 that says where its key is to be had, and nothing is fetched for it', async () => {
    await verifier.verify(await issuer.token())
    fetched.mockClear()
    const attacker = await createTestIssuer({ clock: () => now })
    const claims = { ...(await verifier.verify(await issuer.token())) }
    for (const extra of [
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/x' },
      { jwk: { kty: 'EC' } },
      { x5c: ['MII'] },
      { crit: ['exp'] },
      { crit: ['b64'], b64: false },
      { cty: 'JWT' },
    ]) {
      const header = { alg: 'ES256', typ: 'at+jwt', kid: 'x', ...extra }
      await refused(forged(await attacker.sign(claims), 0, header))
      const rightKey = await issuer.sign(claims, 'crit' in extra ? {} : extra)
      if (!('crit' in extra)) await refused(rightKey)
    }
    expect(fetched).not.toHaveBeenCalled()
  })

  it.each(['../../etc/passwd', "' OR 1=1 --", 'https://evil.example/key', '', '__proto__'])(
    'asvs_9_1_3 whose key is named %j',
    async (kid) => {
      await refused(await issuer.sign({ ...(await claims()) }, { kid }))
      expect(fetched.mock.calls.every(([url]) => url.startsWith(issuer.issuer))).toBe(true)
    },
  )

  async function claims(): Promise<AccessTokenClaims> {
    return JSON.parse(atob((await issuer.token()).split('.')[1] ?? ''))
  }

  it.each([
    'JWT',
    'jwt',
    'application/at+jwt',
    'AT+JWT',
    'id_token',
    'logout+jwt',
    'dpop+jwt',
    'doorward-revocations+jwt',
    undefined,
    null,
  ])('asvs_9_2_2 whose type is %j', async (typ) => {
    await refused(await issuer.sign(await claims(), { typ }))
  })

  it('asvs_9_2_2 that is the list of revocations', async () => {
    await refused(await issuer.revocationList())
  })

  it.each([
    'https://other.example.test',
    'https://api.example.test/',
    'https://API.example.test',
    'https://api.example.test.evil.example',
    '',
    undefined,
    null,
    ['https://other.example.test'],
    ['https://api.example.test', 'https://other.example.test'],
    { 'https://api.example.test': 1 },
  ])('asvs_9_2_3 asvs_10_3_1 whose audience is %j', async (aud) => {
    await refused(await issuer.sign({ ...(await claims()), aud }))
  })

  it.each([
    'https://evil.example.test',
    'https://id.example.test/',
    'https://ID.example.test',
    'http://id.example.test',
    'https://id.example.test:443',
    undefined,
    ['https://id.example.test'],
  ])('whose issuer is %j', async (iss) => {
    await refused(await issuer.sign({ ...(await claims()), iss }))
  })

  it('of another issuer', async () => {
    const other = await createTestIssuer({ clock: () => now })
    await refused(await other.token())
  })

  it('asvs_9_2_1 once it has expired, to the second', async () => {
    const token = await issuer.token()
    now += 299_000
    await verifier.verify(token)
    now += 1_000
    await refused(token, 'token.expired')
  })

  it('asvs_9_2_1 from a future that clocks do not explain', async () => {
    const seconds = now / 1000
    await verifier.verify(await issuer.token({ iat: seconds + 30 }))
    await refused(await issuer.token({ iat: seconds + 31 }))
    await verifier.verify(await issuer.token({ nbf: seconds + 30 }))
    await refused(await issuer.token({ nbf: seconds + 31 }))
  })

  it('that counts for longer than any token does', async () => {
    const iat = now / 1000
    await verifier.verify(await issuer.token({ exp: iat + 900 }))
    await refused(await issuer.token({ exp: iat + 901 }))
  })

  const WRONG = ['9999999999', '0', [], {}, null, true, 1e300, 1.5, -1]
  it.each(['exp', 'iat'])('ac_138 whose %s is of another type', async (name) => {
    for (const value of [...WRONG, undefined]) {
      await refused(await issuer.sign({ ...(await claims()), [name]: value }))
    }
  })

  it('ac_138 whose nbf is of another type', async () => {
    for (const value of WRONG.filter((value) => value !== -1)) {
      await refused(await issuer.sign({ ...(await claims()), nbf: value }))
    }
  })

  it('ac_138 whose exp is 1e999', async () => {
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'raw' }
    const own = verifierOf({
      revocations: 'off',
      fetch: async () => Response.json({ keys: [jwk] }),
    })
    const text = JSON.stringify(await claims())
    const verifyRaw = (payload: string) => {
      const signed = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'raw' })}.${encode(payload)}`
      const signature = signRaw('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
      return own.verify(`${signed}.${signature.toString('base64url')}`)
    }
    await verifyRaw(text)
    for (const exp of ['1e999', '"1e999"', '1e400', '-1e999']) {
      const changed = text.replace(/"exp":\d+/, `"exp":${exp}`)
      await expect(verifyRaw(changed)).rejects.toMatchObject({ code: 'token.invalid' })
    }
    await expect(verifyRaw(`${text} x`)).rejects.toMatchObject({ code: 'token.invalid' })
  })

  it.each([
    { sub: undefined },
    { sub: 7 },
    { sub: '' },
    { jti: undefined },
    { client_id: undefined },
    { roles: undefined },
    { roles: 'admin' },
    { roles: [1] },
    { sid: null },
    { sid: 7 },
    { permissions: 'all' },
    { permissions: null },
    { permissions: [{}] },
    { scope: ['a'] },
    { acr: null },
    { amr: 'pwd' },
    { auth_time: '1' },
    { cnf: null },
    { cnf: {} },
    { cnf: 'x' },
    { permissions_ref: 'https://evil.example/v1/check' },
    { permissions_ref: null },
  ])('ac_138 with the claim %j', async (wrong) => {
    await refused(await issuer.sign({ ...(await claims()), ...wrong }))
  })

  it.each(['"text"', '[]', 'null', '7', '{', '{"iss":1}', ''])(
    'whose payload is %s',
    async (text) => {
      const token = await issuer.token()
      await refused(forged(token, 1, text))
    },
  )

  it('asvs_15_3_6 with names that mean something to JavaScript, and nothing changes', async () => {
    const text = `{"__proto__":{"roles":["admin"]},"constructor":1}`
    await refused(forged(await issuer.token(), 1, text))
    expect(({} as Record<string, unknown>).roles).toBeUndefined()
  })

  it('and the error repeats nothing of it', async () => {
    const token = await issuer.token({ sub: 'usr_canary', aud: 'canary' })
    const error: Error = await verifier.verify(token).catch((caught) => caught)
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('canary')
    expect(`${error.message} ${error.cause}`).not.toContain(token.slice(0, 20))
  })

  it('that is longer than any, though it is signed', async () => {
    await verifier.verify(await issuer.token({ roles: ['x'.repeat(10_000)] }))
    await refused(await issuer.token({ roles: ['x'.repeat(12_500)] }))
  })

  it('after the verifier was closed', async () => {
    verifier.close()
    await refused(await issuer.token(), 'token.undecided')
  })
})
