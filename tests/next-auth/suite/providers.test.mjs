// What the package is told of the ways in, and the way through another service.

import assert from "node:assert/strict";

import { address } from "./people.mjs";
import { APP, client, says, walk } from "./visitor.mjs";

walk("getProviders tells of the ways in, each with its addresses", async (page) => {
  await page.goto("/tools");
  const entry = (id, name, type) => ({
    id,
    name,
    type,
    signinUrl: `${APP}/api/auth/signin/${id}`,
    callbackUrl: `${APP}/api/auth/callback/${id}`,
  });
  const { credentials, email, harbour, ...more } = await client(page, "getProviders");
  assert.deepEqual(credentials, entry("credentials", credentials.name, "credentials"));
  assert.deepEqual(email, entry("email", email.name, "email"));
  assert.deepEqual(harbour, entry("harbour", "Harbour", "oauth"));
  assert.deepEqual(more, {});
});

walk("somebody comes from another service, and is known again", async (page) => {
  const email = address("ann");
  const ids = [];
  for (let times = 0; times < 2; times += 1) {
    await page.goto("/login?callbackUrl=/tools");
    await page.click("text=Continue with Harbour");
    await page.fill('[name="login"]', email);
    await page.click("text=Continue as Ann");
    await page.waitForURL(`${APP}/tools`);
    await says(page, "#email", email);
    ids.push((await client(page, "getSession")).user.id);
    await client(page, "signOut", { redirect: false });
  }
  assert.equal(ids[0], ids[1]);
});

walk("nobody who comes back is led away from the app", async (page) => {
  for (const callbackUrl of ["https://evil.test/a", "//evil.test", "/\\evil.test"]) {
    await page.goto("/tools");
    await page.waitForFunction(() => window.client);
    await page.evaluate((url) => {
      window.client.signIn("harbour", { callbackUrl: url });
    }, callbackUrl);
    await page.fill('[name="login"]', address("ann"));
    await page.click("text=Continue as Ann");
    await page.waitForURL(`${APP}/`);
    await says(page, "#status", "authenticated");
  }
});

walk("who does not agree there is told so on the app's own page", async (page) => {
  await page.goto("/login?callbackUrl=/tools");
  await page.click("text=Continue with Harbour");
  await page.click("text=Not now");
  await page.waitForURL((url) => url.pathname === "/login");
  assert.ok(new URL(page.url()).searchParams.get("error"));
  await page.goto("/tools");
  await says(page, "#status", "unauthenticated");
});
