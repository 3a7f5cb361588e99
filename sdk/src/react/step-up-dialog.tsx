import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { ProofMethod } from '../core/problem.js'
import { type Proof, type StepUpState, useStepUp } from './step-up.js'

/** What the dialog says. */
export interface StepUpTexts {
  title: string
  lead: string
  method: string
  password: string
  totp: string
  recovery_code: string
  email: string
  passkey: string
  send: string
  sent: string
  prove: string
  cancel: string
  /** There is no method that would do. */
  none: string
  /** By the problem's code; `failed` for all others. */
  wrong: Readonly<Record<string, string>> & { failed: string }
}

const ENGLISH: StepUpTexts = {
  title: 'Is it you?',
  lead: 'This needs a fresh proof of who you are.',
  method: 'How',
  password: 'Password',
  totp: 'Code of your authenticator app',
  recovery_code: 'Recovery code',
  email: 'Code from your mailbox',
  passkey: 'Passkey',
  send: 'Send me a code',
  sent: 'A code is on its way to you.',
  prove: 'Go on',
  cancel: 'Cancel',
  none: 'There is no way left to prove it. Sign in again.',
  wrong: {
    'auth.invalid_credentials': 'The password is wrong.',
    'passwords.current_wrong': 'The password is wrong.',
    'factors.refused': 'The code is wrong, used or too old.',
    'passkeys.refused': 'The passkey was not accepted.',
    'passkey.cancelled': 'No passkey was chosen.',
    'rate_limit.exceeded': 'Too many attempts. Wait a little.',
    'client.unreachable': 'The service does not answer. Try again in a moment.',
    failed: 'That did not work. Try again.',
  },
}

/** What `StepUpDialog` takes. */
export interface StepUpDialogProps {
  /** Other words, in another language. */
  texts?: Partial<StepUpTexts>
  /** The class of the dialog, which has no looks of its own. */
  className?: string
}

/**
 * Asks for a further proof whenever a call of the client with `onStepUp: stepUp`, or one by
 * `fetchWithStepUp`, needs one. Put it into the layout once.
 */
export function StepUpDialog({ texts, className }: StepUpDialogProps): ReactNode {
  const state = useStepUp()
  if (!state.problem) return null
  return <Dialog state={state} texts={{ ...ENGLISH, ...texts }} className={className} />
}

interface DialogProps {
  state: StepUpState
  texts: StepUpTexts
  className: string | undefined
}

function Dialog({ state, texts, className }: DialogProps): ReactNode {
  const { methods, cancel } = state
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [method, setMethod] = useState(methods[0])
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}lead`}
      onClose={cancel}
    >
      <h2 id={`${id}title`}>{texts.title}</h2>
      <p id={`${id}lead`}>{method ? texts.lead : texts.none}</p>
      {methods.length > 1 && (
        <label>
          {texts.method}{' '}
          <select
            value={method}
            onChange={(event) => setMethod(event.currentTarget.value as ProofMethod)}
          >
            {methods.map((each) => (
              <option key={each} value={each}>
                {texts[each]}
              </option>
            ))}
          </select>
        </label>
      )}
      {method && <ProofForm key={method} method={method} state={state} texts={texts} />}
      <button type="button" onClick={cancel}>
        {texts.cancel}
      </button>
    </dialog>
  )
}

interface ProofFormProps {
  method: ProofMethod
  state: StepUpState
  texts: StepUpTexts
}

function ProofForm({ method, state, texts }: ProofFormProps): ReactNode {
  const [wrong, setWrong] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [isSent, setSent] = useState(false)
  const work = async (task: () => Promise<{ code: string } | undefined>) => {
    setBusy(true)
    const problem = await task()
    setBusy(false)
    setWrong(problem ? (texts.wrong[problem.code] ?? texts.wrong.failed) : '')
    return !problem
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const value = String(new FormData(event.currentTarget).get('proof') ?? '')
    void work(() => state.prove(proofOf(method, value)))
  }
  const send = async () => setSent(await work(state.mail))
  return (
    <form onSubmit={submit}>
      {method === 'email' && (
        <button type="button" disabled={isBusy} onClick={send}>
          {texts.send}
        </button>
      )}
      <p role="status">{isSent ? texts.sent : ''}</p>
      {method !== 'passkey' && (
        <label>
          {texts[method]} <input {...inputOf(method)} />
        </label>
      )}
      <p role="alert">{wrong}</p>
      <button type="submit" disabled={isBusy}>
        {method === 'passkey' ? texts.passkey : texts.prove}
      </button>
    </form>
  )
}

function proofOf(method: ProofMethod, value: string): Proof {
  if (method === 'passkey') return { method }
  if (method === 'password') return { method, password: value }
  return { method, code: value.trim() }
}

function inputOf(method: ProofMethod) {
  const isPassword = method === 'password'
  return {
    name: 'proof',
    required: true,
    autoFocus: true,
    type: isPassword ? 'password' : 'text',
    autoComplete: isPassword ? 'current-password' : 'one-time-code',
    maxLength: isPassword ? 128 : 64,
    ...(!isPassword && method !== 'recovery_code' && { inputMode: 'numeric' as const }),
  }
}
