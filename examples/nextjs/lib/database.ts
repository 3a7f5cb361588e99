import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS notes (
    id         TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS notes_of_owner ON notes (owner, created_at);
`

function open(): Database.Database {
  const path = process.env.NOTES_DATABASE ?? 'data/notes.db'
  mkdirSync(dirname(path), { recursive: true })
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('busy_timeout = 5000')
  database.exec(SCHEMA)
  return database
}

// `next dev` loads modules anew with each change, but `globalThis` stays.
const kept = globalThis as { notesDatabase?: Database.Database }

/** The notes' own database, opened by the first who asks. It knows no passwords and no roles. */
export function database(): Database.Database {
  kept.notesDatabase ??= open()
  return kept.notesDatabase
}
