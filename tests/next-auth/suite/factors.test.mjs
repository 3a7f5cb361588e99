// The second factor: an error code that the page acts on, as it would with a server of its own.

import assert from "node:assert/strict";

import { account, addApp, addMailStep, mailTo, PASSWORD, totp } from "./people.mjs";
import { APP, client, GENERATION, says, send, walk } from "./visitor.mjs";

/** What the package says of a refused sign-in: its one word for it. */
const word = ({ error, code }) => (GENERATION === 4 ? error : code);

const call = (page, fields) =>
  client(page, "signIn", "credentials", { ...fields, redirect: false });

walk("the page asks for the second factor when it is told to", async (page) => {
  const email = await account();
  const secret = await addApp(email);
  await page.goto("/login?callbackUrl=/members");
  await send(page, "credentials", { email, password: PASSWORD });
  await page.waitForSelector('[name="code"]');
  // Until then nobody is signed in.
  const refused = await page.request.get("/api/hello");
  assert.equal(refused.status(), 401);
  await send(page, "credentials", { code: "000000" });
  await says(page, '[role="alert"]', "This code is wrong, used or too old.");
  await send(page, "credentials", { code: totp(secret) });
  await page.waitForURL(`${APP}/members`);
  await says(page, "#welcome", "Welcome, Uma Example");
});

walk("the password is asked before the second factor", async (page) => {
  const email = await account();
  const secret = await addApp(email);
  await page.goto("/tools");
  const guess = { email, password: "another river of green tea", code: totp(secret) };
  const wrong = await call(page, guess);
  assert.equal(wrong.error, "CredentialsSignin");
  assert.notEqual(word(wrong), "SecondFactorRequired");
  const code = await call(page, { email, code: totp(secret) });
  assert.ok(code.error);
  const asked = await call(page, { email, password: PASSWORD });
  assert.equal(word(asked), "SecondFactorRequired");
  assert.equal(asked.url, null);
  assert.equal(asked.ok, GENERATION === 5);
  assert.equal(await client(page, "getSession"), null);
  await says(page, "#status", "unauthenticated");
});

walk("a code can be mailed, and be sent without the password", async (page, { elsewhere }) => {
  const email = await account();
  await addMailStep(email);
  await page.goto("/tools");
  assert.equal(word(await call(page, { email, password: PASSWORD })), "SecondFactorRequired");
  assert.equal(word(await call(page, { method: "email" })), "SecondFactorRequired");
  const { code } = await mailTo(email, "mailed_factor");
  // The sign-in goes on where it was begun, and nowhere else.
  const other = await elsewhere();
  await other.goto("/tools");
  assert.ok((await call(other, { method: "email", code })).error);
  const done = await call(page, { method: "email", code });
  assert.ok(done.ok && !done.error);
  await says(page, "#email", email);
});

walk("who guesses too often has to wait", async (page) => {
  const email = await account();
  await page.goto("/tools");
  const words = [];
  for (let tries = 0; tries < 11; tries += 1) {
    words.push(word(await call(page, { email, password: "another river of green tea" })));
  }
  assert.equal(words.at(-1), "RateLimited");
  assert.equal(new Set(words).size, 2);
});
