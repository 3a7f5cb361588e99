import { problem, withAuth } from 'doorward/next'
import { MODERATE, NoteId, removeAnyNote } from '@/lib/notes'

type At = { params: Promise<{ id: string }> }

export const DELETE = withAuth(
  async (_request, { params }: At) => {
    const id = NoteId.safeParse((await params).id)
    if (!id.success || !removeAnyNote(id.data)) {
      return problem(404, 'notes.not_found', {
        title: 'There is no such note.',
        detail: 'Nobody has a note of this id.',
      })
    }
    return new Response(null, { status: 204 })
  },
  { permission: MODERATE },
)
