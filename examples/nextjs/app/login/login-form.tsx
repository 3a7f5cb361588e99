// [snippet: login-form]
'use client'

import { giveSecondFactor, type SecondFactorRequired, signIn } from 'doorward/react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { ProviderButtons } from './provider-buttons'

const WRONG: Record<string, string> = {
  'auth.invalid_credentials': 'The address or the password is wrong.',
  'auth.pending_invalid': 'That took too long. Please begin anew.',
  'factors.refused': 'This code is wrong, used or too old.',
  'rate_limit.exceeded': 'Too many tries. Please wait a few minutes.',
}
const FAILED = 'That did not work. Please try again in a minute.'

/** The first step, and the second where the account has one. */
export function LoginForm({ after }: { after: string }) {
  const [step, setStep] = useState<SecondFactorRequired | null>(null)
  const [failure, setFailure] = useState('')
  const [isBusy, setBusy] = useState(false)

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const value = (name: string) => String(new FormData(event.currentTarget).get(name) ?? '')
    setBusy(true)
    const result = step
      ? await giveSecondFactor({ token: step.token, method: 'totp', code: value('code') })
      : await signIn('credentials', {
          email: value('email'),
          password: value('password'),
          redirect: false,
        })
    // The whole page is loaded anew, so that nothing of whoever was here before is left.
    if (result?.ok) return window.location.assign(after)
    setBusy(false)
    if (result?.code === 'auth.pending_invalid') setStep(null)
    if (result?.secondFactor) setStep(result.secondFactor)
    setFailure(result?.secondFactor ? '' : (WRONG[result?.code ?? ''] ?? FAILED))
  }

  return (
    <>
      <form className="card" onSubmit={send}>
        {step ? <SecondStep /> : <FirstStep />}
        <p role="alert" className="error">
          {failure}
        </p>
        <button disabled={isBusy}>{step ? 'Continue' : 'Sign in'}</button>
      </form>
      {!step && <ProviderButtons after={after} />}
    </>
  )
}

function FirstStep() {
  return (
    <>
      <label htmlFor="email">E-mail</label>
      <input id="email" name="email" type="email" autoComplete="username" required />
      <label htmlFor="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
    </>
  )
}

function SecondStep() {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <>
      <h2>One more step</h2>
      <label htmlFor="code">Code of your authenticator app</label>
      <input
        ref={field}
        id="code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
      />
    </>
  )
}
// [/snippet]
