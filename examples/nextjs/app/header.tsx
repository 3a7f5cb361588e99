'use client'

import { signOut, useCan, useSession } from 'doorward/react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { dropDraft } from './notes/draft'

const PAGES = [
  ['/notes', 'Notes'],
  ['/overview', 'Overview'],
  ['/dashboard', 'Dashboard'],
  ['/profile', 'Profile'],
] as const

function leave() {
  dropDraft()
  return signOut({ redirectTo: '/' })
}

/** The same on the server and at first in the browser: nothing here until the session is known. */
export function Header() {
  const { data: session, status } = useSession()
  const mayModerate = useCan('app:notes:moderate')
  const here = usePathname()
  const pages = mayModerate ? [...PAGES, ['/moderation', 'Moderation'] as const] : PAGES
  return (
    <header>
      <Link className="brand" href="/">
        Doorward Notes
      </Link>
      <div className="who" aria-live="polite">
        {session && (
          <>
            <a href="/account">Account</a>
            <button type="button" className="plain" onClick={leave}>
              Sign out
            </button>
          </>
        )}
        {status === 'unauthenticated' && <Link href="/login">Sign in</Link>}
      </div>
      {session && (
        <nav aria-label="Main">
          {pages.map(([path, title]) => (
            <Link key={path} href={path} aria-current={here === path ? 'page' : undefined}>
              {title}
            </Link>
          ))}
        </nav>
      )}
    </header>
  )
}
