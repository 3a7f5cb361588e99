import { getSession } from "next-auth/react";

import { Status } from "../app/status.jsx";

/** A page of the pages router whose session comes with it from the server. */
export default function Classic() {
  return (
    <main>
      <h1>Classic</h1>
      <Status />
    </main>
  );
}

// next-auth 4 takes the cookies from `req`, next-auth 5 from `headers`.
export async function getServerSideProps({ req }) {
  const session = await getSession({ req, headers: req.headers, broadcast: false });
  return { props: { session } };
}
