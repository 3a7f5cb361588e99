// A provider like Google, made of `oidc-provider`: its own pages to sign in and to agree, a session
// that is kept, addresses in the ID token, and its name in each answer (RFC 9207).

import { generateKeyPairSync, randomUUID } from "node:crypto";

import { Provider } from "oidc-provider";

import { person } from "./people.mjs";

export function google(base, ours) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const [id, secret] = ["client-google", "secret-of-google"];
  const provider = new Provider(base, {
    clients: [{
      client_id: id,
      client_secret: secret,
      redirect_uris: [`${ours}/sign-in/callback/google`],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    cookies: { keys: [randomUUID()] },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    ttl: { Grant: 600, Interaction: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_, email) => {
      const { subject, isVerified, name } = person(email);
      const claims = () => ({ sub: subject, email, email_verified: isVerified, name });
      return { accountId: email, claims };
    },
  });
  const settings = { CLIENT_ID: id, CLIENT_SECRET: secret, ISSUER: base };
  return { answer: provider.callback(), settings };
}
