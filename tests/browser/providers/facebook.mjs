// As Facebook's Graph API answers: it wants a proof that a token came with the client's secret,
// tells the fields that are asked for, and never whether an address is verified.

import { createHmac } from "node:crypto";

import { fields, json, Stub } from "./stub.mjs";

const refuse = (response, message, code) =>
  json(response, { error: { message, type: "OAuthException", code, fbtrace_id: "A1" } }, 400);

export function facebook(base, ours) {
  const stub = new Stub("facebook", [`${ours}/sign-in/callback/facebook`]);

  async function token(request, response) {
    const form = await fields(request);
    if (!stub.isClient(form)) return refuse(response, "Error validating client secret.", 1);
    const agreed = stub.redeem(form);
    if (!agreed) return refuse(response, "This authorization code has been used.", 100);
    const access = stub.token(agreed.person);
    return json(response, { access_token: access, token_type: "bearer", expires_in: 5183944 });
  }

  function tell(request, response, query) {
    const { token: access, person } = stub.bearer(request);
    if (!person) return refuse(response, "Invalid OAuth access token.", 190);
    const proof = createHmac("sha256", stub.secret).update(access).digest("hex");
    if (query.appsecret_proof !== proof) {
      return refuse(response, "Invalid appsecret_proof provided in the API argument", 100);
    }
    const all = { id: String(person.number), name: person.name, email: person.email };
    const wanted = (query.fields ?? "id,name").split(",");
    return json(response, Object.fromEntries(wanted.map((name) => [name, all[name]])));
  }

  async function answer(request, response, { pathname, query }) {
    switch (`${request.method} ${pathname}`) {
      case "GET /v23.0/dialog/oauth":
        return stub.ask(response, query);
      case "POST /v23.0/dialog/oauth": {
        const form = await fields(request);
        return stub.lead(response, form, stub.decide(form));
      }
      case "POST /v23.0/oauth/access_token":
        return token(request, response);
      case "GET /v23.0/me":
        return tell(request, response, query);
      default:
        return refuse(response, "Unknown path components", 2500);
    }
  }

  const settings = {
    CLIENT_ID: stub.client,
    CLIENT_SECRET: stub.secret,
    AUTHORIZATION_URL: `${base}/v23.0/dialog/oauth`,
    TOKEN_URL: `${base}/v23.0/oauth/access_token`,
    USERINFO_URL: `${base}/v23.0/me?fields=id,name,email`,
  };
  return { answer, settings };
}
