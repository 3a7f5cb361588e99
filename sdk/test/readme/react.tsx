// [snippet: react]
'use client'
import { signIn, signOut, useSession } from 'doorward/react'

export function Account() {
  const { data: session, status } = useSession()
  if (status === 'loading') return <p>…</p>
  const [act, text] = session ? [signOut, `Sign ${session.user.name} out`] : [signIn, 'Sign in']
  return (
    <button type="button" onClick={() => act()}>
      {text}
    </button>
  )
}
// [/snippet]
