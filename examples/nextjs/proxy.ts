// [snippet: proxy]
import { createProxy } from 'doorward/next/proxy'

/** The first of two layers: it saves a page the trouble. Each page and handler checks again. */
export const proxy = createProxy({
  // Everything else is for who is signed in, also what somebody adds tomorrow.
  public: ['/', '/login', '/icon.svg', '/api/service/*'],
})

export const config = {
  matcher: ['/((?!_next/static|_next/image).*)'],
}
// [/snippet]
