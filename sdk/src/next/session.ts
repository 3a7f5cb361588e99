import * as React from 'react'
import { type CurrentSession, type Session, toSession } from '../core/session.js'
import { askJson, onBehalf } from './ask.js'
import { type SentCookie, sessionCookieOf } from './cookies.js'
import { type AnyHeaders, headerOf, readable } from './headers.js'
import type { Settings } from './settings.js'
import { DoorwardUnavailable } from './unavailable.js'

/**
 * Whose session it is, or null if it is none, as the service says now. Only the session cookie
 * is shown to it.
 *
 * Throws {@link DoorwardUnavailable} if the service does not say.
 */
export async function askSession(settings: Settings, headers: AnyHeaders): Promise<Session | null> {
  const cookie = sessionCookieOf(headerOf(headers, 'cookie'))
  if (!cookie) return null
  return read(settings, cookie, readable(headers))
}

async function read(
  settings: Settings,
  cookie: SentCookie,
  headers: { get(name: string): string | null },
): Promise<Session | null> {
  const { response, json } = await askJson(settings, '/v1/auth/session', {
    headers: onBehalf(settings, headers, `${cookie.name}=${cookie.value}`),
  })
  const session = (json as { session?: unknown } | undefined)?.session
  if (response.status !== 200 || session === undefined || !isSession(session)) {
    throw new DoorwardUnavailable(`the session can't be read (status ${response.status})`)
  }
  return session && toSession(session)
}

/** Whether an answer holds what a session is decided by. */
function isSession(value: unknown): value is CurrentSession | null {
  if (value === null) return true
  const { id, user, roles, permissions } = value as Partial<CurrentSession>
  return (
    typeof id === 'string' &&
    typeof user?.id === 'string' &&
    Array.isArray(roles) &&
    Array.isArray(permissions)
  )
}

// React has it where server components run, and from version 19 everywhere.
const cache = (React as { cache?: typeof React.cache }).cache ?? ((read) => read)

/** One question for all server components of a request. */
export const askSessionOnce = cache(
  (settings: Settings, name: string, value: string, agent: string, peer: string) => {
    const headers = new Map([
      ['user-agent', agent],
      ['x-forwarded-for', peer],
    ])
    const get = (header: string) => headers.get(header) || null
    return read(settings, { name, value }, { get })
  },
)
