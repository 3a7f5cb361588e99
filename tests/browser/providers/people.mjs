// Who people are at the providers: whatever address somebody signs in with there is theirs. One
// that begins with `unsure.` is not verified.

import { createHash } from "node:crypto";

/** The person who signs in with this address. */
export function person(email) {
  const hash = createHash("sha256").update(email).digest("hex");
  return {
    email,
    name: "Ann Example",
    isVerified: !email.startsWith("unsure."),
    subject: hash.slice(0, 32),
    /** Where people are counted. */
    number: Number.parseInt(hash.slice(0, 8), 16) + 1,
  };
}
