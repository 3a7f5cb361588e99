// [snippet: proxy]
import { createProxy } from 'doorward/next/proxy'

/** The first of two layers: it saves a page the trouble. Each page and handler checks again. */
export const proxy = createProxy({
  pages: ['/profile', '/dashboard', '/overview', '/notes', '/moderation', '/legacy'],
  api: ['/api/notes', '/api/moderation', '/api/legacy'],
})

export const config = {
  matcher: ['/((?!_next/|favicon.ico|icon.svg|api/doorward/|api/service/).*)'],
}
// [/snippet]
