"use client";

import { signIn, signOut } from "next-auth/react";

import { Status } from "./status.jsx";

export default function Home() {
  return (
    <main>
      <h1>Home</h1>
      <Status />
      <button type="button" onClick={() => signIn()}>Sign in</button>
      <button type="button" onClick={() => signOut({ callbackUrl: "/?left" })}>Sign out</button>
      <button type="button" onClick={() => signOut({ redirect: false })}>Sign out here</button>
    </main>
  );
}
