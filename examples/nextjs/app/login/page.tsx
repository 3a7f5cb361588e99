import { getServerSession } from 'doorward/next'
import { redirect } from 'next/navigation'
import { LoginForm } from './login-form'

export const metadata = { title: 'Sign in' }

type Query = Promise<Record<string, string | string[] | undefined>>

/** A place of this app to go to afterwards: never another's, which a link could name as well. */
function placeAfter(wanted: string | string[] | undefined): string {
  return typeof wanted === 'string' && /^\/[a-z][a-z/]*$/.test(wanted) ? wanted : '/notes'
}

export default async function Page({ searchParams }: { searchParams: Query }) {
  const after = placeAfter((await searchParams).return_to)
  if (await getServerSession()) redirect(after)
  return (
    <>
      <h1>Sign in</h1>
      <LoginForm after={after} />
      <p>
        Or use <a href={`/sign-in?return_to=${after}`}>the page of the sign-in service</a>, which
        knows passkeys and sign-in by mail, too.
      </p>
      <p>
        <a href={`/sign-up?return_to=${after}`}>Make an account</a> ·{' '}
        <a href="/forgot">Forgot your password?</a>
      </p>
    </>
  )
}
