import type { ProofMethod } from '../core/problem.js'
import type { Session } from '../core/session.js'
import { askJson, onBehalf } from './ask.js'
import { sessionCookieOf } from './cookies.js'
import { type AnyHeaders, headerOf, readable } from './headers.js'
import type { Settings } from './settings.js'
import { DoorwardUnavailable } from './unavailable.js'

/** How sure it must be who is calling. */
export interface Assurance {
  /** At most so many seconds ago they must have proved it, by the second factor if they have one. */
  freshSeconds?: number
  /** Whether they must have proved it by two factors. */
  aal2?: boolean
}

const FACTORS: readonly ProofMethod[] = ['passkey', 'totp', 'recovery_code']

interface Ways {
  hasFactor: boolean
  /** What would be enough to prove it again. */
  methods: ProofMethod[]
}

/** What is missing of a proof. */
export type Missing =
  | { code: 'auth.step_up_required'; methods: ProofMethod[] }
  | { code: 'auth.second_factor_needed' }

/**
 * What the caller lacks of what is asked, or undefined if they have proved it: the rule of the
 * service's own operations.
 *
 * Throws {@link DoorwardUnavailable} if the service does not say.
 */
export async function missingProof(
  settings: Settings,
  headers: AnyHeaders,
  session: Session,
  { freshSeconds, aal2 = false }: Assurance,
): Promise<Missing | undefined> {
  const age = (Date.now() - Date.parse(session.authTime)) / 1000
  const isFresh = freshSeconds === undefined || age <= freshSeconds
  const isStrong = session.acr === 'aal2'
  if (isFresh && (isStrong || (!aal2 && freshSeconds === undefined))) return undefined
  const { hasFactor, methods } = await askWays(settings, headers)
  // What can't be proved by anything that they have must be set up first.
  if (aal2 && !hasFactor) return { code: 'auth.second_factor_needed' }
  // Who has a second factor has proved it too, or nothing recent counts.
  return isFresh && !hasFactor ? undefined : { code: 'auth.step_up_required', methods }
}

async function askWays(settings: Settings, headers: AnyHeaders): Promise<Ways> {
  const cookie = sessionCookieOf(headerOf(headers, 'cookie'))
  const { response, json } = await askJson(settings, '/v1/me/factors', {
    headers: onBehalf(settings, readable(headers), cookie && `${cookie.name}=${cookie.value}`),
  })
  const factors = json as
    | { methods?: ProofMethod[]; totp?: unknown[]; passkeys?: unknown[] }
    | undefined
  if (response.status !== 200 || !Array.isArray(factors?.methods)) {
    throw new DoorwardUnavailable(`the factors can't be read (status ${response.status})`)
  }
  const hasFactor = Boolean(factors.totp?.length || factors.passkeys?.length)
  const methods = factors.methods.filter((method) => FACTORS.includes(method) === hasFactor)
  return { hasFactor, methods: hasFactor ? methods : methods.slice(0, 1) }
}
