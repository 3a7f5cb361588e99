"use client";

import { useSession } from "next-auth/react";
import { useEffect, useState } from "react";

/** Who is signed in, and every status that the page has had on the way. */
export function Status() {
  const { data, status } = useSession();
  const [seen, setSeen] = useState([]);
  useEffect(() => setSeen((before) => [...before, status]), [status]);
  return (
    <section>
      <p>
        Status: <output id="status">{status}</output>
      </p>
      <p>
        Name: <output id="name">{data?.user?.name}</output>
      </p>
      <p>
        E-mail: <output id="email">{data?.user?.email}</output>
      </p>
      <p>
        So far: <output id="seen">{seen.join(" ")}</output>
      </p>
    </section>
  );
}
