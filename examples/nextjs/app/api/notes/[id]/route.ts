import { problem, withAuth } from 'doorward/next'
import { NoteId, removeNote } from '@/lib/notes'

type At = { params: Promise<{ id: string }> }

/** 404 for what is not there and for what is another's, which so nobody gets to know of. */
export const DELETE = withAuth(async ({ auth }, { params }: At) => {
  const id = NoteId.safeParse((await params).id)
  if (!id.success || !removeNote(auth.user.id, id.data)) {
    return problem(404, 'notes.not_found', {
      title: 'There is no such note.',
      detail: 'You have no note of this id.',
    })
  }
  return new Response(null, { status: 204 })
})
