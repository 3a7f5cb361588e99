import Link from 'next/link'

export default function Forbidden() {
  return (
    <>
      <h1>This page is not for you</h1>
      <p>
        You are signed in, but a permission is missing. If you need it, ask whoever looks after the
        roles.
      </p>
      <p>
        <Link href="/notes">To your notes</Link>
      </p>
    </>
  )
}
