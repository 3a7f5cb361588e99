// The same check where there is no Express: a function of a worker, a queue, a socket.

// [snippet: verify]
import { createVerifier, TokenError } from 'doorward/jwt'

export function createCallers({ issuer, audience }) {
  const verifier = createVerifier({ issuer, audience })

  /** The account that the token is of, or null. Rejects while nothing can be known. */
  return async function callerOf(token) {
    try {
      return (await verifier.verify(token)).sub
    } catch (error) {
      const isWrong = error instanceof TokenError && error.code !== 'token.undecided'
      if (isWrong) return null
      throw error
    }
  }
}
// [/snippet]
