/**
 * Guards an API of Express, Connect or plain Node.js: by an access token, which is checked here,
 * or by the session cookie, for which the service is asked.
 *
 * @module
 */
export {
  type Auth,
  authOf,
  createGuard,
  type Guard,
  type GuardOptions,
  type Needs,
  type Next,
} from './guard.js'
