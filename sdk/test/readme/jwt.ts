// [snippet: jwt]
import { createVerifier, TokenError } from 'doorward/jwt'

const verifier = createVerifier({
  issuer: 'https://id.example.com',
  audience: 'https://api.example.com',
})

export async function userOf(token: string): Promise<string> {
  try {
    return (await verifier.verify(token)).sub
  } catch (error) {
    // `token.undecided`: the service can't be reached, so let nobody in, with 503.
    throw error instanceof TokenError ? new Error(error.code) : error
  }
}
// [/snippet]
