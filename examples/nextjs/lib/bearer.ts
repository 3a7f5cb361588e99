// [snippet: bearer]
import { type AccessTokenClaims, createVerifier, TokenError, type Verifier } from 'doorward/jwt'
import { problem } from 'doorward/next'

let kept: Verifier | undefined

/** Checks tokens by itself: it keeps Doorward's keys, and its list of what has ended. */
function verifier(): Verifier {
  const isProduction = process.env.NODE_ENV === 'production'
  const serviceUrl = process.env.DOORWARD_URL ?? (isProduction ? '' : 'http://127.0.0.1:8080')
  const issuer = process.env.DOORWARD_ISSUER ?? new URL(serviceUrl).origin
  // The API that tokens have to be for. In production it has a name of its own, which Doorward
  // knows by `token.audiences`: what is good here must not be good at Doorward. While you develop
  // it is Doorward itself, because that needs no setting.
  const audience = process.env.NOTES_AUDIENCE ?? (isProduction ? '' : issuer)
  kept ??= createVerifier({ issuer, audience, serviceUrl })
  return kept
}

/** What a handler gets to know of whoever shows a good token. */
export interface Bearer {
  claims: AccessTokenClaims
  may(permission: string): Promise<boolean>
}

/** A route for other services: no cookie, but an access token of Doorward that is for this API. */
export function withBearer(handler: (request: Request, bearer: Bearer) => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    try {
      if (!token) throw new TokenError('token.invalid')
      const claims = await verifier().verify(token)
      const may = (permission: string) => verifier().allows(claims, permission)
      return await handler(request, { claims, may })
    } catch (error) {
      return refusal(error)
    }
  }
}

/** Nobody gets in, not even while nobody can tell whether they may. */
function refusal(error: unknown): Response {
  if (!(error instanceof TokenError)) throw error
  if (error.code === 'token.undecided') return problem(503, 'server.unavailable')
  const answer = problem(401, 'auth.token_invalid', {
    title: 'The access token is not good here.',
    detail: 'Send one of Doorward that is for this API.',
  })
  answer.headers.set('WWW-Authenticate', 'Bearer error="invalid_token"')
  return answer
}
// [/snippet]
