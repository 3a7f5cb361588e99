import { clientProblem, type Problem, problemOf } from '../core/problem.js'

/** Where things stand in the app; `SessionProvider` sets it. The same for everybody. */
export const places = { basePath: '/api/doorward', signInPath: '/sign-in' }

/** What came of a call. */
export type Answer<Data> =
  | { data: Data; problem?: undefined; status: number }
  | { data?: undefined; problem: Problem; status: number }

/** Calls the service through the app's handler. It never rejects. */
export async function call<Data>(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Data>> {
  let response: Response
  let answer: unknown
  try {
    response = await fetch(`${places.basePath}/${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      cache: 'no-store',
    })
    const text = await response.text()
    answer = text && JSON.parse(text)
  } catch (error) {
    const isUnread = error instanceof SyntaxError
    const code = isUnread ? 'client.unexpected_answer' : 'client.unreachable'
    return { problem: clientProblem(code) as Problem, status: 0 }
  }
  const { ok, status } = response
  if (ok) return { data: answer as Data, status }
  return { problem: problemOf(answer, response), status }
}
