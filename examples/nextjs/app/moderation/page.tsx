// [snippet: permission-page]
import { requirePermission } from 'doorward/next'
import { everyNote, MODERATE } from '@/lib/notes'
import { NoteList } from '../notes/note-list'

export const metadata = { title: 'Moderation' }

export default async function Page() {
  await requirePermission(MODERATE)
  return (
    <>
      <h1>Everybody’s notes</h1>
      <h2>The latest first</h2>
      <NoteList notes={everyNote()} at="/api/moderation/notes" owners />
    </>
  )
}
// [/snippet]
