import type { Problem } from '../core/problem.js'
import { call } from './call.js'
import { finish, type SignInAnswer, type SignInOptions, type SignInResponse } from './sign-in.js'

/** The second step of a sign-in. */
export interface SecondFactorOptions extends SignInOptions {
  /** What the first step answered as `secondFactor.token`. */
  token: string
  method: 'totp' | 'recovery_code' | 'email'
  code: string
  /** Whether this browser stands in for the second factor for the next 30 days. */
  trustDevice?: boolean
}

/**
 * Gives the second factor of a sign-in. If it is wrong the answer says so, and the person can try
 * again; if it is right the browser is led on, unless `redirect` is false.
 */
export async function giveSecondFactor(options: SecondFactorOptions): Promise<SignInResponse> {
  const { token, method, code, trustDevice = false } = options
  const body = { token, method, code: code.trim(), trust_device: trustDevice }
  return finish(await call<SignInAnswer>('POST', 'v1/auth/second-factor', body), options)
}

/** Has a code mailed for the second step of a sign-in. Answers why that did not work. */
export async function mailSecondFactor(token: string): Promise<Problem | undefined> {
  return (await call('POST', 'v1/auth/second-factor/mail', { token })).problem
}
