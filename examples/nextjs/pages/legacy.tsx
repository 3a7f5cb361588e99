// [snippet: pages-page]
import { getServerSession } from 'doorward/next'
import type { GetServerSideProps } from 'next'
import Link from 'next/link'
import { notesOf } from '@/lib/notes'

interface Props {
  email: string
  count: number
}

export const getServerSideProps: GetServerSideProps<Props> = async ({ req, res }) => {
  const session = await getServerSession(req, res)
  if (!session) {
    return { redirect: { destination: '/sign-in?return_to=/legacy', permanent: false } }
  }
  const { id, email } = session.user
  return { props: { email, count: notesOf(id).length } }
}

export default function Page({ email, count }: Props) {
  return (
    <>
      <h1>From the pages folder</h1>
      <p>
        {email} has {count} notes.
      </p>
      <p>
        <Link href="/">To the start</Link>
      </p>
    </>
  )
}
// [/snippet]
