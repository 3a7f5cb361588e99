import { createVerifier } from "doorward/jwt";

import { hello, refused } from "../../../lib/answer.js";

let verifier;

// Checks an access token by itself, and against the list of what has been ended.
export async function GET(request) {
  verifier ??= createVerifier({
    issuer: process.env.DOORWARD_URL,
    audience: process.env.DOORWARD_URL,
  });
  const [, token] = (request.headers.get("authorization") ?? "").split(" ");
  if (!token) return refused();
  const claims = await verifier.verify(token);
  return hello(claims.sub);
}
