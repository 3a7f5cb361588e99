import type { components } from '../openapi/schema.js'

/** A session as the service tells it to the person who has it. */
export type CurrentSession = components['schemas']['CurrentSession']

/** Whose session it is. */
export interface SessionUser {
  /** The account's id, `usr_…`: what never changes, unlike the address. */
  id: string
  name: string
  email: string
  emailVerified: boolean
  /** Always null: the service keeps no pictures. */
  image: null
}

/** A session as pages and handlers see it, the same on both sides. Times are ISO 8601, in UTC. */
export interface Session {
  /** The session's id, `ses_…`. It is no secret and opens nothing. */
  id: string
  user: SessionUser
  /** When the session ends if it is not used again. */
  expires: string
  /** Names of the roles that are held everywhere. */
  roles: string[]
  /** Permissions that these give. */
  permissions: string[]
  /** How the person proved to be who they are (RFC 8176). */
  amr: string[]
  /** How sure that makes it: `aal2` with a second factor. */
  acr: 'aal1' | 'aal2'
  /** When they last did so. */
  authTime: string
  createdAt: string
  /** Whether nothing else is allowed before a second factor has been set up. */
  secondFactorNeeded: boolean
}

/** The session of an answer of the service. */
export function toSession(current: CurrentSession): Session {
  const { user } = current
  return {
    id: current.id,
    user: {
      id: user.id,
      name: user.name,
      email: user.email,
      emailVerified: user.email_verified,
      image: null,
    },
    expires: current.expires,
    roles: current.roles,
    permissions: current.permissions,
    amr: current.amr,
    acr: current.acr,
    authTime: current.auth_time,
    createdAt: current.created_at,
    secondFactorNeeded: current.second_factor_needed,
  }
}
