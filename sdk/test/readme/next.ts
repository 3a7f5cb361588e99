// [snippet: next]
import { createAuth } from 'doorward/next'

export const { handlers, auth, requireSession, requirePermission, withAuth } = createAuth()
// [/snippet]
// [snippet: next]
// app/api/notes/route.ts
export const GET = withAuth(({ auth }) => Response.json({ owner: auth.user.id }), {
  permission: 'app:notes:read',
})
// [/snippet]
