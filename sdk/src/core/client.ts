import createFetchClient from 'openapi-fetch'
import { idPatterns, operations } from './operations.js'
import { clientProblem, type Problem, ProblemError, problemOf } from './problem.js'
import type { Client, Result } from './types.js'
import { checkedUrl } from './url.js'

/** How a client reaches the service. */
export interface ClientOptions {
  /**
   * Where the service is: `https://id.example.com`, or a path of the page's own origin such as
   * `/api/doorward`. By http only on this machine, unless `allowHttp` is set.
   */
  baseUrl: string
  /** Lets the service be reached by http in a network that nobody else is in. */
  allowHttp?: boolean
  /** What is called in the place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>
  /** Headers of every request, such as `Authorization`; a function is asked before each. */
  headers?: Record<string, string> | (() => HeadersNow | Promise<HeadersNow>)
  /** Whether cookies go along; `same-origin` if absent, as `fetch` has it. */
  credentials?: RequestCredentials
  /**
   * Asks the person for a further proof, when an operation wants one, and tells whether it was
   * given: then the operation is called once more. Calls that wait at the same time share one
   * asking. It must not call what wants a further proof itself.
   */
  onStepUp?: (problem: Problem<'auth.step_up_required'>) => Promise<boolean>
}

type HeadersNow = Record<string, string>

interface Call {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  headers?: Record<string, string>
  body?: unknown
  signal?: AbortSignal
}

type AnyResult = Result<unknown>

interface Operation {
  method: string
  path: string
  ids: [parameter: string, kind: string][]
  form: boolean
  text: boolean
}

function operationOf(line: string): Operation {
  const [method = '', path = '', ...words] = line.split(' ')
  return {
    method,
    path,
    ids: words.flatMap((word) => {
      const [parameter, kind] = word.split('=')
      return parameter && kind ? [[parameter, kind] as [string, string]] : []
    }),
    form: words.includes('form'),
    text: words.includes('text'),
  }
}

/** The path with its ids. Whatever has not the form of an id never becomes part of a URL. */
function pathOf({ path, ids }: Operation, values: Record<string, unknown> = {}): string {
  return ids.reduce((done, [parameter, kind]) => {
    const value = values[parameter]
    const pattern = idPatterns[kind]
    if (typeof value !== 'string' || !pattern || !new RegExp(pattern).test(value)) {
      throw new ProblemError(clientProblem('client.invalid_id'))
    }
    return done.replace(`{${parameter}}`, value)
  }, path)
}

/** A client of the service. Nothing is sent before one of its methods is called. */
export function createClient(options: ClientOptions): Client {
  const { baseUrl, allowHttp, headers, credentials, onStepUp } = options
  // A path is of the page's own origin; `//host` is not one.
  const base = /^\/(?![/\\])/.test(baseUrl) ? baseUrl : checkedUrl(baseUrl, allowHttp)
  const wire = createFetchClient<Record<string, never>>({ baseUrl: base })
  let proof: Promise<boolean> | undefined

  async function send(operation: Operation, call: Call): Promise<AnyResult> {
    const path = pathOf(operation, call.path)
    const always = typeof headers === 'function' ? await headers() : headers
    let response: Response | undefined
    let sent = false
    const init = {
      params: { query: call.query },
      headers: {
        ...always,
        ...call.headers,
        ...(operation.form && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      body: call.body,
      parseAs: operation.text ? 'text' : 'json',
      // The service redirects no call: who does is not the service.
      redirect: 'manual',
      cache: 'no-store',
      ...(call.signal && { signal: call.signal }),
      ...(credentials && { credentials }),
      fetch: async (request: Request) => {
        sent = true
        response = await (options.fetch ?? globalThis.fetch)(request)
        return response
      },
    }
    try {
      const answer = await wire.request(operation.method as 'get', path as never, init as never)
      return resultOf(answer as { data?: unknown; error?: unknown; response: Response })
    } catch (error) {
      // What was never sent is a mistake in the call; an ended signal is the caller's wish.
      if (!sent || call.signal?.aborted) throw error
      const unread = error instanceof SyntaxError && response
      const problem = unread
        ? clientProblem('client.unexpected_answer', unread.status)
        : clientProblem('client.unreachable')
      return { data: undefined, error: problem, response }
    }
  }

  async function call(operation: Operation, args: Call): Promise<AnyResult> {
    const result = await send(operation, args)
    if (result.error?.code !== 'auth.step_up_required' || !onStepUp) return result
    proof ??= onStepUp(result.error as Problem<'auth.step_up_required'>).finally(() => {
      proof = undefined
    })
    return (await proof) ? send(operation, args) : result
  }

  const methods = Object.entries(operations).map(([name, line]) => {
    const operation = operationOf(line)
    return [name, (args: Call = {}) => call(operation, args)]
  })
  return Object.fromEntries(methods) as Client
}

function resultOf(answer: { data?: unknown; error?: unknown; response: Response }): AnyResult {
  const { data, error, response } = answer
  if (response.ok || response.status === 304) return { data, error: undefined, response }
  return { data: undefined, error: problemOf(error, response), response }
}

/** The data of a result. Throws a {@link ProblemError} if there is none. */
export async function unwrap<Answer, Code extends string>(
  result: Result<Answer, Code> | Promise<Result<Answer, Code>>,
): Promise<Answer> {
  const { data, error } = await result
  if (error) throw new ProblemError(error)
  return data as Answer
}
