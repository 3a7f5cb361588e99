import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { zeroBits } from '../../src/core/challenge.js'
import { solveChallenge } from '../../src/core/index.js'

function zeroBitsOfNode(text: string): number {
  const bits = [...createHash('sha256').update(text).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  return bits.indexOf('1')
}

describe('solveChallenge', () => {
  it('counts the zero bits of SHA-256 as Node.js does, for texts of any length', () => {
    for (let length = 0; length < 300; length++) {
      const text = 'abcdefghij'.repeat(30).slice(0, length)
      expect(zeroBits(text)).toBe(zeroBitsOfNode(text))
    }
    const many = Array.from({ length: 5000 }, (_, i) => `text.${i}`)
    expect(many.map(zeroBits)).toEqual(many.map(zeroBitsOfNode))
  })

  it('finds a nonce of the form that the service takes', async () => {
    const puzzle = { puzzle: 'AbCd-_09', difficulty: 14, expires_at: '2030-01-01T00:00:00Z' }
    const answer = await solveChallenge(puzzle)
    expect(answer).toMatch(/^AbCd-_09\.[A-Za-z0-9_-]{1,32}$/)
    expect(zeroBitsOfNode(answer)).toBeGreaterThanOrEqual(14)
  })

  it('ends when its signal does', async () => {
    const puzzle = { puzzle: 'AbCd', difficulty: 30, expires_at: '2030-01-01T00:00:00Z' }
    const work = solveChallenge(puzzle, AbortSignal.timeout(50))
    await expect(work).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})
