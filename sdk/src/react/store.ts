import { type CurrentSession, type Session, toSession } from '../core/session.js'
import { call } from './call.js'

/** What tabs tell each other: that the session may have changed, or that there is none. */
type Message = { event: 'session'; data: { trigger: 'getSession' | 'signout' } }

/** What is known of the session: undefined if it can't be said. */
export type Known = Session | null | undefined

type Listener = (known: Known) => void

// Nothing of anybody's session is kept here: on a server, modules are shared by all requests.
const listeners = new Set<Listener>()
let reading: Promise<Known> | undefined
let epoch = 0
let channel: BroadcastChannel | undefined

/** Asks whose session it is. Whoever asks at the same time shares the answer. */
export function readSession(): Promise<Known> {
  const at = epoch
  const begun = reading ?? begin()
  // What was asked before a sign-in or sign-out says nothing any more.
  return begun.then((known) => (at === epoch ? known : readSession()))
}

function begin(): Promise<Known> {
  const begun = ask().finally(() => {
    if (reading === begun) reading = undefined
  })
  reading = begun
  return begun
}

async function ask(): Promise<Known> {
  const { data } = await call<{ session?: CurrentSession | null }>('GET', 'v1/auth/session')
  const session = data?.session
  if (session === undefined) return undefined
  return session && toSession(session)
}

/** Asks again, and tells everybody in this tab. */
export async function refresh(): Promise<Known> {
  const known = await readSession()
  for (const listener of listeners) listener(known)
  return known
}

/** The session has changed: what was being asked is void, and other tabs ask again too. */
export function changed(): Promise<Known> {
  startOver()
  tell('getSession')
  return refresh()
}

/** There is no session any more, here and in all other tabs. */
export function ended(): void {
  forget()
  tell('signout')
}

function startOver(): void {
  epoch++
  reading = undefined
}

function forget(): void {
  startOver()
  for (const listener of listeners) listener(null)
}

function tell(trigger: Message['data']['trigger']): void {
  open()?.postMessage({ event: 'session', data: { trigger } } satisfies Message)
}

/** The channel of the app's tabs. Only pages of the same origin can speak on it. */
function open(): BroadcastChannel | undefined {
  if (channel || typeof BroadcastChannel === 'undefined') return channel
  channel = new BroadcastChannel('doorward')
  channel.onmessage = ({ data }: MessageEvent<Partial<Message> | null>) => {
    if (data?.event !== 'session') return
    if (data.data?.trigger === 'signout') return forget()
    startOver()
    void refresh()
  }
  return channel
}

/** Hears what becomes of the session, from this tab and from others, until it is called off. */
export function listen(listener: Listener): () => void {
  listeners.add(listener)
  open()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    channel?.close()
    channel = undefined
  }
}
