'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { ask } from '@/lib/ask'
import type { Note } from '@/lib/notes'

/** Notes with a button each that deletes it through the API at `at`. */
export function NoteList({ notes, at, owners }: { notes: Note[]; at: string; owners?: boolean }) {
  const router = useRouter()
  const [failure, setFailure] = useState('')
  async function remove(note: Note) {
    const answer = await ask(`${at}/${note.id}`, { method: 'DELETE' })
    setFailure(answer.ok ? '' : answer.problem.detail)
    if (answer.ok) router.refresh()
  }
  if (notes.length === 0) return <p className="quiet">Nothing yet.</p>
  return (
    <>
      <p role="alert" className="error">
        {failure}
      </p>
      <ul className="notes">
        {notes.map((note) => (
          <li key={note.id} className="card">
            <h3>{note.title}</h3>
            <p>{note.body}</p>
            <p className="quiet">
              <time dateTime={note.createdAt}>{note.createdAt.slice(0, 16).replace('T', ' ')}</time>
              {owners && ` · ${note.owner}`}
            </p>
            <button type="button" className="quiet" onClick={() => remove(note)}>
              Delete <span className="unseen">“{note.title}”</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
