// [snippet: server-page]
import { getServerSession } from 'doorward/next'
import { redirect } from 'next/navigation'
import { notesOf } from '@/lib/notes'

export const metadata = { title: 'Dashboard' }

export default async function Page() {
  const session = await getServerSession()
  if (!session) redirect('/login?return_to=/dashboard')
  const [latest] = notesOf(session.user.id)
  return (
    <>
      <h1>Dashboard</h1>
      <p>You are signed in as {session.user.email}.</p>
      <p>{latest ? `Your latest note is “${latest.title}”.` : 'You have no notes yet.'}</p>
    </>
  )
}
// [/snippet]
