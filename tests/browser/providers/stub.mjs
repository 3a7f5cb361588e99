// What the providers that are written here have in common: a page that asks, codes that count once
// and for their verifier alone, tokens. They take nothing that RFC 6749 and RFC 7636 would not.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";

import { person } from "./people.mjs";

const escape = (text) => text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);

/** A page. */
export function page(response, title, body, status = 200) {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<h1>${escape(title)}</h1>${body}</html>`);
}

/** Fields that nobody fills in. */
export function hidden(fields) {
  const one = ([name, value]) =>
    `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`;
  return Object.entries(fields).map(one).join("");
}

export function json(response, body, status = 200) {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

/** The fields of a form that was sent. */
export async function fields(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return Object.fromEntries(new URLSearchParams(text));
}

/** One provider, as it knows one client. */
export class Stub {
  #agreed = new Map();
  #tokens = new Map();

  /** `redirects` are the addresses that the client has registered. */
  constructor(name, redirects) {
    this.name = name;
    this.redirects = redirects;
    this.client = `client-${name}`;
    this.secret = `secret-of-${name}`;
  }

  /** Whether somebody may be sent here with this. */
  refuses(query) {
    if (query.client_id !== this.client) return "no such client";
    if (!this.redirects.includes(query.redirect_uri)) return "no such redirect_uri";
    if (query.response_type !== "code") return "no such response_type";
    if (query.code_challenge_method !== "S256" || !query.code_challenge) return "no challenge";
    return query.state ? null : "no state";
  }

  /** The page that asks whether one agrees. `action` is where its form goes. */
  ask(response, query, action = "") {
    const wrong = this.refuses(query);
    if (wrong) return page(response, `Wrong: ${wrong}`, "", 400);
    return page(response, `Sign in at ${this.name}`, `
<form method="post" action="${action}">${hidden(query)}
<label>Address <input name="login"></label>
<button name="answer" value="yes">Continue as Ann</button>
<button name="answer" value="no">Not now</button></form>`);
  }

  /** What the client gets to know of an answer on that page. */
  decide({ login, answer, ...query }) {
    assert.equal(this.refuses(query), null);
    if (answer !== "yes" || !login) return { error: "access_denied", state: query.state };
    const code = randomUUID();
    this.#agreed.set(code, { query, person: person(login) });
    return { code, state: query.state };
  }

  /** Leads back with what was decided. */
  lead(response, { redirect_uri: place }, decided) {
    response.writeHead(303, { location: `${place}?${new URLSearchParams(decided)}` });
    response.end();
  }

  /** Who agreed to this code, once. */
  redeem(form) {
    const agreed = this.#agreed.get(form.code);
    this.#agreed.delete(form.code);
    if (!agreed || form.grant_type !== "authorization_code") return null;
    const challenge = createHash("sha256").update(form.code_verifier ?? "").digest("base64url");
    const { query } = agreed;
    const fits = challenge === query.code_challenge && form.redirect_uri === query.redirect_uri;
    return fits ? agreed : null;
  }

  /** A token that tells of somebody. */
  token(somebody) {
    const token = randomUUID();
    this.#tokens.set(token, somebody);
    return token;
  }

  /** Whom the request's token tells of. */
  bearer(request) {
    const [kind, token] = (request.headers.authorization ?? "").split(" ");
    return kind === "Bearer" ? { token, person: this.#tokens.get(token) } : {};
  }

  isClient(form) {
    return form.client_id === this.client && form.client_secret === this.secret;
  }
}
