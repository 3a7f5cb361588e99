import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { database } from './database'

/** Who holds it sees and deletes everybody's notes. The permission itself is kept in Doorward. */
export const MODERATE = 'app:notes:moderate'

export interface Note {
  id: string
  /** The account's id in Doorward. */
  owner: string
  title: string
  body: string
  createdAt: string
}

// [snippet: notes-input]
/** What a note is made of. Anything else in the request is refused, not ignored. */
export const NewNote = z.strictObject({
  title: z
    .string({ error: 'must be a text' })
    .trim()
    .min(1, 'must not be empty')
    .max(80, 'must have at most 80 characters'),
  body: z.string({ error: 'must be a text' }).trim().max(2000, 'must have at most 2000 characters'),
})
export type NewNote = z.infer<typeof NewNote>

export const NoteId = z.uuid()
// [/snippet]

const COLUMNS = 'id, owner, title, body, created_at AS "createdAt"'

// [snippet: notes-store]
/** The notes of one account, the newest first. */
export function notesOf(owner: string): Note[] {
  const sql = `SELECT ${COLUMNS} FROM notes WHERE owner = ? ORDER BY created_at DESC LIMIT 200`
  return database().prepare(sql).all(owner) as Note[]
}

/** A note that its owner has just written. */
export function addNote(owner: string, { title, body }: NewNote): Note {
  const note = { id: randomUUID(), owner, title, body, createdAt: new Date().toISOString() }
  database()
    .prepare('INSERT INTO notes (id, owner, title, body, created_at) VALUES (?, ?, ?, ?, ?)')
    .run(note.id, note.owner, note.title, note.body, note.createdAt)
  return note
}

/** Whether a note of this account was there, and is gone now. */
export function removeNote(owner: string, id: string): boolean {
  const sql = 'DELETE FROM notes WHERE id = ? AND owner = ?'
  return database().prepare(sql).run(id, owner).changes > 0
}
// [/snippet]

/** How many notes of an account are gone now: all. */
export function removeNotesOf(owner: string): number {
  return database().prepare('DELETE FROM notes WHERE owner = ?').run(owner).changes
}

/** How many notes the account wrote on a day such as `2027-01-31` (UTC). */
export function countOn(owner: string, day: string): number {
  const sql = `SELECT count(*) AS count FROM notes
               WHERE owner = ? AND substr(created_at, 1, 10) = ?`
  return (database().prepare(sql).get(owner, day) as { count: number }).count
}

/** Everybody's notes, the newest first: for moderators only. */
export function everyNote(): Note[] {
  return database()
    .prepare(`SELECT ${COLUMNS} FROM notes ORDER BY created_at DESC LIMIT 200`)
    .all() as Note[]
}

/** Whether a note of whomever was there, and is gone now: for moderators only. */
export function removeAnyNote(id: string): boolean {
  return database().prepare('DELETE FROM notes WHERE id = ?').run(id).changes > 0
}
