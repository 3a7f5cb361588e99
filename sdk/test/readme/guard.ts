// [snippet: guard]
import { authOf, createGuard } from 'doorward/node'
import express from 'express'

const guard = createGuard({
  issuer: 'https://id.example.com',
  audience: 'https://api.example.com',
})

export const app = express()
app.get('/notes', guard.requireAuth({ permission: 'app:notes:read' }), (request, response) => {
  response.json({ owner: authOf(request).userId })
})
// [/snippet]
