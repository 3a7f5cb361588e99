// [snippet: input]
import { problem } from 'doorward/next'
import { z } from 'zod'

const MOST_BYTES = 16 * 1024

/** The JSON of a request as the schema has it, or the problem to answer with: 400, 413 or 422. */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T | Response> {
  if (Number(request.headers.get('content-length') ?? MOST_BYTES + 1) > MOST_BYTES) {
    return problem(413, 'request.body_too_large')
  }
  const body = await request.json().catch(() => undefined)
  if (body === undefined) {
    return problem(400, 'request.body_malformed', {
      title: 'The body is not JSON.',
      detail: 'Send one JSON object.',
    })
  }
  const read = schema.safeParse(body)
  if (read.success) return read.data
  return problem(422, 'validation.failed', { errors: read.error.issues.flatMap(faults) })
}

/** What is wrong, each with a pointer into the body; nothing tells what was sent. */
function faults(issue: z.core.$ZodIssue): { pointer: string; code: string; message: string }[] {
  const { path, code, message } = issue
  if (code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...path, key]),
      code: 'unknown',
      message: 'is not known',
    }))
  }
  return [{ pointer: pointerOf(path), code: 'invalid', message }]
}

/** A JSON pointer (RFC 6901). */
function pointerOf(path: PropertyKey[]): string {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
  return steps.map((step) => `/${step}`).join('')
}
// [/snippet]
