import type { IncomingMessage, ServerResponse } from 'node:http'
import { createClient } from '../core/client.js'
import { type Session, toSession } from '../core/session.js'
import {
  type AccessTokenClaims,
  createVerifier,
  TokenError,
  type VerifierOptions,
} from '../jwt/index.js'
import { Refused } from './refusals.js'
import { refuseForeignPage, sessionCookieOf, tokenOf } from './requests.js'

/** What a route asks of who calls it. */
export interface Needs {
  /** Permissions, all of which the caller must hold everywhere. */
  permission?: string | readonly string[]
  /** At most so many seconds ago they must have proved who they are. */
  freshSeconds?: number
  /** Whether they must have proved it by two factors. */
  aal2?: boolean
}

/** Whom a guard lets in, and by what. Its needs are those of all its routes, beside their own. */
export interface GuardOptions extends VerifierOptions, Needs {
  /**
   * Whether the service's session cookie is taken too, where it comes along: then the service is
   * asked for each request. False if absent.
   */
  sessions?: boolean
  /** Origins of pages that may call with the cookie, beside this API's own. */
  origins?: readonly string[]
  /** This API's own origin as callers write it. Without it no token bound to a key is taken. */
  origin?: string
}

/** Who is calling. */
export interface Auth {
  /** The account's id, `usr_…`. */
  userId: string
  roles: readonly string[]
  /** How sure it is who they are: `aal2` with a second factor. */
  acr: string | undefined
  /** When they last proved it, in seconds since 1970; undefined for a program. */
  authTime: number | undefined
  /** What their access token says, if they came with one. */
  claims?: AccessTokenClaims
  /** Their session, if they came with its cookie. */
  session?: Session
  /** Whether they hold the permission everywhere. May ask the service; rejects if that is down. */
  allows(permission: string): Promise<boolean>
}

/** Goes on to the next handler, or to Express' own for errors. */
export type Next = (error?: unknown) => void

/** Lets in who may. */
export interface Guard {
  /** Who calls, if they are what is needed. Throws a `ProblemError` if not. */
  authenticate(request: IncomingMessage, needs?: Needs): Promise<Auth>
  /** A handler for Express or Connect: answers a problem, or goes on and `authOf` knows who. */
  requireAuth(
    needs?: Needs,
  ): (request: IncomingMessage, response: ServerResponse, next: Next) => Promise<void>
  /** A handler for `http.createServer` that is called for those who may only. */
  protect<Request extends IncomingMessage, Response extends ServerResponse>(
    handler: (request: Request, response: Response, auth: Auth) => unknown,
    needs?: Needs,
  ): (request: Request, response: Response) => Promise<void>
}

const known = new WeakMap<IncomingMessage, Auth>()

/** Who calls, behind `requireAuth`. Throws if the request has not passed one. */
export function authOf(request: IncomingMessage): Auth {
  const auth = known.get(request)
  if (!auth) throw new Error('doorward: the request has not passed requireAuth')
  return auth
}

/** A guard of an API. Make one and keep it: it keeps the service's keys. */
export function createGuard(options: GuardOptions): Guard {
  const verifier = createVerifier(options)
  const askSession = options.sessions ? sessionAsker(options) : undefined

  async function identify(request: IncomingMessage): Promise<Auth> {
    const offered = tokenOf(request, options.origin)
    // A token that is wrong is refused, whatever cookie came beside it.
    if (offered) {
      const { token, dpop } = offered
      const claims = await verifier.verify(token, dpop ? { dpop } : {}).catch(refuseToken)
      return ofToken(claims, (permission) => verifier.allows(claims, permission))
    }
    const cookie = askSession && sessionCookieOf(request)
    if (!askSession || !cookie) throw new Refused('auth.not_signed_in', 'Bearer')
    refuseForeignPage(request, options.origins ?? [])
    return ofSession(await askSession(cookie))
  }

  async function authenticate(request: IncomingMessage, needs: Needs = {}): Promise<Auth> {
    const auth = await identify(request)
    if (auth.session?.secondFactorNeeded) throw new Refused('auth.second_factor_needed')
    const now = (options.clock ?? Date.now)() / 1000
    await refuseUnmet(auth, options, now)
    await refuseUnmet(auth, needs, now)
    known.set(request, auth)
    return auth
  }

  return {
    authenticate,
    requireAuth: (needs) => async (request, response, next) => {
      try {
        await authenticate(request, needs)
      } catch (error) {
        // What is no refusal is the app's to tell; the route stays closed.
        return error instanceof Refused ? refuse(response, error) : next(error)
      }
      next()
    },
    protect: (handler, needs) => async (request, response) => {
      let auth: Auth
      try {
        auth = await authenticate(request, needs)
      } catch (error) {
        return refuse(response, error instanceof Refused ? error : new Refused('server.internal'))
      }
      await handler(request, response, auth)
    },
  }
}

