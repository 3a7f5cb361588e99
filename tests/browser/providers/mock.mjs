// Two providers made of `oauth2-mock-server`: one like Microsoft, whose tenants have an issuer
// each, and a plain one that tells addresses at its userinfo endpoint alone. A page of ours asks
// first.

import { OAuth2Issuer, OAuth2Service } from "oauth2-mock-server";

import { person } from "./people.mjs";
import { fields, json, Stub } from "./stub.mjs";

const TENANT = "0a1b2c3d-1111-4222-8333-444455556666";

/** What an ID token of a tenant says. */
function tenantClaims(base, { email, isVerified, name, subject }) {
  const iss = `${base}/${TENANT}/v2.0`;
  const known = { iss, ver: "2.0", tid: TENANT, oid: `oid-${subject}`, sub: subject, name };
  return { ...known, email, preferred_username: email, xms_edov: isVerified };
}

async function mock(name, base, ours, { paths, claims, document }) {
  const stub = new Stub(name, [`${ours}/sign-in/callback/${name}`]);
  const issuer = new OAuth2Issuer();
  issuer.url = base;
  await issuer.keys.generate("RS256");
  const service = new OAuth2Service(issuer, paths);
  const agreed = new Map();

  service.on("beforeAuthorizeRedirect", ({ url }, { query }) => {
    agreed.set(url.searchParams.get("code"), person(query.login));
  });
  service.on("beforeTokenSigning", (token, { body }) => {
    const somebody = agreed.get(body.code);
    // The access token is told apart by having no audience.
    const told = token.payload.aud ? claims(base, somebody) : { sub: somebody.email };
    Object.assign(token.payload, told);
  });
  service.on("beforeResponse", (response, { body }) => {
    agreed.delete(body.code);
    if (stub.isClient(body)) return;
    Object.assign(response, { statusCode: 401, body: { error: "invalid_client" } });
  });
  service.on("beforeUserinfo", (response, request) => {
    const payload = request.headers.authorization.split(".")[1];
    const { email, isVerified, name: called, subject } =
      person(JSON.parse(Buffer.from(payload, "base64url")).sub);
    response.body = { sub: subject, email, email_verified: isVerified, name: called };
  });

  async function decide(request, response) {
    const { answer, ...form } = await fields(request);
    if (answer !== "yes" || !form.login) {
      return stub.lead(response, form, { error: "access_denied", state: form.state });
    }
    request.method = "GET";
    request.url = `${paths.authorize}?${new URLSearchParams(form)}`;
    return service.requestHandler(request, response);
  }

  async function answer(request, response, { pathname, query }) {
    if (document && pathname === paths.wellKnownDocument) return json(response, document);
    if (pathname !== paths.authorize) return service.requestHandler(request, response);
    return request.method === "POST" ? decide(request, response) : stub.ask(response, query);
  }

  return { answer, settings: { CLIENT_ID: stub.client, CLIENT_SECRET: stub.secret } };
}

export async function other(base, ours) {
  const paths = { wellKnownDocument: "/.well-known/openid-configuration", authorize: "/authorize" };
  const claims = (_, { subject }) => ({ sub: subject });
  const made = await mock("other", base, ours, { paths, claims });
  return { ...made, settings: { ...made.settings, ISSUER: base, TITLE: "Other" } };
}

export async function microsoft(base, ours) {
  const paths = {
    wellKnownDocument: "/common/v2.0/.well-known/openid-configuration",
    authorize: "/common/oauth2/v2.0/authorize",
    token: "/common/oauth2/v2.0/token",
    jwks: "/common/discovery/v2.0/keys",
    userinfo: "/oidc/userinfo",
  };
  const document = {
    issuer: `${base}/{tenantid}/v2.0`,
    authorization_endpoint: base + paths.authorize,
    token_endpoint: base + paths.token,
    jwks_uri: base + paths.jwks,
    userinfo_endpoint: base + paths.userinfo,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"],
    response_modes_supported: ["query", "fragment", "form_post"],
    response_types_supported: ["code", "id_token", "code id_token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  const made = await mock("microsoft", base, ours, { paths, claims: tenantClaims, document });
  return { ...made, settings: { ...made.settings, ISSUER: `${base}/common/v2.0` } };
}
