import type { components } from '../openapi/schema.js'

/** A puzzle as `createChallenge` gives it. */
export type Puzzle = components['schemas']['Puzzle']

/** How long the thread is kept from its other work at a time, in milliseconds. */
const TURN = 12

/** The first so many primes, of whose roots SHA-256 takes its constants. */
function primes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) {
    if (found.every((prime) => n % prime)) found.push(n)
  }
  return found
}

/** The first 32 bits behind the point. */
const fraction = (x: number) => ((x - Math.floor(x)) * 2 ** 32) | 0

const START = primes(8).map((prime) => fraction(Math.sqrt(prime)))
const ROUND = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)))
const W = new Int32Array(64)

const rotate = (x: number, by: number) => (x >>> by) | (x << (32 - by))

/** One block of SHA-256 (FIPS 180-4, section 6.2.2), from `block` at `offset` into `hash`. */
function compress(hash: Int32Array, block: DataView, offset: number): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash
  for (let i = 0; i < 64; i++) {
    if (i < 16) {
      W[i] = block.getInt32(offset + 4 * i)
    } else {
      const x = W[i - 15] as number
      const y = W[i - 2] as number
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
      W[i] = s0 + s1 + (W[i - 16] as number) + (W[i - 7] as number)
    }
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND[i] as number) + (W[i] as number)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const sums = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) hash[i] = (hash[i] as number) + (sums[i] as number)
}

/** Zero bits at the beginning of the SHA-256 of a text in ASCII. */
export function zeroBits(text: string): number {
  const bytes = new Uint8Array(((text.length + 72) >> 6) << 6)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  bytes[text.length] = 0x80
  const block = new DataView(bytes.buffer)
  block.setUint32(bytes.length - 4, text.length * 8)
  const hash = Int32Array.from(START)
  for (let offset = 0; offset < bytes.length; offset += 64) compress(hash, block, offset)
  const first = hash.findIndex((word) => word !== 0)
  return first < 0 ? 256 : first * 32 + Math.clz32(hash[first] as number)
}

/**
 * The answer to a puzzle, for `challenge` of a sign-up or sign-in. It takes about 2^difficulty
 * hashes: a second or so. Other work goes on meanwhile; the signal ends it.
 *
 * The browser's own SHA-256 is not used: it is asynchronous, ten times slower for so short a
 * text, and absent from pages that came by http.
 */
export async function solveChallenge(puzzle: Puzzle, signal?: AbortSignal): Promise<string> {
  let until = Date.now() + TURN
  for (let nonce = 0; ; nonce++) {
    const answer = `${puzzle.puzzle}.${nonce.toString(36)}`
    if (zeroBits(answer) >= puzzle.difficulty) return answer
    if (nonce % 64 === 0 && Date.now() > until) {
      signal?.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve))
      until = Date.now() + TURN
    }
  }
}
