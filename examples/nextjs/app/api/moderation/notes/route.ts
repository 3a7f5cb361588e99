// [snippet: permission-route]
import { withAuth } from 'doorward/next'
import { everyNote, MODERATE } from '@/lib/notes'

/** 403 for who is signed in but does not hold the permission. */
export const GET = withAuth(async () => Response.json({ items: everyNote() }), {
  permission: MODERATE,
})
// [/snippet]
