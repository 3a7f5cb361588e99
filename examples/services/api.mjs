// An API of its own, which Doorward's access tokens open. It asks nobody when a request comes: it
// has the keys, and the list of what has ended.

// [snippet: express]
import { authOf, createGuard } from 'doorward/node'
import express from 'express'

export function createApi({ issuer, audience }) {
  const guard = createGuard({ issuer, audience })
  const app = express()

  app.get('/reports', guard.requireAuth(), (request, response) => {
    response.json({ owner: authOf(request).userId, reports: [] })
  })
  app.delete(
    '/reports',
    guard.requireAuth({ permission: 'app:reports:delete', freshSeconds: 900 }),
    (_request, response) => response.sendStatus(204),
  )
  return app
}
// [/snippet]
