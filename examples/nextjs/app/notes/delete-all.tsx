// [snippet: step-up-button]
'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { ask } from '@/lib/ask'

/** The API wants a proof of the last minutes for this; the dialog of the SDK asks for it. */
export function DeleteAll() {
  const router = useRouter()
  const [failure, setFailure] = useState('')
  async function removeAll() {
    const answer = await ask<{ deleted: number }>('/api/notes', { method: 'DELETE' })
    setFailure(answer.ok ? '' : answer.problem.detail)
    if (answer.ok) router.refresh()
  }
  return (
    <section aria-labelledby="all">
      <h2 id="all">All of them</h2>
      <p role="alert" className="error">
        {failure}
      </p>
      <button type="button" className="danger" onClick={removeAll}>
        Delete all my notes
      </button>
    </section>
  )
}
// [/snippet]
