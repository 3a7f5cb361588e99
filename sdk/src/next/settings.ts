import { checkedUrl } from '../core/url.js'
import { DoorwardUnavailable } from './unavailable.js'

/** How the app reaches the service. What is absent comes from the environment, or is as said. */
export interface DoorwardConfig {
  /**
   * Where the service is, as the app's server reaches it: `DOORWARD_URL`, or
   * `http://127.0.0.1:8080` while developing. By http only on this machine, unless `allowHttp`.
   */
  url?: string
  /**
   * The origin of the service's `public_url`, which its tokens name as their issuer:
   * `DOORWARD_ISSUER`, or the origin of `url`.
   */
  issuer?: string
  /** Where the app's route handler stands; `/api/doorward` if absent. */
  basePath?: string
  /** The page that people are sent to when they must sign in; `/sign-in` if absent. */
  signInPath?: string
  /** Milliseconds after which the service counts as down; 10,000 if absent. */
  timeout?: number
  /**
   * Passes `X-Forwarded-For` on to the service: `DOORWARD_TRUST_PROXY=true`. Only behind a proxy
   * that sets it, else anybody can choose the address that the service's throttles see.
   */
  trustProxy?: boolean
  /**
   * Lets the service be reached by http in a network that nobody else is in:
   * `DOORWARD_ALLOW_INSECURE_HTTP=true`.
   */
  allowHttp?: boolean
  /**
   * Lets scripts of the app's pages get access and refresh tokens through the app's handler. If
   * absent they can't: a script that should not be there would carry the sign-in away with it.
   */
  pageTokens?: boolean
  /** What is called in the place of the global `fetch`. */
  fetch?: typeof fetch
}

/** A configuration with nothing left open. */
export interface Settings {
  url: string
  issuer: string
  basePath: string
  signInPath: string
  timeout: number
  trustProxy: boolean
  pageTokens: boolean
  fetch: typeof fetch
}

// Looked up at each call: Next.js puts its own in the place of the first one.
const globalFetch: typeof fetch = (input, init) => globalThis.fetch(input, init)

const DEVELOPMENT_URL = 'http://127.0.0.1:8080'

function environment(name: string): string | undefined {
  const value = typeof process === 'undefined' ? undefined : process.env[name]
  return value || undefined
}

function serviceUrl(config: DoorwardConfig): string {
  const isProduction = environment('NODE_ENV') === 'production'
  const named = config.url ?? environment('DOORWARD_URL')
  const url = named ?? (isProduction ? undefined : DEVELOPMENT_URL)
  if (!url) throw new DoorwardUnavailable('DOORWARD_URL is not set: where is the service?')
  const allowHttp = config.allowHttp ?? environment('DOORWARD_ALLOW_INSECURE_HTTP') === 'true'
  try {
    return checkedUrl(url, allowHttp)
  } catch {
    throw new DoorwardUnavailable(
      'DOORWARD_URL must be an https address, or an http one of this machine',
    )
  }
}

/**
 * What a configuration says now. It is asked for at each request, so that one build runs in
 * several environments.
 *
 * Throws {@link DoorwardUnavailable} if the service's address is missing or not safe: what can't
 * be asked lets nobody in.
 */
export function settingsOf(config: DoorwardConfig = {}): Settings {
  const url = serviceUrl(config)
  const issuer = config.issuer ?? environment('DOORWARD_ISSUER') ?? new URL(url).origin
  return {
    url,
    issuer,
    ...pathsOf(config),
    timeout: config.timeout ?? 10_000,
    trustProxy: config.trustProxy ?? environment('DOORWARD_TRUST_PROXY') === 'true',
    pageTokens: config.pageTokens ?? false,
    fetch: config.fetch ?? globalFetch,
  }
}

/** Where things stand in the app itself; known without the service. */
export function pathsOf(config: DoorwardConfig): Pick<Settings, 'basePath' | 'signInPath'> {
  return {
    basePath: config.basePath ?? '/api/doorward',
    signInPath: config.signInPath ?? '/sign-in',
  }
}
