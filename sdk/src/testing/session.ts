import type { Session, SessionUser } from '../core/session.js'

/** What shall be otherwise in a session that is made up. */
export type SessionOverrides = Partial<Omit<Session, 'user'>> & { user?: Partial<SessionUser> }

const USER: SessionUser = {
  id: 'usr_06awk5n2q3w0r8d1e4t7y9v2m4',
  name: 'Ann',
  email: 'ann@example.com',
  emailVerified: true,
  image: null,
}

/** A session of somebody without roles who signed in with a password now, for an hour. */
export function fakeSession({ user, ...overrides }: SessionOverrides = {}): Session {
  const now = new Date()
  return {
    id: 'ses_06awk5n2q3w0r8d1e4t7y9v2m4',
    expires: new Date(now.getTime() + 3_600_000).toISOString(),
    roles: [],
    permissions: [],
    amr: ['pwd'],
    acr: 'aal1',
    authTime: now.toISOString(),
    createdAt: now.toISOString(),
    secondFactorNeeded: false,
    ...overrides,
    user: { ...USER, ...user },
  }
}
