import { useCallback, useEffect, useState } from 'react'
import type { Problem } from '../core/problem.js'
import type { Session, SessionUser } from '../core/session.js'
import { call, places } from './call.js'
import { addPasskey, signInWithPasskey } from './passkey.js'
import { giveSecondFactor, mailSecondFactor } from './second-factor.js'
import {
  callWithWork,
  type SecondFactorRequired,
  type SignInResponse,
  signIn,
  signOut,
} from './sign-in.js'
import { changed, type Known, listen, readSession, refresh } from './store.js'

/** What went wrong, as Better Auth tells it; `code` is that of the service's problem. */
export interface AuthClientError {
  code: string
  message: string
  status: number
  statusText: string
}

/** What came of a call. */
export type AuthClientResult<Data> =
  | { data: Data; error: null }
  | { data: null; error: AuthClientError }

/** The session, as Better Auth shapes it. */
export interface AuthClientSession {
  user: SessionUser
  session: {
    id: string
    userId: string
    expiresAt: string
    createdAt: string
    roles: string[]
    permissions: string[]
  }
}

/** What `useSession` of the client gives. */
export interface AuthClientState {
  data: AuthClientSession | null
  error: AuthClientError | null
  isPending: boolean
  isRefetching: boolean
  refetch: () => Promise<void>
}

/** Where a sign-in goes on. */
interface Next {
  callbackURL?: string
}

const UNREACHABLE: AuthClientError = {
  code: 'client.unreachable',
  message: 'The service does not answer.',
  status: 0,
  statusText: '',
}

function errorOf(problem: Problem<string>): AuthClientError {
  const { code, title, status } = problem
  return { code, message: title, status, statusText: title }
}

function resultOf<Data>(problem: Problem<string> | undefined, data: Data): AuthClientResult<Data> {
  return problem ? { data: null, error: errorOf(problem) } : { data, error: null }
}

function shaped(session: Session | null): AuthClientSession | null {
  if (!session) return null
  const { id, user, expires, createdAt, roles, permissions } = session
  const rest = { createdAt, roles, permissions }
  return { user, session: { id, userId: user.id, expiresAt: expires, ...rest } }
}

/** Whose session it is, without a `SessionProvider`. */
function useAuthSession(): AuthClientState {
  const [known, setKnown] = useState<{ of: Known; pending: boolean; failed: boolean }>({
    of: undefined,
    pending: true,
    failed: false,
  })
  const [isRefetching, setRefetching] = useState(false)
  useEffect(() => {
    const off = listen((now) =>
      setKnown((before) => {
        const isFailed = now === undefined
        return { of: isFailed ? before.of : now, pending: false, failed: isFailed }
      }),
    )
    void refresh()
    return off
  }, [])
  const refetch = useCallback(async () => {
    setRefetching(true)
    await refresh()
    setRefetching(false)
  }, [])
  const data = shaped(known.of ?? null)
  const error = known.failed ? UNREACHABLE : null
  return { data, error, isPending: known.pending, isRefetching, refetch }
}

/** What a first step answers: the session, or what is still missing. */
export type SignedIn = { twoFactorRedirect: true; twoFactorMethods: string[] } | AuthClientSession

const within = ({ callbackURL }: Next) => ({
  redirect: false,
  ...(callbackURL !== undefined && { redirectTo: callbackURL }),
})

/** The steps of a sign-in; what the first one answered is kept for the second. */
function newSteps() {
  let pending: SecondFactorRequired | undefined

  async function settle(
    result: SignInResponse | undefined,
    next: Next,
  ): Promise<AuthClientResult<SignedIn>> {
    if (result?.secondFactor) {
      pending = result.secondFactor
      return resultOf(undefined, { twoFactorRedirect: true, twoFactorMethods: pending.methods })
    }
    if (result?.problem) return { data: null, error: errorOf(result.problem) }
    pending = undefined
    const session = shaped((await readSession()) ?? null)
    if (next.callbackURL !== undefined && result?.url) window.location.assign(result.url)
    return session ? { data: session, error: null } : { data: null, error: UNREACHABLE }
  }

  const verify =
    (method: 'totp' | 'recovery_code' | 'email') =>
    async (given: { code: string; trustDevice?: boolean } & Next) => {
      const token = pending?.token ?? ''
      return settle(await giveSecondFactor({ ...given, ...within(given), token, method }), given)
    }

  return {
    email: async (given: { email: string; password: string; rememberMe?: boolean } & Next) => {
      const { email, password, rememberMe: remember = true } = given
      const fields = { email, password, remember, ...within(given) }
      return settle(await signIn('credentials', fields), given)
    },
    passkey: async (given: { autoFill?: boolean } & Next = {}) => {
      const asked = { ...within(given), conditional: given.autoFill ?? false }
      return settle(await signInWithPasskey(asked), given)
    },
    twoFactor: {
      verifyTotp: verify('totp'),
      verifyBackupCode: verify('recovery_code'),
      verifyOtp: verify('email'),
      sendOtp: async () => resultOf(await mailSecondFactor(pending?.token ?? ''), { status: true }),
    },
  }
}

async function social(given: { provider: string; disableRedirect?: boolean } & Next) {
  const result = await signIn(given.provider, within(given))
  const { url } = result ?? {}
  if (!url) return resultOf(result?.problem, { url: '', redirect: false })
  if (!given.disableRedirect) window.location.assign(url)
  return resultOf(undefined, { url, redirect: !given.disableRedirect })
}

async function magicLink(given: { email: string } & Next) {
  const result = await signIn('email', { email: given.email, ...within(given) })
  return resultOf(result?.problem, { status: true })
}

async function signUpByEmail(given: { name: string; email: string; password: string }) {
  const { name, email, password } = given
  const { problem } = await callWithWork('v1/auth/sign-up', { name, email, password })
  return resultOf(problem, { token: null, user: { name, email } })
}

async function getAuthSession(): Promise<AuthClientResult<AuthClientSession | null>> {
  const known = await refresh()
  if (known === undefined) return { data: null, error: UNREACHABLE }
  return { data: shaped(known), error: null }
}

async function updateUser({ name }: { name: string }) {
  const { problem } = await call('PATCH', 'v1/me', { name })
  if (!problem) await changed()
  return resultOf(problem, { status: true })
}

/**
 * A client of the shape that Better Auth has: `useSession` without a provider, and
 * `{ data, error }` from every call.
 */
export function createAuthClient(options: { basePath?: string } = {}) {
  if (options.basePath !== undefined) places.basePath = options.basePath
  const { email, passkey, twoFactor } = newSteps()
  return {
    useSession: useAuthSession,
    getSession: getAuthSession,
    signIn: { email, social, magicLink, passkey },
    signUp: { email: signUpByEmail },
    signOut: async (): Promise<AuthClientResult<{ success: true }>> => {
      const { problem } = await signOut({ redirect: false })
      return resultOf(problem, { success: true as const })
    },
    twoFactor,
    passkey: {
      addPasskey: async (given: { name?: string } = {}) => {
        const added = await addPasskey(given)
        return added.ok ? resultOf(undefined, added) : resultOf(added.problem, null)
      },
    },
    updateUser,
  }
}
