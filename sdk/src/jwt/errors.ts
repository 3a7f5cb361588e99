/**
 * Why a token is not taken.
 *
 * - `token.invalid`: it is not one of this issuer for this audience, or its time is not now.
 * - `token.expired`: it was one, and its time is over.
 * - `token.revoked`: it was ended before its time.
 * - `token.proof_invalid`: it is bound to a key, and no proof of that key came with it.
 * - `token.undecided`: keys or revocations can't be had, so nothing is known of it. Answer 503.
 */
export type TokenErrorCode =
  | 'token.invalid'
  | 'token.expired'
  | 'token.revoked'
  | 'token.proof_invalid'
  | 'token.undecided'

/** A token that is not taken. Neither message nor cause repeats any part of it. */
export class TokenError extends Error {
  override readonly name = 'TokenError'

  constructor(readonly code: TokenErrorCode) {
    super(code)
  }
}