function ofToken(claims: AccessTokenClaims, allows: Auth['allows']): Auth {
  const { sub: userId, roles, acr, auth_time: authTime } = claims
  return { userId, roles, acr, authTime, claims, allows }
}

function ofSession(session: Session): Auth {
  const { user, roles, acr, permissions } = session
  return {
    userId: user.id,
    roles,
    acr,
    authTime: Date.parse(session.authTime) / 1000,
    session,
    allows: async (permission) => permissions.includes(permission),
  }
}

const TIMEOUT = 5_000

function sessionAsker(options: GuardOptions): (cookie: string) => Promise<Session> {
  const { fetch } = options
  const client = createClient({
    baseUrl: options.serviceUrl ?? options.issuer,
    allowHttp: options.allowHttp ?? false,
    ...(fetch && { fetch: (request: Request) => fetch(request.url, request) }),
  })
  return async (cookie) => {
    const signal = AbortSignal.timeout(TIMEOUT)
    const { data } = await client
      .getSession({ headers: { Cookie: cookie }, signal })
      .catch(() => ({ data: undefined }))
    if (!data) throw new Refused('server.unavailable')
    if (!data.session) throw new Refused('auth.not_signed_in', 'Bearer')
    return toSession(data.session)
  }
}

/** What is answered where a token is not taken. */
function refuseToken(error: unknown): never {
  if (!(error instanceof TokenError)) throw error
  if (error.code === 'token.undecided') throw new Refused('server.unavailable')
  if (error.code === 'token.proof_invalid') {
    throw new Refused('auth.dpop_invalid', 'DPoP error="invalid_dpop_proof"')
  }
  throw new Refused('auth.token_invalid', 'Bearer error="invalid_token"')
}

/** Throws what is answered to a caller who is not what is needed. */
async function refuseUnmet(auth: Auth, needs: Needs, now: number): Promise<void> {
  for (const permission of [needs.permission ?? []].flat()) {
    if (!(await auth.allows(permission).catch(refuseToken))) throw missing(permission)
  }
  const { freshSeconds, aal2 = false } = needs
  const age = auth.authTime === undefined ? Number.POSITIVE_INFINITY : now - auth.authTime
  const isStale = freshSeconds !== undefined && !(age <= freshSeconds)
  if (isStale || (aal2 && auth.acr !== 'aal2')) throw unproved(needs)
}

function missing(permission: string): Refused {
  // Only what a header may hold (RFC 6750, section 3) is named there.
  const scope = /^[\w:.-]+$/.test(permission) ? `, scope="${permission}"` : ''
  const challenge = `Bearer error="insufficient_scope"${scope}`
  return new Refused('auth.permission_missing', challenge, { required_permission: permission })
}

function unproved({ freshSeconds, aal2 }: Needs): Refused {
  const acr = aal2 ? ', acr_values="aal2"' : ''
  const age = freshSeconds === undefined ? '' : `, max_age=${freshSeconds}`
  const challenge = `Bearer error="insufficient_user_authentication"${acr}${age}`
  return new Refused('auth.step_up_required', challenge)
}

function refuse(response: ServerResponse, { problem, challenge }: Refused): void {
  response.writeHead(problem.status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(challenge && { 'WWW-Authenticate': challenge }),
    ...(problem.status === 503 && { 'Retry-After': '5' }),
  })
  response.end(JSON.stringify(problem))
}
