import { type Problem, type ProblemCode, ProblemError } from '../core/problem.js'

/** The service's own words for what a guard refuses in its place. A test compares them. */
export const WORDS = {
  'auth.not_signed_in': [401, 'Sign in first.', 'Sign in, or send an access token.'],
  'auth.token_invalid': [
    401,
    'The bearer token or API key is not valid.',
    'Send a valid one, or none to use the session cookie.',
  ],
  'auth.dpop_invalid': [
    401,
    "The proof of the token's key is not valid.",
    'Send one `DPoP` header with a new proof for exactly this request (RFC 9449).',
  ],
  'auth.permission_missing': [
    403,
    'A permission is missing.',
    'Ask for a role with the permission that `required_permission` names.',
  ],
  'auth.step_up_required': [
    403,
    'This needs a more recent or a stronger proof.',
    'Prove who you are again, then repeat the request.',
  ],
  'auth.second_factor_needed': [
    403,
    'Set up a second factor first.',
    'Your role asks for one: set it up, then repeat the request.',
  ],
  'csrf.origin_refused': [
    403,
    'The request comes from a page of another origin.',
    'Call from a page of the same origin.',
  ],
  // The service's own words are about its database.
  'server.unavailable': [503, 'The service does not answer.', 'Try again in a moment.'],
  'server.internal': [500, 'The service failed.', 'Try again; see the log of this service.'],
} as const satisfies Partial<Record<ProblemCode, readonly [number, string, string]>>

/** The codes that a guard refuses with. */
export type Refusal = keyof typeof WORDS

/** A refusal, and what its `WWW-Authenticate` header says. */
export class Refused extends ProblemError<Refusal> {
  constructor(
    code: Refusal,
    readonly challenge?: string,
    details: Partial<Problem<Refusal>> = {},
  ) {
    const [status, title, detail] = WORDS[code]
    const instance = `urn:uuid:${crypto.randomUUID()}`
    super({ type: 'about:blank', title, status, detail, instance, code, errors: [], ...details })
  }
}
