import type { IncomingMessage } from 'node:http'
import type { NextApiRequest, NextApiResponse } from 'next'
import type { NextRequest } from 'next/server'
import type { Session } from '../core/session.js'
import { type Assurance, missingProof } from './assurance.js'
import type { AnyHeaders } from './headers.js'
import { isOwnOrigin } from './origin.js'
import { type ProblemDetails, problem, problemParts } from './problem.js'
import { askSession } from './session.js'
import { type DoorwardConfig, settingsOf } from './settings.js'
import { DoorwardUnavailable, report } from './unavailable.js'

/** Whom a handler is for, beside being signed in. */
export interface WithAuthOptions extends Assurance {
  /** A permission that the caller must hold everywhere. */
  permission?: string
  /** Origins besides the app's own whose pages may send what changes something. */
  allowedOrigins?: readonly string[]
}

/** A request with whose it is. */
export type Authenticated<Req> = Req & {
  /** The caller's session. */
  auth: Session
}

/** What Next.js passes to a route handler beside the request. */
export interface AnyContext {
  params: Promise<object>
}

/** A route handler of the app router behind `withAuth`. */
export type GuardedRoute<Context extends AnyContext> = (
  request: Authenticated<NextRequest>,
  context: Context,
) => Response | Promise<Response>

/** An API route of the pages router behind `withAuth`. */
export type GuardedApi<Data = unknown> = (
  request: Authenticated<NextApiRequest>,
  response: NextApiResponse<Data>,
) => unknown

/** Guards route handlers and API routes; see `createWithAuth`. */
export interface WithAuth {
  <Context extends AnyContext>(
    handler: GuardedRoute<Context>,
    options?: WithAuthOptions,
  ): (request: NextRequest, context: Context) => Promise<Response>
  <Data>(
    handler: GuardedApi<Data>,
    options?: WithAuthOptions,
  ): (request: NextApiRequest, response: NextApiResponse<Data>) => Promise<void>
}

type Refusal = { status: number; code: string; details?: ProblemDetails }
type Decision = { refusal: Refusal } | { session: Session }

const refuse = (status: number, code: string, details?: ProblemDetails): Decision => ({
  refusal: { status, code, ...(details && { details }) },
})

/**
 * `withAuth(handler, options)`: the handler is called for who is signed in and may, with the
 * session as `request.auth`. Others get a problem: 401 `auth.not_signed_in`, 403
 * `auth.permission_missing` with `required_permission`, `auth.step_up_required` with `methods`,
 * `auth.second_factor_needed`, `csrf.origin_refused`; 503 `server.unavailable` if the service
 * does not say who is calling.
 */
export function createWithAuth(config: DoorwardConfig): WithAuth {
  const decide = async (
    method: string,
    headers: AnyHeaders,
    options: WithAuthOptions,
  ): Promise<Decision> => {
    try {
      return await decideNow(config, method, headers, options)
    } catch (error) {
      if (!(error instanceof DoorwardUnavailable)) throw error
      report(error)
      return refuse(503, 'server.unavailable')
    }
  }
  const guard =
    (handler: (request: never, second: never) => unknown, options: WithAuthOptions = {}) =>
    async (request: Request | NextApiRequest, second: unknown) => {
      const decision = await decide(request.method ?? 'GET', request.headers as AnyHeaders, options)
      if ('session' in decision) {
        const guarded = Object.assign(request, { auth: decision.session })
        return handler(guarded as never, second as never)
      }
      const { status, code, details } = decision.refusal
      if (!isApiResponse(second)) return problem(status, code, details)
      const { body, headers } = problemParts(status, code, details)
      second.writeHead(status, headers).end(JSON.stringify(body))
    }
  return guard as unknown as WithAuth
}

/** Whether this is the second argument of an API route of the pages router. */
export function isApiResponse(value: unknown): value is NextApiResponse {
  return typeof (value as Partial<NextApiResponse> | undefined)?.writeHead === 'function'
}

/** Whether this is the request of an API route or of `getServerSideProps`. */
export function isIncoming(value: unknown): value is IncomingMessage {
  const { headers } = (value ?? {}) as Partial<IncomingMessage>
  return typeof headers === 'object' && typeof headers.get !== 'function'
}

async function decideNow(
  config: DoorwardConfig,
  method: string,
  headers: AnyHeaders,
  options: WithAuthOptions,
): Promise<Decision> {
  const { permission, allowedOrigins = [] } = options
  if (!isOwnOrigin(method, headers, allowedOrigins)) return refuse(403, 'csrf.origin_refused')
  const settings = settingsOf(config)
  const session = await askSession(settings, headers)
  if (!session) return refuse(401, 'auth.not_signed_in')
  if (session.secondFactorNeeded) return refuse(403, 'auth.second_factor_needed')
  // A missing permission is told first, so that nobody proves in vain.
  if (permission !== undefined && !session.permissions.includes(permission)) {
    return refuse(403, 'auth.permission_missing', { required_permission: permission })
  }
  const missing = await missingProof(settings, headers, session, options)
  if (!missing) return { session }
  const details = 'methods' in missing ? { methods: missing.methods } : undefined
  return refuse(403, missing.code, details)
}
