import { ProblemError } from '../core/problem.js'
import type { Session } from '../core/session.js'
import { leadTo, pathHere, sessionHere } from './here.js'
import { localPath, SET_UP, signInUrl } from './paths.js'
import { problemParts } from './problem.js'
import { type DoorwardConfig, pathsOf } from './settings.js'

/** What becomes of who may not see a page. */
export interface RequireOptions {
  /** Where the sign-in leads back to: a path of the app. The page itself, if the proxy noted it. */
  returnTo?: string
}

/** What becomes of who lacks a permission. */
export interface RequirePermissionOptions extends RequireOptions {
  /** Where who lacks it is led. If absent, see {@link createRequire}. */
  redirectTo?: string
}

/** What a page or an action begins with, to be for those who may. */
export function createRequire(config: DoorwardConfig) {
  /**
   * The session; who has none is led to the sign-in page and back. Who must set up a second
   * factor first is led there. In a route handler use `withAuth`.
   *
   * Throws `DoorwardUnavailable` if the service does not say who is calling.
   */
  async function requireSession(options: RequireOptions = {}): Promise<Session> {
    const session = await sessionHere(config)
    if (!session) {
      const back = options.returnTo === undefined ? await pathHere() : localPath(options.returnTo)
      return leadTo(signInUrl(pathsOf(config).signInPath, back))
    }
    return session.secondFactorNeeded ? leadTo(SET_UP) : session
  }

  /**
   * The session of who holds the permission everywhere. Who does not is led to `redirectTo`, or
   * gets `forbidden.tsx` where `experimental.authInterrupts` is on; else a `ProblemError` with the
   * code `auth.permission_missing` is thrown, for the nearest `error.tsx`.
   */
  async function requirePermission(
    permission: string,
    options: RequirePermissionOptions = {},
  ): Promise<Session> {
    const session = await requireSession(options)
    if (session.permissions.includes(permission)) return session
    if (options.redirectTo !== undefined) return leadTo(localPath(options.redirectTo))
    await interrupt()
    const details = { required_permission: permission }
    throw new ProblemError(problemParts(403, 'auth.permission_missing', details).body)
  }

  return { requireSession, requirePermission }
}

/** Shows `forbidden.tsx`, where the app's Next.js knows of it. */
async function interrupt(): Promise<void> {
  const navigation: { forbidden?: () => never } = await import('next/navigation')
  try {
    navigation.forbidden?.()
  } catch (error) {
    const { digest } = error as { digest?: unknown }
    if (typeof digest === 'string' && digest.startsWith('NEXT_')) throw error
  }
}
