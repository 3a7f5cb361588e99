'use client'

import { type FormEvent, useActionState, useEffect, useRef, useState } from 'react'
import { createNote, type Outcome } from './actions'
import { dropDraft, keepDraft, takeDraft } from './draft'

const EMPTY: Outcome = { status: 'new', errors: {}, typed: { title: '', body: '' } }

/** A form that loses nothing: neither by a mistake, nor when the session ends while one writes. */
export function NoteForm({ owner }: { owner: string }) {
  const [outcome, action, isPending] = useActionState(createNote, EMPTY)
  const [isBack, setBack] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { status, errors, typed } = outcome

  // Wherever the sending ends, at a sign-in or at an error page: what was typed is here again.
  useEffect(() => {
    if (form.current && takeDraft(owner, form.current)) setBack(true)
  }, [owner])
  useEffect(() => {
    if (status === 'kept' || status === 'invalid') dropDraft()
  }, [status, typed])

  function send({ currentTarget }: FormEvent<HTMLFormElement>) {
    keepDraft(owner, currentTarget)
    setBack(false)
  }

  return (
    <form ref={form} action={action} onSubmit={send} className="card" noValidate>
      <label htmlFor="title">Title</label>
      <input
        id="title"
        name="title"
        maxLength={200}
        defaultValue={typed.title}
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
        aria-invalid={Boolean(errors.body)}
        aria-describedby="body-error"
      />
      <Complaint id="body-error" text={errors.body} />
      <div role="status">
        {isBack ? <p>Your text is back. Add it now.</p> : <Message status={status} />}
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
