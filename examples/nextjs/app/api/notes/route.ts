// [snippet: api-routes]
import { withAuth } from 'doorward/next'
import { readJson } from '@/lib/input'
import { addNote, NewNote, notesOf, removeNotesOf } from '@/lib/notes'

/** 401 for who is not signed in: the handlers run for nobody else. */
export const GET = withAuth(async ({ auth }) =>
  Response.json({ items: notesOf(auth.user.id) }),
)

/** 422 with every fault for what is no note. */
export const POST = withAuth(async (request) => {
  const note = await readJson(request, NewNote)
  if (note instanceof Response) return note
  return Response.json(addNote(request.auth.user.id, note), { status: 201 })
})

/** 403 where the last proof is older than ten minutes; the problem says how to give another. */
export const DELETE = withAuth(
  async ({ auth }) => Response.json({ deleted: removeNotesOf(auth.user.id) }),
  { freshSeconds: 600 },
)
// [/snippet]
