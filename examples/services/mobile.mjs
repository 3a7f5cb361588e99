// What a mobile app keeps of a sign-in: a refresh token in the system's key store, an access token
// in memory. `fetch` is the platform's own, which keeps the session's cookie while signing in.

// [snippet: mobile]
import { createClient, unwrap } from 'doorward'

export class Account {
  #service
  #audience
  #keys
  #access
  #renewal

  /** `audience` is the API; `keys` the system's key store: `get()`, `set(text)`, `remove()`. */
  constructor({ service, audience, keys, fetch }) {
    this.#service = createClient({ baseUrl: service, ...(fetch && { fetch }) })
    this.#audience = audience
    this.#keys = keys
  }

  /** Null once somebody is signed in; else what the second step needs. */
  async signIn(email, password) {
    const body = { email, password }
    return this.#enter(await unwrap(this.#service.signInWithPassword({ body })))
  }

  async giveSecondFactor({ token }, method, code) {
    const body = { token, method, code }
    return this.#enter(await unwrap(this.#service.giveSecondFactor({ body })))
  }

  async #enter(answer) {
    if (answer.second_factor) return answer.second_factor
    const body = { audience: this.#audience }
    await this.#keep(await unwrap(this.#service.createToken({ body })))
    return null
  }

  /** An access token that still counts, or null for who has to sign in. */
  async token() {
    if (this.#access && this.#access.until > Date.now()) return this.#access.token
    // A refresh token is good once: whoever asks at the same time waits for the same answer.
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  async #renew() {
    const refreshToken = await this.#keys.get()
    if (!refreshToken) return null
    const body = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const { data, error } = await this.#service.createOauthToken({ body })
    if (data) return this.#keep(data)
    // Only an answer ends the sign-in; who is offline for a while stays signed in.
    if (error.code !== 'oauth.invalid_grant') throw new Error(error.title)
    await this.#keys.remove()
    return null
  }

  async #keep({ access_token: token, expires_in: seconds, refresh_token: refreshToken }) {
    await this.#keys.set(refreshToken)
    this.#access = { token, until: Date.now() + (seconds - 30) * 1000 }
    return token
  }

  async signOut() {
    const token = await this.token()
    if (token) await this.#service.signOut({ headers: { Authorization: `Bearer ${token}` } })
    this.#access = undefined
    await this.#keys.remove()
  }
}
// [/snippet]
