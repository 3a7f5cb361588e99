import { Suspense } from "react";

import { Login } from "./form.jsx";

export default function Page() {
  return (
    <main>
      <h1>Sign in</h1>
      <Suspense>
        <Login />
      </Suspense>
    </main>
  );
}
