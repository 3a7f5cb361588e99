'use client'
/**
 * Sign-in for React: whose session it is, on every page and in every tab.
 *
 * @module
 */
export type { Problem, ProofMethod } from '../core/problem.js'
export type { Session, SessionUser } from '../core/session.js'
export {
  type AuthClientError,
  type AuthClientResult,
  type AuthClientSession,
  type AuthClientState,
  createAuthClient,
  type SignedIn,
} from './auth-client.js'
export { type CanOptions, useCan } from './can.js'
export {
  type AddedPasskey,
  addPasskey,
  type PasskeyCode,
  type PasskeySignInOptions,
  secondFactorWithPasskey,
  signInWithPasskey,
} from './passkey.js'
export { giveSecondFactor, mailSecondFactor, type SecondFactorOptions } from './second-factor.js'
export {
  getSession,
  type SessionContextValue,
  SessionProvider,
  type SessionProviderProps,
  type UpdateSession,
  type UseSessionOptions,
  useSession,
} from './session.js'
export {
  type ClientSafeProvider,
  getCsrfToken,
  getProviders,
  type SecondFactorRequired,
  type SignInOptions,
  type SignInResponse,
  type SignOutOptions,
  type SignOutResponse,
  signIn,
  signOut,
} from './sign-in.js'
export {
  fetchWithStepUp,
  type Proof,
  type StepUpProblem,
  type StepUpState,
  stepUp,
  useStepUp,
} from './step-up.js'
export { StepUpDialog, type StepUpDialogProps, type StepUpTexts } from './step-up-dialog.js'
