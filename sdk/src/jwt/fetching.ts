/** What asks the service: the global `fetch`, or one in its place. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What is asked for, and how much of it is taken. */
export interface Wanted {
  url: string
  accept: string
  /** The `ETag` of what is there already. */
  etag?: string | undefined
  /** Bytes. */
  limit: number
  /** Milliseconds, until the last byte. */
  timeout: number
}

/** An answer of 200, or of 304 where an `ETag` was sent. */
export interface Got {
  status: 200 | 304
  text: string
  etag: string | undefined
}

/** Asks for a document. Rejects if it is late, too large, elsewhere, or not answered with 200. */
export async function get(fetch: Fetch, wanted: Wanted): Promise<Got> {
  const { url, accept, etag, limit, timeout } = wanted
  const response = await fetch(url, {
    headers: { Accept: accept, ...(etag && { 'If-None-Match': etag }) },
    signal: AbortSignal.timeout(timeout),
    // Who sends us elsewhere for keys is not the issuer; a cache in between makes old lists new.
    redirect: 'manual',
    cache: 'no-store',
    credentials: 'omit',
  })
  if (response.status === 304 && etag) return { status: 304, text: '', etag }
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`unexpected status ${response.status}`)
  }
  const text = await bounded(response, limit)
  return { status: 200, text, etag: response.headers.get('etag') ?? undefined }
}

async function bounded(response: Response, limit: number): Promise<string> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > limit) {
      await reader.cancel()
      throw new Error('the document is too large')
    }
    text += decoder.decode(value, { stream: true })
  }
  return text + decoder.decode()
}
