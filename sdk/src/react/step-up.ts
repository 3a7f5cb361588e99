import { useCallback, useEffect, useMemo, useState } from 'react'
import { isProblem, type Problem, type ProofMethod } from '../core/problem.js'
import { type Answer, call } from './call.js'
import { changed, refresh } from './store.js'

/** A refusal that a further proof would turn. */
export type StepUpProblem = Problem<'auth.step_up_required'>

type Asker = (problem: StepUpProblem) => Promise<boolean>

// The dialog that is mounted, and what is being asked: there is one person to ask.
let asker: Asker | undefined
let asking: Promise<boolean> | undefined

/**
 * Asks the person for a further proof, by the `StepUpDialog` or `useStepUp` that is mounted, and
 * tells whether it was given. For `onStepUp` of a client. Who asks at the same time shares one
 * dialog. False where there is none.
 */
export function stepUp(problem: StepUpProblem): Promise<boolean> {
  if (!asker) return Promise.resolve(false)
  asking ??= asker(problem).finally(() => {
    asking = undefined
  })
  return asking
}

/**
 * As `fetch`, for the app's own API: where it answers `auth.step_up_required`, the person is asked
 * for a further proof, and the call is repeated once if it was given. A 401 has the session looked
 * at again, so that pages show what has become of it.
 */
export async function fetchWithStepUp(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const request = new Request(input, init)
  const response = await fetch(request.clone())
  if (response.status === 401) void refresh()
  const problem = await problemIn(response)
  if (!problem || !(await stepUp(problem))) return response
  return fetch(request)
}

async function problemIn(response: Response): Promise<StepUpProblem | undefined> {
  const type = response.headers.get('content-type') ?? ''
  if (response.status !== 403 || !type.includes('problem+json')) return undefined
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  return isProblem(body, 'auth.step_up_required') ? body : undefined
}

/** What a person proves who they are by. */
export type Proof =
  | { method: 'password'; password: string }
  | { method: 'totp' | 'recovery_code' | 'email'; code: string }
  | { method: 'passkey' }

/** What `useStepUp` gives. */
export interface StepUpState {
  /** What asks for a proof; null while nothing does. */
  problem: StepUpProblem | null
  /** The methods that would be enough, the strongest first. */
  methods: readonly ProofMethod[]
  /** Gives the proof. Answers what is wrong with it, or undefined if the call is repeated now. */
  prove: (proof: Proof) => Promise<Problem<string> | undefined>
  /** Has a code mailed, for the method `email`. Answers why that did not work. */
  mail: () => Promise<Problem | undefined>
  /** Gives up: whoever waits gets the refusal. */
  cancel: () => void
}

type Open = { problem: StepUpProblem; settle: (isProved: boolean) => void }

/** The state of a dialog of one's own that asks for a further proof. Mount one at a time. */
export function useStepUp(): StepUpState {
  const [open, setOpen] = useState<Open | null>(null)
  useEffect(() => {
    let last: Open | undefined
    const mine: Asker = (problem) =>
      new Promise((resolve) => {
        const settle = (isProved: boolean) => {
          setOpen(null)
          resolve(isProved)
        }
        last = { problem, settle }
        setOpen(last)
      })
    asker = mine
    return () => {
      if (asker === mine) asker = undefined
      // Nobody may wait for a dialog that is gone.
      last?.settle(false)
    }
  }, [])
  const prove = useCallback(
    async (proof: Proof) => {
      const { problem } = await give(proof)
      if (problem) return problem
      await changed()
      open?.settle(true)
      return undefined
    },
    [open],
  )
  const cancel = useCallback(() => open?.settle(false), [open])
  return useMemo(() => {
    const problem = open?.problem ?? null
    return { problem, methods: problem?.methods ?? [], prove, mail, cancel }
  }, [open, prove, cancel])
}

async function give(proof: Proof): Promise<Answer<unknown> | { problem: Problem<string> }> {
  if (proof.method !== 'passkey') return call('POST', 'v1/auth/step-up', proof)
  const { passkeyStepUp } = await import('./passkey.js')
  return passkeyStepUp()
}

async function mail(): Promise<Problem | undefined> {
  return (await call('POST', 'v1/auth/step-up/mail')).problem
}
