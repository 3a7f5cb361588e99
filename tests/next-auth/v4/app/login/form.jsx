"use client";

import { getProviders, signIn } from "next-auth/react";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";

const SAID = {
  CredentialsSignin: "E-mail and password don't match.",
  credentials: "E-mail and password don't match.",
  SecondFactorInvalid: "This code is wrong, used or too old.",
  SessionRequired: "Sign in to see this page.",
  Verification: "This link was used or is too old.",
};

export function Login() {
  const query = useSearchParams();
  const callbackUrl = query.get("callbackUrl") ?? "/";
  const [error, setError] = useState(query.get("error"));
  const [step, setStep] = useState("password");
  return (
    <>
      {error && <p role="alert">{SAID[error] ?? `Something went wrong: ${error}`}</p>}
      <Credentials {...{ callbackUrl, setError, setStep, step }} />
      {step === "password" && <Mail {...{ callbackUrl, setError }} />}
      {step === "password" && <Elsewhere callbackUrl={callbackUrl} />}
    </>
  );
}

function Credentials({ callbackUrl, setError, setStep, step }) {
  const router = useRouter();
  // [snippet: credentials]
  async function submit(event) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.currentTarget));
    const answer = await signIn("credentials", { ...fields, callbackUrl, redirect: false });
    // next-auth 4 says what happened in `error`, next-auth 5 in `code`.
    const said = answer.code ?? answer.error;
    setError(null);
    if (!answer.error) router.push(answer.url);
    else if (said === "SecondFactorRequired") setStep("code");
    else setError(said);
  }
  // [/snippet]
  const isSecond = step === "code";
  return (
    <form id="credentials" onSubmit={submit}>
      <fieldset hidden={isSecond}>
        <label>E-mail <input name="email" type="email" required /></label>
        <label>Password <input name="password" type="password" required /></label>
      </fieldset>
      {isSecond && <label>Code <input name="code" inputMode="numeric" required /></label>}
      <button>{isSecond ? "Continue" : "Sign in"}</button>
    </form>
  );
}

function Mail({ callbackUrl, setError }) {
  const router = useRouter();
  async function submit(event) {
    event.preventDefault();
    const email = new FormData(event.currentTarget).get("email");
    const answer = await signIn("email", { email, callbackUrl, redirect: false });
    if (answer.error) setError(answer.error);
    else router.push("/check-mail");
  }
  return (
    <form id="mail" onSubmit={submit}>
      <label>E-mail <input name="email" type="email" required /></label>
      <button>Send me a link</button>
    </form>
  );
}

/** A button for each service that people can come from. */
function Elsewhere({ callbackUrl }) {
  const [providers, setProviders] = useState([]);
  useEffect(() => {
    getProviders().then((found) => setProviders(Object.values(found ?? {})));
  }, []);
  return providers
    .filter(({ type }) => type === "oauth" || type === "oidc")
    .map(({ id, name }) => (
      <button key={id} type="button" onClick={() => signIn(id, { callbackUrl })}>
        Continue with {name}
      </button>
    ));
}
