// Another service that people come from, by OAuth 2.0.
//
//   harbour.mjs ORIGIN...        the addresses of the apps whose people come here
//
// Prints where it is, and ends with its standard input.

import { createServer } from "node:http";

import { fields, json, Stub } from "../../browser/providers/stub.mjs";

const places = process.argv.slice(2).map((origin) => `${origin}/api/auth/callback/harbour`);
const stub = new Stub("harbour", places);

async function token(request, response) {
  const form = await fields(request);
  const agreed = stub.isClient(form) && stub.redeem(form);
  if (!agreed) return json(response, { error: "invalid_grant" }, 400);
  return json(response, { access_token: stub.token(agreed.person), token_type: "bearer" });
}

function tell(request, response) {
  const { person } = stub.bearer(request);
  if (!person) return json(response, { error: "invalid_token" }, 401);
  const { subject: sub, email, isVerified, name } = person;
  return json(response, { sub, email, email_verified: isVerified, name });
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://harbour");
  const way = `${request.method} ${pathname}`;
  if (way === "GET /authorize") return stub.ask(response, Object.fromEntries(searchParams));
  if (way === "POST /authorize") {
    const form = await fields(request);
    return stub.lead(response, form, stub.decide(form));
  }
  if (way === "POST /token") return token(request, response);
  if (way === "GET /person") return tell(request, response);
  return json(response, {}, 404);
});

server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
