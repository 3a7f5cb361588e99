'use client'
/**
 * Sign-in for React: whose session it is, on every page and in every tab.
 *
 * @module
 */
export type { Session, SessionUser } from '../core/session.js'
export {
  getSession,
  type SessionContextValue,
  SessionProvider,
  type SessionProviderProps,
  type UpdateSession,
  useSession,
  type UseSessionOptions,
} from './session.js'
export {
  type ClientSafeProvider,
  getCsrfToken,
  getProviders,
  type SecondFactorRequired,
  signIn,
  type SignInOptions,
  type SignInResponse,
  signOut,
  type SignOutOptions,
  type SignOutResponse,
} from './sign-in.js'
