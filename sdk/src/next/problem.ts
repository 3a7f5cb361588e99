import type { Problem, ProofMethod } from '../core/problem.js'

/** What a problem says beside its status and code. */
export interface ProblemDetails {
  /** What happened, in a few words. */
  title?: string
  /** What to do about it. */
  detail?: string
  /** The fields at fault, each by a JSON pointer (RFC 6901) into the body. */
  errors?: { pointer: string; code: string; message: string }[]
  /** The permission that was missing. */
  required_permission?: string
  /** The ways to prove who one is that would have been enough. */
  methods?: ProofMethod[]
}

/** The service's own words for what the app refuses in its place. */
const WORDS: Readonly<Record<string, readonly [title: string, detail: string]>> = {
  'auth.not_signed_in': [
    'Sign in first.',
    'Sign in; a session also ends by sign-out, by time and when it is revoked.',
  ],
  'auth.permission_missing': [
    'A permission is missing.',
    'Ask for a role with the permission that `required_permission` names.',
  ],
  'auth.step_up_required': [
    'This needs a more recent or a stronger proof.',
    'Prove who you are by one of `methods`, then repeat the request.',
  ],
  'auth.second_factor_needed': [
    'Set up a second factor first.',
    'Your role asks for one: set it up, then repeat the request.',
  ],
  'csrf.origin_refused': [
    'The request comes from a page of another origin.',
    'Call from a page of this app.',
  ],
  'request.body_too_large': ['The body is too large.', 'Send less at once.'],
  'request.not_found': ['There is nothing at this path.', 'Compare the path with the contract.'],
  'server.unavailable': ['The service does not answer.', 'Try again in a moment.'],
  'validation.failed': [
    'Some fields are not valid.',
    'Each entry of `errors` points at a field and says what is wrong with it.',
  ],
}

/** A problem's body and headers, for either kind of answer that Next.js has. */
export function problemParts(
  status: number,
  code: string,
  details: ProblemDetails = {},
): { body: Problem<string>; headers: Record<string, string> } {
  const [title, detail] = WORDS[code] ?? [code, '']
  const body: Problem<string> = {
    type: 'about:blank',
    title,
    status,
    detail,
    instance: `urn:uuid:${crypto.randomUUID()}`,
    code,
    errors: [],
    ...details,
  }
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  if (status === 401) headers['www-authenticate'] = 'Session'
  if (status === 503) headers['retry-after'] = '5'
  return { body, headers }
}

/**
 * A refusal as the service words its own (RFC 9457): `problem(422, 'validation.failed',
 * { errors: [{ pointer: '/text', code: 'too_long', message: 'At most 2000 characters.' }] })`.
 * Put no rejected value into it.
 */
export function problem(status: number, code: string, details?: ProblemDetails): Response {
  const { body, headers } = problemParts(status, code, details)
  return new Response(JSON.stringify(body), { status, headers })
}

function page(status: number, title: string, text: string): Response {
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<h1>${title}</h1>
<p>${text}</p>
</html>
`
  return new Response(body, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      ...(status === 503 && { 'retry-after': '5' }),
    },
  })
}

/** The page of an app that can't find out who is calling. */
export function downPage(): Response {
  return page(
    503,
    'Signing in is not possible at the moment',
    'The service that knows who you are does not answer, so this page stays closed. ' +
      'Nothing is lost: try again in a moment.',
  )
}

/** The page for who lacks a permission. */
export function forbiddenPage(): Response {
  return page(
    403,
    'This page is not for you',
    'You are signed in, but a permission is missing. Ask the people who run the app for it.',
  )
}
