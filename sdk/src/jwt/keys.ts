import type { CryptoKey } from 'jose'
import { importJWK } from 'jose/key/import'
import { TokenError } from './errors.js'
import { type Fetch, get } from './fetching.js'
import { objectOf } from './jws.js'

/** Milliseconds for which a key set is kept. */
const KEEP = 300_000
/** Milliseconds after which it is asked for anew while the one that is there still serves. */
const RENEW = 240_000
/** Milliseconds between two askings for a key that the set does not hold. */
const COOL_DOWN = 10_000
/** Milliseconds until it is asked for again after a failure. */
const AGAIN = 1_000
const LIMIT = 65_536
const MOST_KEYS = 20
const TIMEOUT = 5_000

/** The issuer's key set, kept as docs/TOKENS.md says. */
export class Keys {
  #keys: ReadonlyMap<string, CryptoKey> = new Map()
  #fetchedAt = Number.NEGATIVE_INFINITY
  #askedAt = Number.NEGATIVE_INFINITY
  #failed = false
  #asking: Promise<void> | undefined

  constructor(
    readonly url: string,
    readonly fetch: Fetch,
    readonly clock: () => number,
  ) {}

  /** The key of that name, if the issuer has one. Throws `token.undecided` if that is unknown. */
  async find(kid: string): Promise<CryptoKey | undefined> {
    const age = this.#age()
    if (age >= KEEP) await this.#ask()
    else if (age >= RENEW) void this.#ask()
    if (!this.#keys.has(kid)) await this.#ask()
    if (this.#age() >= KEEP) throw new TokenError('token.undecided')
    return this.#keys.get(kid)
  }

  /** How old the set is. One that is from the future, by a clock put back, is too old. */
  #age(): number {
    const age = this.clock() - this.#fetchedAt
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }

  /** Asks for the set, unless that was done a moment ago: names of keys come from anybody. */
  async #ask(): Promise<void> {
    const since = this.clock() - this.#askedAt
    if (!this.#asking && since >= 0 && since < (this.#failed ? AGAIN : COOL_DOWN)) return
    this.#asking ??= this.#load().finally(() => {
      this.#asking = undefined
    })
    await this.#asking
  }

  async #load(): Promise<void> {
    const now = this.clock()
    this.#askedAt = now
    try {
      const wanted = { url: this.url, accept: 'application/json', limit: LIMIT, timeout: TIMEOUT }
      const { text } = await get(this.fetch, wanted)
      this.#keys = await imported(JSON.parse(text))
      this.#fetchedAt = now
      this.#failed = false
    } catch {
      this.#failed = true
      // The set that is there serves until it is too old; then nothing is decided.
    }
  }
}

async function imported(document: unknown): Promise<Map<string, CryptoKey>> {
  const { keys } = objectOf(document)
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new TokenError('token.undecided')
  const found = new Map<string, CryptoKey>()
  for (const key of keys) {
    const { kty, crv, alg, use, kid, x, y } = objectOf(key)
    const ours = kty === 'EC' && crv === 'P-256' && alg === 'ES256' && use === 'sig'
    if (!ours || typeof kid !== 'string' || typeof x !== 'string' || typeof y !== 'string') continue
    found.set(kid, (await importJWK({ kty, crv, x, y }, 'ES256')) as CryptoKey)
  }
  return found
}
