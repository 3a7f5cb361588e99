/** Headers as `fetch`, Next.js or Node.js have them. */
export type AnyHeaders =
  | { get(name: string): string | null }
  | Record<string, string | string[] | undefined>

/** What has headers: a request of any kind. */
export interface WithHeaders {
  headers: AnyHeaders
}

/** A header's value, whatever kind of headers these are. */
export function headerOf(headers: AnyHeaders, name: string): string | null {
  if (typeof headers.get === 'function') return headers.get(name)
  const value = (headers as Record<string, string | string[] | undefined>)[name]
  const joint = name === 'cookie' ? '; ' : ', '
  return Array.isArray(value) ? value.join(joint) : (value ?? null)
}

/** The headers in one form. */
export function readable(headers: AnyHeaders): { get(name: string): string | null } {
  return { get: (name) => headerOf(headers, name) }
}
