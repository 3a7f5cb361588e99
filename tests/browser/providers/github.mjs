// As GitHub answers: refusals with the status 200, a form unless JSON is asked for, nothing without
// a `User-Agent`, and the addresses in a list of their own.

import { fields, json, Stub } from "./stub.mjs";

export function github(base, ours) {
  // A second client leads here, whose tokens come from where nobody is.
  const redirects = ["github", "later"].map((name) => `${ours}/sign-in/callback/${name}`);
  const stub = new Stub("github", redirects);

  async function token(request, response) {
    const form = await fields(request);
    const agreed = stub.isClient(form) && stub.redeem(form);
    const error = stub.isClient(form) ? "bad_verification_code" : "incorrect_client_credentials";
    const granted = { scope: "read:user,user:email", token_type: "bearer" };
    const body = agreed
      ? { access_token: stub.token(agreed.person), ...granted }
      : { error, error_description: "The code or the client is not right." };
    if (request.headers.accept?.includes("application/json")) return json(response, body);
    response.writeHead(200, { "content-type": "application/x-www-form-urlencoded" });
    return response.end(new URLSearchParams(body).toString());
  }

  function tell(request, response, what) {
    if (!request.headers["user-agent"]) return json(response, { message: "no User-Agent" }, 403);
    const { person } = stub.bearer(request);
    if (!person) return json(response, { message: "Bad credentials", status: "401" }, 401);
    const { email, isVerified: verified, name, number } = person;
    if (what === "/user") {
      return json(response, { login: "ann", id: number, type: "User", name, email: null });
    }
    return json(response, [
      { email: "ann@users.noreply.example", primary: false, verified: true, visibility: null },
      { email, primary: true, verified, visibility: "private" },
    ]);
  }

  async function answer(request, response, { pathname, query }) {
    switch (`${request.method} ${pathname}`) {
      case "GET /login/oauth/authorize":
        return stub.ask(response, query);
      case "POST /login/oauth/authorize": {
        const form = await fields(request);
        return stub.lead(response, form, stub.decide(form));
      }
      case "POST /login/oauth/access_token":
        return token(request, response);
      case "GET /user":
      case "GET /user/emails":
        return tell(request, response, pathname);
      default:
        return json(response, { message: "Not Found" }, 404);
    }
  }

  const settings = {
    CLIENT_ID: stub.client,
    CLIENT_SECRET: stub.secret,
    AUTHORIZATION_URL: `${base}/login/oauth/authorize`,
    TOKEN_URL: `${base}/login/oauth/access_token`,
    USERINFO_URL: `${base}/user`,
    EMAILS_URL: `${base}/user/emails`,
  };
  return { answer, settings };
}
