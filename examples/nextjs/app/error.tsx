// [snippet: error-page]
'use client'

import { useRouter } from 'next/navigation'
import { startTransition, useEffect, useRef } from 'react'

/** What stands in the place of a page that can't be shown, such as while Doorward is down. */
export default function Failed({ reset }: { error: Error; reset: () => void }) {
  const router = useRouter()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const again = () =>
    startTransition(() => {
      router.refresh()
      reset()
    })
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        This page can’t be shown right now
      </h1>
      <p>
        We could not find out whether you may see it, so nothing of it is shown. Your notes are
        safe. Please try again in a minute.
      </p>
      <button type="button" onClick={again}>
        Try again
      </button>
    </>
  )
}
// [/snippet]
