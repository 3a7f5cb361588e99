// What the stories share: people of the service, their browsers, and a way between app and service
// that can be looked at and cut.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import http from "node:http";
import { join } from "node:path";
import { test } from "node:test";

import { address, look, PASSWORD, PROFILES, totp, visitor } from "../browser/browser.mjs";

export {
  address, at, PASSWORD, sees, totp,
} from "../browser/browser.mjs";

/** The app, the same app behind the relay, and the service, which browsers never see. */
export const { ORIGIN, APP: RELAYED, SERVICE, AUDIENCE, SECRET, APP_FOLDER } = process.env;
/** Before this version of Next.js, the proxy is a middleware on the Edge runtime. */
export const IS_EDGE = Number(process.env.NEXT_MAJOR) < 16;
export const ADMIN = "admin@example.test";
export const ADMIN_PASSWORD = "a ferry of seven quiet lanterns";
export const MODERATE = "app:notes:moderate";
export const [DESKTOP, PHONE] = PROFILES.map(({ options }) => options);

/**
 * One story. `run` gets a page, and a way to get pages of further browsers. Whatever they write
 * into the console, but for what is `borne`, is a fault.
 */
export function story(name, run, { timeout = 60_000, options = DESKTOP, borne = /^$/ } = {}) {
  test(name, { timeout }, async () => {
    const visitors = [];
    const another = async (more = {}) => {
      const made = await visitor({ ...options, ...more });
      visitors.push(made);
      return made.page;
    };
    try {
      await run(await another(), { another });
      for (const { faults } of visitors) {
        assert.deepEqual(faults.filter((fault) => !borne.test(fault)), []);
      }
    } finally {
      await Promise.all(visitors.map(({ context }) => context.close()));
    }
  });
}

