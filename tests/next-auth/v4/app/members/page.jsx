"use client";

import { useSession } from "next-auth/react";

export default function Members() {
  const { data, status } = useSession({ required: true });
  if (status === "loading") return <main>One moment</main>;
  return (
    <main>
      <h1>Members</h1>
      <p id="welcome">Welcome, {data.user.name}</p>
    </main>
  );
}
