import type { OperationProblemCodes } from '../openapi/codes.js'
import type { operations } from '../openapi/schema.js'
import type { Methods } from './methods.js'
import type { ClientCode, Problem } from './problem.js'

/** The name of an operation as the contract has it, such as `list_users`. */
export type OperationId = keyof operations

type Responses<Id extends OperationId> = operations[Id]['responses']
type Successful = 200 | 201 | 202 | 204 | 304

type ContentOf<Response> = Response extends { content: infer Content }
  ? Content[keyof Content]
  : undefined

/** What an operation answers with; `undefined` where it has no body. */
export type Data<Id extends OperationId> = {
  [Status in keyof Responses<Id>]: Status extends Successful
    ? ContentOf<Responses<Id>[Status]>
    : never
}[keyof Responses<Id>]

type Parameters<Id extends OperationId> = operations[Id]['parameters']

type PathPart<Id extends OperationId> =
  Parameters<Id> extends { path: infer Path } ? { path: Path } : unknown

type QueryPart<Id extends OperationId> =
  Parameters<Id> extends { query: infer Query }
    ? { query: Query }
    : NonNullable<Parameters<Id>['query']> extends never
      ? unknown
      : { query?: NonNullable<Parameters<Id>['query']> }

type MoreHeaders = Readonly<Record<string, string>>

type HeaderPart<Id extends OperationId> =
  Parameters<Id> extends { header: infer Header }
    ? { headers: Header & MoreHeaders }
    : { headers?: MoreHeaders }

type BodyPart<Id extends OperationId> = operations[Id] extends { requestBody: infer Body }
  ? { body: ContentOf<Body> }
  : NonNullable<operations[Id]['requestBody']> extends never
    ? unknown
    : { body?: ContentOf<NonNullable<operations[Id]['requestBody']>> }

/** What an operation is called with: `path`, `query`, `headers` and `body` as the contract says. */
export type Arguments<Id extends OperationId> = PathPart<Id> &
  QueryPart<Id> &
  HeaderPart<Id> &
  BodyPart<Id> & {
    /** Ends the call: it rejects with the signal's reason. */
    signal?: AbortSignal
  }

/** The codes that an operation can fail with. */
export type CodeOf<Id extends OperationId> = OperationProblemCodes[Id] | ClientCode

/** What came of a call: `data` if it was done, `error` if not. */
export type Result<Answer, Code extends string = string> =
  | { data: Answer; error: undefined; response: Response }
  | { data: undefined; error: Problem<Code>; response: Response | undefined }

/** The result of an operation. */
export type ResultOf<Id extends OperationId> = Result<Data<Id>, CodeOf<Id>>

/** Calls an operation. It never rejects but for an id of a wrong form and an ended signal. */
export type Method<Id extends OperationId> =
  Record<string, never> extends Arguments<Id>
    ? (args?: Arguments<Id>) => Promise<ResultOf<Id>>
    : (args: Arguments<Id>) => Promise<ResultOf<Id>>

/** A client of the service: one method for each of its operations. */
export type Client = Methods
