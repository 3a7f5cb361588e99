// What the tests do behind the app's back: accounts, factors, mails and ends of sessions, by
// Doorward's own API.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

const { DOORWARD } = process.env;
export const PASSWORD = "a river of green tea";

let count = 0;

/** An address that nobody has. */
export function address(name = "uma") {
  count += 1;
  return `${name}.${process.pid}.${count}@example.test`;
}

/** One call of the API. Answers the JSON and the cookie that was set. */
async function call(method, path, { body, cookie } = {}) {
  const response = await fetch(DOORWARD + path, {
    method,
    headers: { "content-type": "application/json", ...(cookie && { cookie }) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text}`);
  const [set] = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  return { answer: text && JSON.parse(text), cookie: set ?? cookie };
}

/** A new account, with no session in any browser. */
export async function account(name = "Uma Example") {
  const email = address();
  await call("POST", "/v1/auth/sign-up", { body: { name, email, password: PASSWORD } });
  return email;
}

/** Signs in beside the browser. Answers the cookie. */
async function signIn(email) {
  const { cookie } = await call("POST", "/v1/auth/sign-in", {
    body: { email, password: PASSWORD },
  });
  return cookie;
}

/** Ends every session of the account but the one that does it. */
export async function endSessions(email) {
  await call("DELETE", "/v1/me/sessions", { cookie: await signIn(email) });
}

/** The account verifies its address. */
export async function verify(email) {
  const { code } = await mailTo(email, "verify_email");
  await call("POST", "/v1/auth/verify-email/code", { body: { email, code } });
}

/** The latest mail of a kind to an address. */
export async function mailTo(email, kind) {
  for (let tries = 0; tries < 100; tries += 1) {
    const { answer } = await call("GET", `/dev/mail.json?to=${encodeURIComponent(email)}`);
    const found = answer.items.find((mail) => mail.kind === kind);
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  return assert.fail(`no mail of the kind ${kind} came to ${email}`);
}

/** Sets up an authenticator app. Answers its secret. */
export async function addApp(email) {
  const cookie = await signIn(email);
  const made = await call("POST", "/v1/me/factors/totp", { cookie, body: { name: "Phone" } });
  const { id, secret } = made.answer;
  // Each step counts once, so the first code is that of the step before.
  const body = { code: totp(secret, -1) };
  await call("POST", `/v1/me/factors/totp/${id}/confirm`, { cookie, body });
  return secret;
}

/** Has a code mailed as the second step of each sign-in. */
export async function addMailStep(email) {
  await verify(email);
  const cookie = await signIn(email);
  await call("POST", "/v1/me/factors/email", { cookie, body: { enabled: true } });
}

/** The code of an authenticator app (RFC 6238), so many steps from now. */
export function totp(secret, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
