"use client";

import * as client from "next-auth/react";
import { useEffect } from "react";

import { Status } from "../status.jsx";

/** A page whose scripts can call whatever the package has. */
export default function Tools() {
  const { update } = client.useSession();
  useEffect(() => {
    const { getCsrfToken, getProviders, getSession, signIn, signOut } = client;
    window.client = { getCsrfToken, getProviders, getSession, signIn, signOut, update };
  }, [update]);
  return (
    <main>
      <h1>Tools</h1>
      <Status />
    </main>
  );
}
