import type { CryptoKey } from 'jose'
import { base64url, sha256 } from './base64url.js'
import type { AccessTokenClaims } from './claims.js'
import { TokenError } from './errors.js'
import { type Fetch, get } from './fetching.js'
import { objectOf, signedPayload } from './jws.js'

/** Milliseconds after which a list is asked for anew before anything is decided by it. */
const KEEP = 1_000
/** Milliseconds after which that begins while the list still serves: nobody waits then. */
const RENEW = 700
const LIMIT = 16_777_216
const TIMEOUT = 2_000
const TYPE = 'doorward-revocations+jwt'

/** What has ended before its time, by the marks that stand for claims. */
interface List {
  iat: number
  exp: number
  sessions: ReadonlySet<string>
  tokens: ReadonlySet<string>
  before: Readonly<Record<'sub' | 'client_id' | 'role', ReadonlyMap<string, number>>>
  all: number | null
}

/** How the list is had. */
export interface FeedOptions {
  url: string
  issuer: string
  fetch: Fetch
  /** Milliseconds since 1970. */
  clock: () => number
  /** Seconds by which clocks may differ. */
  skew: number
  keyFor: (kid: string) => Promise<CryptoKey | undefined>
}

/** The issuer's signed list of revocations, asked for each second while tokens are checked. */
export class Feed {
  readonly #options: FeedOptions
  #list: List | undefined
  #etag: string | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #failed = false
  #asking: Promise<void> | undefined

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /**
   * Throws `token.revoked` if the token has ended, and `token.undecided` if there is no list that
   * still counts.
   */
  async check(claims: AccessTokenClaims): Promise<void> {
    const list = await this.#current()
    if (await isOver(list, claims)) throw new TokenError('token.revoked')
  }

  async #current(): Promise<List> {
    const age = this.#options.clock() - this.#askedAt
    if (!this.#counts()) {
      // Nothing can be decided without it; after a failure it is asked for once a second at most.
      if (this.#asking || !this.#failed || age >= KEEP || age < 0) await this.#ask()
    } else if (age >= KEEP || age < 0) {
      // While the service does not answer, its last list serves until it expires.
      if (this.#failed) void this.#ask()
      else await this.#ask()
    } else if (age >= RENEW) {
      void this.#ask()
    }
    if (!this.#list || !this.#counts()) throw new TokenError('token.undecided')
    return this.#list
  }

  #counts(): boolean {
    return this.#list !== undefined && this.#list.exp > this.#options.clock() / 1000
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#load().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #load(): Promise<void> {
    const { url, fetch, clock } = this.#options
    const now = clock()
    try {
      const etag = this.#list && this.#etag
      const wanted = { url, accept: 'application/jwt', etag, limit: LIMIT, timeout: TIMEOUT }
      const got = await get(fetch, wanted)
      if (got.status === 200) {
        const list = await this.#read(got.text)
        // An older one than ours tells less: another process has it still, or somebody kept it.
        if (!this.#list || list.iat >= this.#list.iat) {
          this.#list = list
          this.#etag = got.etag
        }
      }
      this.#failed = false
    } catch {
      this.#failed = true
    }
    this.#askedAt = now
  }

  async #read(text: string): Promise<List> {
    const { issuer, clock, skew, keyFor } = this.#options
    const payload = await signedPayload(text.trim(), TYPE, keyFor)
    const now = clock() / 1000
    const list = listOf(payload)
    const right = payload.iss === issuer && payload.v === 1
    const inTime = list.iat <= now + skew && list.exp > now
    if (!right || !inTime) throw new TokenError('token.undecided')
    return list
  }
}

function listOf(payload: Record<string, unknown>): List {
  const { iat, exp } = payload
  const before = objectOf(payload.before)
  const all = before.all
  if (!isTime(iat) || !isTime(exp) || !(all === null || isTime(all))) {
    throw new TokenError('token.undecided')
  }
  return {
    iat,
    exp,
    all,
    sessions: marks(payload.sessions),
    tokens: marks(payload.tokens),
    before: {
      sub: cutOffs(before.sub),
      client_id: cutOffs(before.client_id),
      role: cutOffs(before.role),
    },
  }
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value)

function marks(value: unknown): ReadonlySet<string> {
  const right = Array.isArray(value) && value.every((mark) => typeof mark === 'string')
  if (!right) throw new TokenError('token.undecided')
  return new Set(value)
}

function cutOffs(value: unknown): ReadonlyMap<string, number> {
  const entries = Object.entries(objectOf(value))
  if (!entries.every(([, time]) => isTime(time))) throw new TokenError('token.undecided')
  return new Map(entries as [string, number][])
}

async function isOver(list: List, claims: AccessTokenClaims): Promise<boolean> {
  const { iat, sid, jti, sub, client_id: client, roles } = claims
  if (list.all !== null && list.all >= iat) return true
  const { sessions, tokens, before } = list
  if (sid !== undefined && sessions.size && sessions.has(await mark('sid', sid))) return true
  if (tokens.size && tokens.has(await mark('jti', jti))) return true
  const cut = async (at: ReadonlyMap<string, number>, claim: string, value: string) =>
    at.size > 0 && (at.get(await mark(claim, value)) ?? Number.NEGATIVE_INFINITY) >= iat
  if (await cut(before.sub, 'sub', sub)) return true
  if (await cut(before.client_id, 'client_id', client)) return true
  for (const role of roles) {
    if (await cut(before.role, 'role', role)) return true
  }
  return false
}

/** What stands in the list for a claim's value. */
export async function mark(claim: string, value: string): Promise<string> {
  return base64url((await sha256(`${claim}:${value}`)).subarray(0, 16))
}
