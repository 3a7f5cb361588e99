/**
 * Checks Doorward's access tokens without asking for each: signature, issuer, audience, time, and
 * whether they were ended before it. Needs `fetch` and Web Crypto only, so it runs at the edge.
 *
 * @module
 */
export type { AccessTokenClaims } from './claims.js'
export type { DpopProof } from './dpop.js'
export { TokenError, type TokenErrorCode } from './errors.js'
export type { Fetch } from './fetching.js'
export {
  createVerifier,
  type Verifier,
  type VerifierOptions,
  type VerifyOptions,
  verifyAccessToken,
} from './verifier.js'
