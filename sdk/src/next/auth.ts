import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NextApiRequest, NextApiResponse } from 'next'
import type { NextRequest } from 'next/server'
import type { Session } from '../core/session.js'
import type { WithHeaders } from './headers.js'
import { sessionHere } from './here.js'
import { problem } from './problem.js'
import { askSession } from './session.js'
import { type DoorwardConfig, settingsOf } from './settings.js'
import { DoorwardUnavailable, report } from './unavailable.js'
import type { AnyContext } from './with-auth.js'

/** A request with whose it is; null for who is not signed in. */
export type WithSession = NextRequest & { auth: Session | null }

/** A route handler that looks at `request.auth` itself. */
export type AuthHandler<Context extends AnyContext> = (
  request: WithSession,
  context: Context,
) => Response | undefined | Promise<Response | undefined>

/**
 * The session of who is calling, or null for who is not signed in. It throws
 * `DoorwardUnavailable` if the service does not say: that is never taken for "not signed in".
 */
export interface Auth {
  /** In server components, server actions and route handlers. */
  (): Promise<Session | null>
  /** In API routes of the pages router. */
  (request: NextApiRequest, response: NextApiResponse): Promise<Session | null>
  /** In `getServerSideProps`, with its context. */
  (context: { req: IncomingMessage; res: ServerResponse }): Promise<Session | null>
  /** Of a request that is at hand. */
  (request: Request | IncomingMessage): Promise<Session | null>
  /** Around a route handler, which finds it as `request.auth`; 503 without the service. */
  <Context extends AnyContext>(
    handler: AuthHandler<Context>,
  ): (request: NextRequest, context: Context) => Promise<Response>
}

/** `auth` for a configuration. */
export function createAuthFunction(config: DoorwardConfig): Auth {
  const of = (request: WithHeaders) => askSession(settingsOf(config), request.headers)
  const wrapped =
    (handler: AuthHandler<AnyContext>) => async (request: Request, context: AnyContext) => {
      let session: Session | null
      try {
        session = await of(request as WithHeaders)
      } catch (error) {
        if (!(error instanceof DoorwardUnavailable)) throw error
        report(error)
        return problem(503, 'server.unavailable')
      }
      const guarded = Object.assign(request, { auth: session }) as unknown as WithSession
      return (await handler(guarded, context)) ?? new Response(null, { status: 204 })
    }
  const auth = (first?: unknown) => {
    if (first === undefined) return sessionHere(config)
    if (typeof first === 'function') return wrapped(first as AuthHandler<AnyContext>)
    const { req } = first as { req?: WithHeaders }
    return of(req ?? (first as WithHeaders))
  }
  return auth as Auth
}
