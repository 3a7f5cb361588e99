/**
 * Sign-in and access control for the server side of an app with Next.js: server components,
 * server actions, route handlers, and API routes of the pages router.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Session } from '../core/session.js'
import { type Auth, createAuthFunction } from './auth.js'
import { createHandlers } from './forward.js'
import { createRequire } from './require.js'
import type { DoorwardConfig } from './settings.js'
import { createSignInOut } from './sign-in-out.js'
import { createGetToken } from './token.js'
import { createWithAuth } from './with-auth.js'

export { ProblemError } from '../core/problem.js'
export type { Session, SessionUser } from '../core/session.js'
export type { Auth, AuthHandler, WithSession } from './auth.js'
export type { Handlers, RouteContext, RouteHandler } from './forward.js'
export { type ProblemDetails, problem } from './problem.js'
export type { RequireOptions, RequirePermissionOptions } from './require.js'
export type { DoorwardConfig } from './settings.js'
export type { SignInFields, SignInOutcome, SignOutOptions } from './sign-in-out.js'
export { getSessionCookie } from './token.js'
export { DoorwardUnavailable } from './unavailable.js'
export type {
  AnyContext,
  Authenticated,
  GuardedApi,
  GuardedRoute,
  WithAuth,
  WithAuthOptions,
} from './with-auth.js'

/** All that an app needs, for one configuration. */
export function createAuth(config: DoorwardConfig = {}) {
  const auth = createAuthFunction(config)
  return {
    /** For `app/api/doorward/[...path]/route.ts`: `export const { GET, POST, … } = handlers`. */
    handlers: createHandlers(config),
    auth,
    getServerSession: createGetServerSession(auth),
    ...createRequire(config),
    withAuth: createWithAuth(config),
    ...createSignInOut(config),
    getToken: createGetToken(config),
  }
}

/** As next-auth 4 has it: without arguments, or with a request and a response. */
export interface GetServerSession {
  (config?: object): Promise<Session | null>
  (request: IncomingMessage, response: ServerResponse, config?: object): Promise<Session | null>
}

function createGetServerSession(auth: Auth): GetServerSession {
  // Options of next-auth name nothing that is asked here; a configuration of ours does.
  return (first?: object, _response?: unknown, config?: object) => {
    const isRequest = first !== undefined && 'headers' in first
    const options = isRequest ? config : first
    const asks = options ? createAuthFunction(options) : auth
    return isRequest ? asks(first as IncomingMessage) : asks()
  }
}

const standard = createAuth()

/** The handlers of an app that is configured by its environment alone. */
export const handlers = standard.handlers
/** Whose request it is; see {@link Auth}. */
export const auth = standard.auth
/** Whose request it is, under the name of next-auth 4. */
export const getServerSession = standard.getServerSession
/** The session of a page or an action, or the way to the sign-in page. */
export const requireSession = standard.requireSession
/** The same of who holds a permission. */
export const requirePermission = standard.requirePermission
/** Guards route handlers and API routes. */
export const withAuth = standard.withAuth
/** Signs in, in a server action. */
export const signIn = standard.signIn
/** Signs out, in a server action. */
export const signOut = standard.signOut
/** The access token that the proxy keeps, for calling another service. */
export const getToken = standard.getToken
