import Link from 'next/link'

export default function Page() {
  return (
    <>
      <h1>Notes that only you see</h1>
      <p>
        A small app with its own database. Who may do what in it is known to Doorward: accounts,
        passwords, second factors, roles and permissions are kept there.
      </p>
      <p className="row">
        <Link className="button" href="/notes">
          Open my notes
        </Link>
        <a className="button quiet" href="/sign-up?return_to=/notes">
          Make an account
        </a>
      </p>
    </>
  )
}
