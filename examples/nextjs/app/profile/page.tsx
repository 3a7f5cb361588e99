// [snippet: client-page]
'use client'

import { useSession } from 'doorward/react'

export default function Page() {
  // Who is not signed in is led to the sign-in, and back here.
  const { data: session, status } = useSession({ required: true })
  if (status === 'loading') {
    return (
      <p role="status" className="quiet">
        One moment…
      </p>
    )
  }
  return (
    <>
      <h1>Welcome, {session.user.name ?? session.user.email}!</h1>
      <dl>
        <dt>E-mail</dt>
        <dd>{session.user.email}</dd>
        <dt>Roles</dt>
        <dd>{session.roles.join(', ') || 'none'}</dd>
        <dt>Second factor</dt>
        <dd>{session.acr === 'aal2' ? 'given' : 'not given'}</dd>
      </dl>
      <p>
        <a href="/account">Password, second factor and devices</a>
      </p>
    </>
  )
}
// [/snippet]
