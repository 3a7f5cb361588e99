import type { components } from '../openapi/schema.js'

/** The codes of the service's problems. New ones may come; none changes its meaning. */
export type ProblemCode = components['schemas']['ProblemCode']

/**
 * What fails on this side of the wire.
 *
 * - `client.unreachable`: no whole answer came; the service or the network is down.
 * - `client.unexpected_answer`: something answered that is not the service, such as a gateway.
 * - `client.invalid_id`: an id has not the form that its kind has; nothing was sent.
 */
export type ClientCode = 'client.unreachable' | 'client.unexpected_answer' | 'client.invalid_id'

/** One field at fault. */
export type FieldError = components['schemas']['FieldError']

/** A way to prove who one is. */
export type ProofMethod = components['schemas']['Method']

/** A problem as RFC 9457 has it. Compare `code`; the texts are for people. */
export interface Problem<Code extends string = ProblemCode | ClientCode> {
  /** Where the code is explained. */
  type: string
  /** What happened, in a few words. */
  title: string
  /** The HTTP status; 0 if there was no answer. */
  status: number
  /** What to do about it. */
  detail: string
  /** The request's id, as in the service's log; empty if it never got there. */
  instance: string
  /** Stable text that programs compare. */
  code: Code
  /** The fields at fault; empty unless the request itself is invalid. */
  errors: FieldError[]
  /** The permission that was missing. */
  required_permission?: string
  /** The ways to prove who one is that would have been enough. */
  methods?: ProofMethod[]
}

/** A problem that is thrown, by `unwrap` and `paginate`. */
export class ProblemError<Code extends string = ProblemCode | ClientCode> extends Error {
  override readonly name = 'ProblemError'

  constructor(
    readonly problem: Problem<Code>,
    options?: ErrorOptions,
  ) {
    super(`${problem.code}: ${problem.title}`, options)
  }

  /** The problem's code. */
  get code(): Code {
    return this.problem.code
  }

  /** The problem's HTTP status; 0 if there was no answer. */
  get status(): number {
    return this.problem.status
  }
}

/** Whether this is a problem, and one of these codes if some are named. */
export function isProblem<Code extends ProblemCode | ClientCode = ProblemCode | ClientCode>(
  value: unknown,
  ...codes: Code[]
): value is Problem<Code> {
  if (typeof value !== 'object' || value === null) return false
  const { code, status, title, detail } = value as Record<string, unknown>
  return (
    typeof code === 'string' &&
    typeof status === 'number' &&
    typeof title === 'string' &&
    typeof detail === 'string' &&
    (codes.length === 0 || (codes as string[]).includes(code))
  )
}

const TITLES: Readonly<Record<ClientCode, readonly [title: string, detail: string]>> = {
  'client.unreachable': ['The service does not answer.', 'Try again in a while.'],
  'client.unexpected_answer': [
    'The answer is not one of the service.',
    'See whether the base URL is right, and what stands between.',
  ],
  'client.invalid_id': ['That is not an id.', 'Pass an id as the service gave it.'],
}

/** A problem of this side. Its texts repeat no value. */
export function clientProblem<Code extends ClientCode>(code: Code, status = 0): Problem<Code> {
  const [title, detail] = TITLES[code]
  return { type: 'about:blank', title, status, detail, instance: '', code, errors: [] }
}

/** The problem that a body of an answer tells: as RFC 9457 or as OAuth (RFC 6749) has it. */
export function problemOf(body: unknown, response: Response): Problem {
  if (isProblem(body)) return { ...body, errors: Array.isArray(body.errors) ? body.errors : [] }
  const { error, error_description: description } = (body ?? {}) as Record<string, unknown>
  // The token endpoint speaks OAuth; the service's own code stands at the end, in parentheses.
  const code = typeof description === 'string' && /\(([a-z_]+\.[a-z_]+)\)$/.exec(description)?.[1]
  if (!code || typeof error !== 'string') {
    return clientProblem('client.unexpected_answer', response.status)
  }
  return {
    type: 'about:blank',
    title: error,
    status: response.status,
    detail: description,
    instance: response.headers.get('x-request-id') ?? '',
    code: code as ProblemCode,
    errors: [],
  }
}
