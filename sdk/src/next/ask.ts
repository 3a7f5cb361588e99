import type { Settings } from './settings.js'
import { DoorwardUnavailable } from './unavailable.js'

/** What is asked of the service. */
export interface Question {
  method?: string
  headers?: Record<string, string>
  body?: BodyInit | undefined
  /** Ends the question when whoever waits for the answer has gone. */
  signal?: AbortSignal | undefined
}

/**
 * Asks the service: never from a cache, no redirect followed, within the time that is allowed.
 * The time counts until the head of the answer is there; its body may be long.
 *
 * Throws {@link DoorwardUnavailable} if there is no answer.
 */
export async function ask(settings: Settings, path: string, question: Question): Promise<Response> {
  const { method = 'GET', headers = {}, body, signal } = question
  const { fetch } = settings
  const stop = new AbortController()
  const end = () => stop.abort()
  const timer = setTimeout(end, settings.timeout)
  signal?.addEventListener('abort', end, { once: true })
  try {
    return await fetch(settings.url + path, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: 'manual',
      cache: 'no-store',
      signal: stop.signal,
    })
  } catch (cause) {
    throw new DoorwardUnavailable(undefined, { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** As {@link ask}, with the whole answer within the time. The JSON is undefined if it is none. */
export async function askJson(
  settings: Settings,
  path: string,
  question: Question,
): Promise<{ response: Response; json: unknown }> {
  const response = await ask(settings, path, question)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DoorwardUnavailable()), settings.timeout)
  })
  try {
    const text = await Promise.race([response.text(), late])
    return { response, json: text ? JSON.parse(text) : undefined }
  } catch (cause) {
    if (cause instanceof SyntaxError) return { response, json: undefined }
    throw new DoorwardUnavailable(undefined, { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** The `Cookie` header of a server-side question, the program that asked, and the peer. */
export function onBehalf(
  settings: Settings,
  headers: { get(name: string): string | null },
  cookie: string | undefined,
): Record<string, string> {
  const agent = headers.get('user-agent')
  const peer = settings.trustProxy ? headers.get('x-forwarded-for') : null
  return {
    accept: 'application/json',
    ...(cookie && { cookie }),
    ...(agent && { 'user-agent': agent }),
    ...(peer && { 'x-forwarded-for': peer }),
  }
}
