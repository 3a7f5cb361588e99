import type { Problem } from '../core/problem.js'
import type { components } from '../openapi/schema.js'
import { type Answer, call } from './call.js'
import { finish, type SignInAnswer, type SignInOptions, type SignInResponse } from './sign-in.js'
import { changed } from './store.js'

type Ceremony = components['schemas']['PasskeyCeremony']
type Credential = PublicKeyCredential & { response: AnyResponse }
type AnyResponse = AuthenticatorAttestationResponse & AuthenticatorAssertionResponse

/** What can go wrong in the browser itself. */
export type PasskeyCode = 'passkey.cancelled' | 'passkey.unsupported' | 'passkey.exists'

const WORDS: Readonly<Record<PasskeyCode, string>> = {
  'passkey.cancelled': 'No passkey was chosen.',
  'passkey.unsupported': 'This browser knows no passkeys, or not at this address.',
  'passkey.exists': 'This device has a passkey for the account already.',
}

function refusal(code: PasskeyCode): { problem: Problem<string>; status: number } {
  const title = WORDS[code]
  const rest = { type: 'about:blank', detail: 'Try again, or use another way.', instance: '' }
  return { problem: { ...rest, title, status: 0, code, errors: [] }, status: 0 }
}

/** What came of a ceremony. */
type Outcome<Data> = Answer<Data> | ReturnType<typeof refusal>

/** One ceremony: what the service asks, what the authenticator answers, what comes of that. */
async function ceremony<Data>(
  kind: 'create' | 'get',
  [begin, end]: readonly [string, string],
  body: object | undefined,
  more: { finish?: object; conditional?: boolean; signal?: AbortSignal } = {},
): Promise<Outcome<Data>> {
  if (typeof PublicKeyCredential === 'undefined') return refusal('passkey.unsupported')
  const begun = await call<Ceremony>('POST', begin, body)
  if (!begun.data) return begun
  const { ceremony: name, options } = begun.data
  const signal = more.signal
  let credential: Credential | null
  try {
    const asked = {
      publicKey: read(kind, options as object as Plain) as never,
      ...(signal && { signal }),
      ...(more.conditional && { mediation: 'conditional' as const }),
    }
    credential = (await navigator.credentials[kind](asked)) as Credential | null
  } catch (error) {
    const { name } = error as { name?: string }
    if (name === 'InvalidStateError') return refusal('passkey.exists')
    return refusal(name === 'SecurityError' ? 'passkey.unsupported' : 'passkey.cancelled')
  }
  if (!credential) return refusal('passkey.cancelled')
  return call('POST', end, { ...more.finish, ceremony: name, credential: written(credential) })
}

type Plain = Record<string, unknown> & { challenge: string; user?: { id: string } }

// What follows is for browsers that have passkeys but not yet the JSON of WebAuthn Level 3.

const bytes = (text: string) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))

function letters(buffer: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)))
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

function read(kind: 'create' | 'get', options: Plain): unknown {
  const known = PublicKeyCredential as unknown as Record<
    string,
    ((json: unknown) => unknown) | undefined
  >
  const name = kind === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'
  if (known[name]) return PublicKeyCredential[name](options as never)
  const named = (list: unknown) =>
    (list as { id: string }[] | undefined)?.map((one) => ({ ...one, id: bytes(one.id) }))
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    allowCredentials: named(options.allowCredentials) ?? [],
    excludeCredentials: named(options.excludeCredentials) ?? [],
  }
}

function written(credential: Credential): unknown {
  if (typeof credential.toJSON === 'function') return credential.toJSON()
  const { response: given, type } = credential
  const response = given.attestationObject
    ? {
        clientDataJSON: letters(given.clientDataJSON),
        attestationObject: letters(given.attestationObject),
        transports: given.getTransports?.() ?? [],
      }
    : {
        clientDataJSON: letters(given.clientDataJSON),
        authenticatorData: letters(given.authenticatorData),
        signature: letters(given.signature),
        userHandle: given.userHandle ? letters(given.userHandle) : null,
      }
  const id = letters(credential.rawId)
  return { id, rawId: id, type, response, clientExtensionResults: {} }
}

/** How a passkey is asked for. */
export interface PasskeySignInOptions extends SignInOptions {
  /** Offers passkeys while an input with `autocomplete="username webauthn"` is filled in. */
  conditional?: boolean
  /** Ends the asking. */
  signal?: AbortSignal
}

const SIGN_IN = ['v1/auth/passkey/begin', 'v1/auth/passkey'] as const
const SECOND = ['v1/auth/second-factor/passkey/begin', 'v1/auth/second-factor/passkey'] as const
const STEP_UP = ['v1/auth/step-up/passkey/begin', 'v1/auth/step-up/passkey'] as const
const ADD = ['v1/me/passkeys/begin', 'v1/me/passkeys'] as const

/** Signs in with a passkey alone. */
export async function signInWithPasskey(
  options: PasskeySignInOptions = {},
): Promise<SignInResponse> {
  const { conditional = false, signal, remember = false } = options
  const more = { finish: { remember }, conditional, ...(signal && { signal }) }
  return finish(await ceremony<SignInAnswer>('get', SIGN_IN, undefined, more), options)
}

/** Gives a passkey as the second step of a sign-in; `token` is what the first step answered. */
export async function secondFactorWithPasskey(
  options: SignInOptions & { token: string; trustDevice?: boolean },
): Promise<SignInResponse> {
  const { token, trustDevice = false } = options
  const more = { finish: { token, trust_device: trustDevice } }
  return finish(await ceremony<SignInAnswer>('get', SECOND, { token }, more), options)
}

/** Proves again who one is, with a passkey. */
export function passkeyStepUp(): Promise<Outcome<unknown>> {
  return ceremony('get', STEP_UP, undefined)
}

/** What came of adding a passkey. */
export type AddedPasskey =
  | { ok: true; id: string; recoveryCodes: string[] }
  | { ok: false; problem: Problem<string> }

/**
 * Adds a passkey of this device to the person's account. `recoveryCodes` are shown once, with the
 * first factor. Fails with `auth.step_up_required` if the last proof is older than 15 minutes:
 * `stepUp(problem)` asks for a new one.
 */
export async function addPasskey(options: { name?: string } = {}): Promise<AddedPasskey> {
  type Added = components['schemas']['AddedPasskey']
  const { name } = options
  const done = await ceremony<Added>('create', ADD, undefined, { finish: name ? { name } : {} })
  if (!('data' in done) || !done.data)
    return { ok: false, problem: done.problem as Problem<string> }
  await changed()
  return { ok: true, id: done.data.passkey.id, recoveryCodes: done.data.recovery_codes }
}
