// [snippet: action]
'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import { auth } from '@/lib/auth'
import { addNote, NewNote } from '@/lib/notes'

export interface Outcome {
  status: 'new' | 'kept' | 'invalid' | 'signed_out' | 'unavailable'
  /** What is wrong with a field, by its name. */
  errors: { title?: string | undefined; body?: string | undefined }
  /** What was typed, so that nobody has to type it again. */
  typed: { title: string; body: string }
}

/** A server action is an address that anybody can call, so it asks who calls, like an API route. */
export async function createNote(_before: Outcome, form: FormData): Promise<Outcome> {
  const typed = { title: String(form.get('title') ?? ''), body: String(form.get('body') ?? '') }
  const session = await auth().catch(() => 'unavailable' as const)
  if (session === 'unavailable') return { status: session, errors: {}, typed }
  if (!session) return { status: 'signed_out', errors: {}, typed }
  const note = NewNote.safeParse(typed)
  if (!note.success) {
    const { title, body } = z.flattenError(note.error).fieldErrors
    return { status: 'invalid', errors: { title: title?.[0], body: body?.[0] }, typed }
  }
  addNote(session.user.id, note.data)
  revalidatePath('/notes')
  return { status: 'kept', errors: {}, typed: { title: '', body: '' } }
}
// [/snippet]
