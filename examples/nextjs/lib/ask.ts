// [snippet: ask]
import { fetchWithStepUp } from 'doorward/react'

/** What went wrong, as the app's API and Doorward's both say it (RFC 9457). */
export interface Problem {
  status: number
  code: string
  title: string
  detail: string
  errors: { pointer: string; message: string }[]
}

export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem }

const UNREACHABLE: Problem = {
  status: 503,
  code: 'client.unreachable',
  title: 'No connection',
  detail: 'The app does not answer. Please try again.',
  errors: [],
}

/**
 * Calls the app's own API: every call of the pages goes through here. Never throws. Where the API
 * asks for a new proof, a dialog does, and the call is made again.
 */
export async function ask<T = null>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  try {
    const response = await fetchWithStepUp(path, init)
    const body = response.status === 204 ? null : await response.json()
    return response.ok ? { ok: true, data: body as T } : { ok: false, problem: body as Problem }
  } catch {
    return { ok: false, problem: UNREACHABLE }
  }
}
// [/snippet]
