import { requireSession } from 'doorward/next'
import { notesOf } from '@/lib/notes'
import { DeleteAll } from './delete-all'
import { NoteForm } from './note-form'
import { NoteList } from './note-list'

export const metadata = { title: 'My notes' }

export default async function Page() {
  const { user } = await requireSession()
  const notes = notesOf(user.id)
  return (
    <>
      <h1>My notes</h1>
      <NoteForm owner={user.id} />
      <h2>Written so far</h2>
      <NoteList notes={notes} at="/api/notes" />
      {notes.length > 0 && <DeleteAll />}
    </>
  )
}
