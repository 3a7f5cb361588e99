// The hosted pages beside the app's own: where Doorward's mails lead, and where accounts are kept.

import assert from "node:assert/strict";

import { account, mailTo } from "./people.mjs";
import { APP, at, client, says, send, signIn, walk } from "./visitor.mjs";

const OTHER = "seven grey herons over the bay";

walk("a mailed link opens the hosted page, and the session tells of it", async (page) => {
  const email = await account();
  await signIn(page, email, { to: "/tools" });
  assert.equal((await client(page, "getSession")).user.emailVerified, false);
  const { link } = await mailTo(email, "verify_email");
  assert.equal(new URL(link).origin, APP);
  await page.goto(link);
  await page.click("main button");
  await page.waitForLoadState();
  await page.goto("/tools");
  assert.equal((await client(page, "getSession")).user.emailVerified, true);
});

walk("a forgotten password is set anew, and good on the app's own page", async (page) => {
  const email = await account();
  await page.goto("/forgot");
  await page.fill('[name="email"]', email);
  await page.click("main button");
  await page.goto((await mailTo(email, "reset_password")).link);
  await page.fill('[name="password"]', OTHER);
  await page.click("main button");
  await page.waitForURL((url) => url.pathname === "/sign-in");
  await signIn(page, email, { password: OTHER });
  await says(page, "#email", email);
});

walk("one session is good for the app and for the account page", async (page) => {
  const email = await account();
  await signIn(page, email);
  await page.goto("/account");
  at(page, "/account");
  assert.match(await page.innerText("main"), new RegExp(email));
  const color = () => getComputedStyle(document.body).backgroundColor;
  assert.notEqual(await page.evaluate(color), "rgba(0, 0, 0, 0)");
  await page.goto("/sign-out");
  await page.click("main button");
  await page.waitForLoadState();
  await page.goto("/");
  await says(page, "#status", "unauthenticated");
});

walk("who has no account makes one on the hosted page", async (page) => {
  const email = `new.${Date.now()}@example.test`;
  await page.goto("/sign-up");
  for (const [name, value] of Object.entries({ name: "New Person", email, password: OTHER })) {
    await page.fill(`[name="${name}"]`, value);
  }
  await page.click('main button:has-text("Create account")');
  await page.goto("/login");
  await send(page, "credentials", { email, password: OTHER });
  await page.waitForURL(`${APP}/`);
  await says(page, "#name", "New Person");
});
