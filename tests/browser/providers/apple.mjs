// As Apple answers: by a form that its page posts, with the name beside the first sign-in alone,
// and a boolean written as text. Its client signs a secret for each request.

import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";

import { fields, hidden, json, page, Stub } from "./stub.mjs";

const TEAM = "TEAM123456";
const KEY = "KEY1234567";
/** Seconds of six months, for which a secret is good at most. */
const LONGEST = 15_777_000;

const now = () => Math.floor(Date.now() / 1000);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (text) => JSON.parse(Buffer.from(text, "base64url"));

/** Whether a client secret is what Apple's documents ask for. */
function isSigned(secret, key, audience, client) {
  const [head, claims, signature] = (secret ?? "").split(".");
  if (!signature) return false;
  const { alg, kid } = decode(head);
  const { iss, aud, sub, iat, exp } = decode(claims);
  const bytes = Buffer.from(signature, "base64url");
  const signed = Buffer.from(`${head}.${claims}`);
  return alg === "ES256" && kid === KEY && iss === TEAM && aud === audience && sub === client
    && iat <= now() + 60 && exp > now() && exp - now() < LONGEST
    && verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, bytes);
}

export function apple(base, ours) {
  const stub = new Stub("apple", [`${ours}/sign-in/callback/apple`]);
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const client = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const known = new Set();

  const document = {
    issuer: base,
    authorization_endpoint: `${base}/auth/authorize`,
    token_endpoint: `${base}/auth/token`,
    revocation_endpoint: `${base}/auth/revoke`,
    jwks_uri: `${base}/auth/keys`,
    response_types_supported: ["code"],
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "email", "name"],
    token_endpoint_auth_methods_supported: ["client_secret_post"],
    claims_supported: ["aud", "email", "email_verified", "exp", "iat", "iss", "sub", "nonce"],
  };

  function idToken({ query, person }) {
    const head = encode({ kid: "apple-1", alg: "RS256" });
    const claims = encode({
      iss: base,
      aud: stub.client,
      iat: now(),
      exp: now() + 86_400,
      sub: `001234.${person.subject}.0987`,
      nonce: query.nonce,
      nonce_supported: true,
      email: person.email,
      email_verified: String(person.isVerified),
      is_private_email: "false",
      auth_time: now(),
    });
    const signature = sign("sha256", Buffer.from(`${head}.${claims}`), own.privateKey);
    return `${head}.${claims}.${signature.toString("base64url")}`;
  }

  async function decide(request, response) {
    const form = await fields(request);
    const decided = stub.decide(form);
    if (decided.error) decided.error = "user_cancelled_authorize";
    else if (!known.has(form.login)) {
      known.add(form.login);
      const name = { firstName: "Ann", lastName: "Example" };
      decided.user = JSON.stringify({ name, email: form.login });
    }
    page(response, "Back to the app", `
<form method="post" action="${form.redirect_uri}">${hidden(decided)}
<noscript><button>Go back</button></noscript></form><script>document.forms[0].submit()</script>`);
  }

  async function token(request, response) {
    const form = await fields(request);
    const key = createPublicKey(client.privateKey);
    if (form.client_id !== stub.client || !isSigned(form.client_secret, key, base, stub.client)) {
      return json(response, { error: "invalid_client" }, 400);
    }
    const agreed = stub.redeem(form);
    if (!agreed) return json(response, { error: "invalid_grant" }, 400);
    return json(response, {
      access_token: stub.token(agreed.person),
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: stub.token(agreed.person),
      id_token: idToken(agreed),
    });
  }

  async function answer(request, response, { pathname, query }) {
    switch (`${request.method} ${pathname}`) {
      case "GET /.well-known/openid-configuration":
        return json(response, document);
      case "GET /auth/keys": {
        const key = own.publicKey.export({ format: "jwk" });
        return json(response, { keys: [{ ...key, kid: "apple-1", use: "sig", alg: "RS256" }] });
      }
      case "GET /auth/authorize":
        if (query.response_mode !== "form_post") {
          return page(response, "response_mode must be form_post", "", 400);
        }
        return stub.ask(response, query);
      case "POST /auth/authorize":
        return decide(request, response);
      case "POST /auth/token":
        return token(request, response);
      default:
        return json(response, { error: "not_found" }, 404);
    }
  }

  const settings = {
    CLIENT_ID: stub.client,
    ISSUER: base,
    TEAM_ID: TEAM,
    KEY_ID: KEY,
    PRIVATE_KEY: client.privateKey.export({ type: "pkcs8", format: "pem" }),
  };
  return { answer, settings };
}
