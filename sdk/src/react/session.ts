import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react'
import type { Session } from '../core/session.js'
import { localPath, signInUrl } from '../next/paths.js'
import { call, places } from './call.js'
import { changed, type Known, listen, refresh } from './store.js'

/** What `SessionProvider` takes. */
export interface SessionProviderProps {
  children?: ReactNode
  /** The session as the server knows it, null for none: then nothing is asked at first. */
  session?: Session | null | undefined
  /** Where the app's route handler stands; `/api/doorward` if absent. */
  basePath?: string
  /** The page that people are sent to when they must sign in; `/sign-in` if absent. */
  signInPath?: string
  /** Seconds after which the session is asked for again; 0, which is meant if absent: never. */
  refetchInterval?: number
  /** Whether it is asked for when the window is looked at again; it is if absent. */
  refetchOnWindowFocus?: boolean
  /** Whether the interval goes on without a network; it does if absent. */
  refetchWhenOffline?: boolean
}

/** Changes the person's own name, if one is given, and asks for the session again. */
export type UpdateSession = (data?: unknown) => Promise<Session | null>

/** What `useSession` gives. */
export type SessionContextValue<Required extends boolean = false> =
  | { data: Session; status: 'authenticated'; update: UpdateSession }
  | { data: null; status: 'loading'; update: UpdateSession }
  | (Required extends true
      ? never
      : { data: null; status: 'unauthenticated'; update: UpdateSession })

/** What `useSession` takes. */
export interface UseSessionOptions<Required extends boolean> {
  /** Whether only who is signed in may be here. */
  required?: Required
  /** What happens to others; they are led to the sign-in page and back if absent. */
  onUnauthenticated?: () => void
}

const SessionContext = createContext<SessionContextValue | undefined>(undefined)

type State = { data: Session | null; loading: boolean }

const stateOf = (session: Session | null | undefined): State => ({
  data: session ?? null,
  loading: session === undefined,
})

/** What becomes of a state by what is known now. What can't be said changes nothing in time. */
function next(state: State, known: Known): State {
  if (known !== undefined) {
    // The same object while nothing has changed, so that nothing is drawn again.
    const isSame = !state.loading && JSON.stringify(known) === JSON.stringify(state.data)
    return isSame ? state : stateOf(known)
  }
  const lives = state.data && Date.parse(state.data.expires) > Date.now()
  return lives ? state : stateOf(null)
}

const update: UpdateSession = async (data) => {
  const { name, user } = (data ?? {}) as { name?: unknown; user?: { name?: unknown } }
  const wanted = name ?? user?.name
  if (typeof wanted === 'string') await call('PATCH', 'v1/me', { name: wanted })
  return (await changed()) ?? null
}

/** Knows whose session it is, for all that is below it. */
export function SessionProvider(props: SessionProviderProps): ReactNode {
  const { children, session, basePath, signInPath } = props
  if (basePath !== undefined) places.basePath = basePath
  if (signInPath !== undefined) places.signInPath = signInPath
  const [state, setState] = useState(() => stateOf(session))
  const given = JSON.stringify(session)
  const [seen, setSeen] = useState(given)
  if (given !== seen) {
    // The server has rendered anew: it knows better.
    setSeen(given)
    setState(stateOf(session))
  }
  useSync(props, seen === undefined, setState)
  const value = useMemo(() => {
    const { data, loading } = state
    const status = loading ? 'loading' : data ? 'authenticated' : 'unauthenticated'
    return { data, status, update } as SessionContextValue
  }, [state])
  return createElement(SessionContext.Provider, { value }, children)
}

/** Keeps the state as the service, other tabs, the window and the clock say. */
function useSync(
  props: SessionProviderProps,
  isUnknown: boolean,
  setState: (change: (state: State) => State) => void,
): void {
  const { refetchInterval = 0, refetchOnWindowFocus = true, refetchWhenOffline } = props
  useEffect(() => {
    const off = listen((known) => setState((state) => next(state, known)))
    if (isUnknown) void refresh()
    return off
  }, [isUnknown, setState])
  useEffect(() => {
    if (!refetchOnWindowFocus) return
    const look = () => {
      if (document.visibilityState === 'visible') void refresh()
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [refetchOnWindowFocus])
  useEffect(() => {
    if (refetchInterval <= 0) return
    const timer = setInterval(() => {
      if (refetchWhenOffline !== false || navigator.onLine) void refresh()
    }, refetchInterval * 1000)
    return () => clearInterval(timer)
  }, [refetchInterval, refetchWhenOffline])
}

// A page that is being left for another place is not led to the sign-in page on its way.
let isLeaving = false

/** Leads on; a place within the same page is no new page, so that is loaded again. */
export function goTo(url: string): void {
  isLeaving = true
  window.location.assign(url)
  if (url.includes('#')) window.location.reload()
}

/** Has something done now, and when the browser shows the page again as it was left. */
function nowAndBack(lead: () => void): () => void {
  const back = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return
    isLeaving = false
    lead()
  }
  if (!isLeaving) lead()
  window.addEventListener('pageshow', back)
  return () => window.removeEventListener('pageshow', back)
}

/** Leads to the sign-in page, and back to the page that is open now. */
export function leadToSignIn(back?: string): void {
  const { href, origin } = window.location
  window.location.assign(signInUrl(places.signInPath, localPath(back ?? href, origin)))
}

/**
 * Whose session it is. With `required`, who is not signed in is led to the sign-in page, and the
 * status is `loading` until then. Throws outside of a `SessionProvider`.
 */
export function useSession<Required extends boolean = false>(
  options?: UseSessionOptions<Required>,
): SessionContextValue<Required> {
  const value = useContext(SessionContext)
  if (!value) throw new Error('doorward: useSession needs a <SessionProvider> around it')
  const { required = false, onUnauthenticated } = options ?? {}
  const isMissing = required && value.status === 'unauthenticated'
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new function is no new reason
  useEffect(() => {
    if (!isMissing) return
    return nowAndBack(() => (onUnauthenticated ? onUnauthenticated() : leadToSignIn()))
  }, [isMissing])
  const shown = isMissing ? { data: null, status: 'loading', update: value.update } : value
  return shown as SessionContextValue<Required>
}

/** The session, asked for now; null for who is not signed in. */
export async function getSession(): Promise<Session | null> {
  return (await refresh()) ?? null
}
