import Link from 'next/link'

export const metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        <Link href="/">To the start</Link>
      </p>
    </>
  )
}
