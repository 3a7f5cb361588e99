/**
 * The client of a Doorward service: every operation of its contract as a typed method, over any
 * `fetch`.
 *
 * @module
 */
export { type Puzzle, solveChallenge } from './challenge.js'
export { type ClientOptions, createClient, unwrap } from './client.js'
export { paginate } from './paginate.js'
export {
  type ClientCode,
  type FieldError,
  isProblem,
  type Problem,
  type ProblemCode,
  ProblemError,
  type ProofMethod,
} from './problem.js'
export { type CurrentSession, type Session, type SessionUser, toSession } from './session.js'
export type {
  Arguments,
  Client,
  CodeOf,
  Data,
  Method,
  OperationId,
  Result,
  ResultOf,
} from './types.js'
export { checkedUrl } from './url.js'
