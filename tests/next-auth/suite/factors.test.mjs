// The second factor: an error code that the page acts on, as it would with a server of its own.

import assert from "node:assert/strict";

import { account, addApp, PASSWORD, totp } from "./people.mjs";
import { APP, client, GENERATION, says, send, walk } from "./visitor.mjs";

/** What the package says of a refused sign-in: its one word for it. */
const word = ({ error, code }) => (GENERATION === 4 ? error : code);

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
  const call = (fields) => client(page, "signIn", "credentials", { ...fields, redirect: false });
  const wrong = await call({ email, password: "another river of green tea", code: totp(secret) });
  assert.equal(wrong.error, "CredentialsSignin");
  assert.notEqual(word(wrong), "SecondFactorRequired");
  const code = await call({ email, code: totp(secret) });
  assert.ok(code.error);
  const asked = await call({ email, password: PASSWORD });
  assert.equal(word(asked), "SecondFactorRequired");
  assert.equal(asked.url, null);
  assert.equal(asked.ok, GENERATION === 5);
  assert.equal(await client(page, "getSession"), null);
  await says(page, "#status", "unauthenticated");
});
