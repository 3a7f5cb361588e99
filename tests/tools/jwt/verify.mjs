// Checks tokens with `jose` as an API would: by the published key set, kept for the life of this
// process. Reads a line of JSON for each token ({token, audience}), answers with the claims or with
// the code of the refusal.
import { createInterface } from "node:readline";
import { createRemoteJWKSet, jwtVerify } from "jose";

const origin = process.argv[2];
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", origin), {
  cooldownDuration: 0,
  cacheMaxAge: 300_000,
});

for await (const line of createInterface({ input: process.stdin })) {
  const { token, audience, typ } = JSON.parse(line);
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: origin,
      audience: audience ?? undefined,
      algorithms: ["ES256"],
      typ: typ ?? "at+jwt",
      requiredClaims: ["iat", "exp"],
    });
    console.log(JSON.stringify({ payload }));
  } catch (error) {
    console.log(JSON.stringify({ code: error.code ?? String(error) }));
  }
}
