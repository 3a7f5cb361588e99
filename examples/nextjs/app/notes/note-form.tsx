'use client'

import { useActionState, useEffect, useRef } from 'react'
import { createNote, type Outcome } from './actions'

const DRAFT = 'notes:draft'
const EMPTY: Outcome = { status: 'new', errors: {}, typed: { title: '', body: '' } }

/** A form that loses nothing: neither by a mistake, nor when the session ends while one writes. */
export function NoteForm({ owner }: { owner: string }) {
  const [outcome, action, isPending] = useActionState(createNote, EMPTY)
  const form = useRef<HTMLFormElement>(null)
  const { status, errors, typed } = outcome

  // What was typed when the session had ended is there again after the sign-in: once, in this tab
  // alone, and for nobody else who signs in here.
  useEffect(() => {
    if (status === 'new') restore(form.current, owner)
    if (status === 'signed_out') sessionStorage.setItem(DRAFT, JSON.stringify({ owner, typed }))
  }, [status, typed, owner])

  return (
    <form ref={form} action={action} className="card" noValidate>
      <label htmlFor="title">Title</label>
      <input
        id="title"
        name="title"
        maxLength={200}
        defaultValue={typed.title}
        key={`title-${typed.title}`}
        aria-invalid={Boolean(errors.title)}
        aria-describedby="title-error"
      />
      <Complaint id="title-error" text={errors.title} />
      <label htmlFor="body">Note</label>
      <textarea
        id="body"
        name="body"
        rows={4}
        defaultValue={typed.body}
        key={`body-${typed.body}`}
        aria-invalid={Boolean(errors.body)}
        aria-describedby="body-error"
      />
      <Complaint id="body-error" text={errors.body} />
      <div role="status">
        <Message status={status} />
      </div>
      <button disabled={isPending}>Add the note</button>
    </form>
  )
}

function Complaint({ id, text }: { id: string; text: string | undefined }) {
  return (
    <p id={id} className="error">
      {text && `This ${text}.`}
    </p>
  )
}

function Message({ status }: { status: Outcome['status'] }) {
  if (status === 'kept') return <p className="good">Your note is kept.</p>
  if (status === 'unavailable') {
    return <p className="error">We can’t reach the sign-in service. Your text is still here.</p>
  }
  if (status !== 'signed_out') return null
  return (
    <p className="error">
      Your session has ended. Your text is still here:{' '}
      <a href="/sign-in?return_to=/notes">sign in again</a>, then add it.
    </p>
  )
}

function restore(form: HTMLFormElement | null, owner: string) {
  const draft = sessionStorage.getItem(DRAFT)
  sessionStorage.removeItem(DRAFT)
  if (!form || !draft) return
  const kept: { owner: string; typed: Outcome['typed'] } = JSON.parse(draft)
  if (kept.owner !== owner) return
  for (const [name, value] of Object.entries(kept.typed)) {
    const field = form.elements.namedItem(name)
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      field.value = value
    }
  }
}