/** Calls the service itself, as no browser does. Answers status, body and the session's cookie. */
export async function service(path, { body, cookie, method = body ? "POST" : "GET" } = {}) {
  const headers = {};
  if (body) headers["content-type"] = "application/json";
  if (cookie) headers.cookie = `doorward=${cookie}`;
  const response = await fetch(SERVICE + path, {
    method, headers, ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const lines = response.headers.getSetCookie().map((line) => line.split(";")[0]);
  const set = lines.find((line) => line.startsWith("doorward="))?.slice("doorward=".length);
  return { status: response.status, data: text ? JSON.parse(text) : null, cookie: set };
}

/** Signs in at the service; the session's cookie. */
export async function session(email, password = PASSWORD) {
  const body = { email, password };
  const answer = await service("/v1/auth/sign-in", { body });
  assert.equal(answer.data.status, "signed_in", JSON.stringify(answer.data));
  return answer.cookie;
}

let administrator;

/** The cookie of an administrator, who has just signed in. */
export function admin() {
  administrator ??= session(ADMIN, ADMIN_PASSWORD);
  return administrator;
}

/** Somebody with an account: address, id and the cookie of a session. */
export async function person(name = "uma") {
  const email = address(name);
  const body = { email, password: PASSWORD, name: `${name} Example` };
  const { status } = await service("/v1/auth/sign-up", { body });
  assert.equal(status, 202);
  const cookie = await session(email);
  const { data } = await service("/v1/me", { cookie });
  return { email, id: data.id, cookie };
}

/** Makes it long ago that somebody proved who they are, for every session that they have. */
export async function longAgo({ id }, seconds = 3600) {
  const words = [join(import.meta.dirname, "past.py"), process.env.DATABASE, id, String(seconds)];
  execFileSync("python3", words);
  // The service may remember for a second what it has just read.
  await new Promise((done) => setTimeout(done, 1000));
}

/** Grants somebody the role of a moderator, which is made if nobody has yet. */
export async function makeModerator({ id }) {
  const cookie = await admin();
  await service("/v1/permissions", { cookie, body: { name: MODERATE } });
  const role = { name: "moderator", permissions: [MODERATE] };
  await service("/v1/roles", { cookie, body: role });
  const { data } = await service("/v1/roles?limit=200", { cookie });
  const { id: role_id } = data.items.find(({ name }) => name === role.name);
  const { status } = await service(`/v1/users/${id}/grants`, { cookie, body: { role_id } });
  assert.equal(status, 201);
}

/** Sets up an authenticator app for somebody; its secret. Their session has another cookie then. */
export async function setUpTotp(somebody) {
  const { cookie } = somebody;
  const begun = await service("/v1/me/factors/totp", { cookie, body: { name: "Phone" } });
  const { id, secret } = begun.data;
  // Each step counts once, so the first code is that of the step before.
  const path = `/v1/me/factors/totp/${id}/confirm`;
  const done = await service(path, { cookie, body: { code: totp(secret, -30) } });
  assert.equal(done.status, 200, JSON.stringify(done.data));
  somebody.cookie = done.cookie;
  return secret;
}

/** Puts a session into a page's browser, as if its owner had signed in there. */
export async function carry(page, { cookie }) {
  const url = ORIGIN;
  await page.context().addCookies([{ name: "doorward", value: cookie, url, httpOnly: true }]);
}

/** Somebody new, signed in in the page's browser. */
export async function signedIn(page, name) {
  const made = await person(name);
  await carry(page, made);
  return made;
}

/** A call of the app's API as its pages make it: same origin, with the page's cookies. */
export function call(page, path, { method = "GET", body } = {}) {
  return page.evaluate(
    async ([url, init]) => {
      const response = await fetch(url, init);
      const type = response.headers.get("content-type") ?? "";
      const data = type.includes("json") ? await response.json() : await response.text();
      return { status: response.status, type, data };
    },
    [path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    }],
  );
}

/** That an answer is a problem with this status and code. */
export function isProblem({ status, type, data }, wanted, code) {
  assert.equal(status, wanted, JSON.stringify(data));
  assert.match(type, /^application\/problem\+json/);
  assert.equal(data.status, wanted);
  assert.equal(data.code, code);
  assert.ok(data.title && data.detail && data.type, JSON.stringify(data));
}

/** A call of the app's API by a program, which has a cookie or a token and no page. */
export async function program(path, { cookie, headers = {}, origin = ORIGIN, ...init } = {}) {
  const sent = { ...headers, ...(cookie && { cookie: `doorward=${cookie}` }) };
  const response = await fetch(origin + path, { redirect: "manual", headers: sent, ...init });
  const type = response.headers.get("content-type") ?? "";
  const text = await response.text();
  const data = type.includes("json") ? JSON.parse(text) : text;
  return { status: response.status, type, data, headers: response.headers };
}

/** Writes a note on the page /notes. */
export async function write(page, title, body = "") {
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Note", { exact: true }).fill(body);
  await page.getByRole("button", { name: "Add the note" }).click();
}

/** Waits for a text to be seen. */
export async function appears(page, text) {
  await page.getByText(text).filter({ visible: true }).first().waitFor();
}

/** Waits until the page is the one at this path. */
export function arrives(page, path) {
  return page.waitForURL(({ pathname }) => pathname === path);
}

/** Looks at a page as somebody would who hears it, and takes its picture where they are wanted. */
export async function show(page, name) {
  // The header is there as soon as it is known who is signed in; the pages router has none.
  const known = page.locator(".who :is(a, button)").or(page.locator("body:not(:has(header))"));
  await known.first().waitFor();
  await look(page);
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  const isPhone = page.viewportSize().width < 500;
  await page.emulateMedia({ colorScheme: isPhone ? "dark" : "light" });
  const path = join(folder, `${name}-${isPhone ? "phone" : "desktop"}.png`);
  await page.screenshot({ path, fullPage: true });
}

/** What stands between the second app and the service. */
export class Relay {
  /** What was asked of the service, such as `POST /v1/auth/token`. */
  asked = [];
  /** What is answered half a second later than the service does. */
  slow = "";
  #server;
  #how;

  /** Lets everything through. */
  async open() {
    this.#how = "open";
    if (this.#server) return;
    this.#server = http.createServer((request, response) => this.#pass(request, response));
    this.#server.keepAliveTimeout = 60_000;
    await new Promise((done) => this.#server.listen(Number(process.env.RELAY), "127.0.0.1", done));
  }

  /** Nobody listens any more. */
  async close() {
    this.#server?.closeAllConnections();
    await new Promise((done) => (this.#server ? this.#server.close(done) : done()));
    this.#server = undefined;
  }

  /** From here on everything is taken and nothing answered. */
  hang() {
    this.#how = "hang";
  }

  /** From here on everything is answered like this. */
  answer(status, body) {
    this.#how = { status, body };
  }

  /** How often the service was asked this since `forget`. */
  count(what) {
    return this.asked.filter((each) => each === what).length;
  }

  forget() {
    this.asked = [];
  }

  #pass(request, response) {
    const what = `${request.method} ${request.url.split("?")[0]}`;
    this.asked.push(what);
    if (this.#how === "hang") return;
    if (this.#how !== "open") {
      response.writeHead(this.#how.status, { "content-type": "text/html" });
      response.end(this.#how.body);
      return;
    }
    const { hostname, port } = new URL(SERVICE);
    const onward = http.request(
      { hostname, port, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.rawHeaders);
        setTimeout(() => answer.pipe(response), what === this.slow ? 500 : 0);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }
}
