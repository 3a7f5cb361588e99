// Signing in with e-mail and password on the app's own page, and signing out.

import assert from "node:assert/strict";

import { account, PASSWORD } from "./people.mjs";
import { APP, at, client, GENERATION, says, send, signIn, walk } from "./visitor.mjs";

const WRONG = "another river of green tea";

walk("a person signs in and out on the app's own page", async (page) => {
  const email = await account();
  await page.goto("/");
  await says(page, "#status", "unauthenticated");
  await says(page, "#seen", "loading unauthenticated");
  // Without a name of a provider, the package asks its server for the sign-in page.
  await page.click("text=Sign in");
  await page.waitForURL("**/login?**");
  assert.equal(new URL(page.url()).searchParams.get("callbackUrl"), `${APP}/`);
  await send(page, "credentials", { email, password: PASSWORD });
  await page.waitForURL(`${APP}/`);
  await says(page, "#status", "authenticated");
  await says(page, "#name", "Uma Example");
  await says(page, "#email", email);
  await page.reload();
  await says(page, "#seen", "loading authenticated");
  await page.click("text=Sign out");
  await page.waitForURL(`${APP}/?left`);
  await says(page, "#seen", "loading unauthenticated");
  await page.goBack();
  await says(page, "#status", "unauthenticated");
});

walk("a wrong password is told of, and the right one works after it", async (page) => {
  const email = await account();
  await page.goto("/login");
  await send(page, "credentials", { email, password: WRONG });
  await says(page, '[role="alert"]', "E-mail and password don't match.");
  at(page, "/login");
  await send(page, "credentials", { email, password: PASSWORD });
  await page.waitForURL(`${APP}/`);
  await says(page, "#status", "authenticated");
});

walk("the answers of signIn are those of the package's own server", async (page) => {
  const email = await account();
  await page.goto("/tools");
  const fields = { email, redirect: false, callbackUrl: "/members" };
  const told = GENERATION === 4
    ? { error: "CredentialsSignin", status: 401, ok: false, url: null }
    : { error: "CredentialsSignin", code: "credentials", status: 200, ok: true, url: null };
  for (const wrong of [{ email }, { email: "nobody@example.test" }]) {
    const refused = await client(page, "signIn", "credentials", {
      ...fields, ...wrong, password: WRONG,
    });
    assert.deepEqual(refused, told);
  }
  assert.equal(await page.textContent("#status"), "unauthenticated");
  const right = await client(page, "signIn", "credentials", { ...fields, password: PASSWORD });
  const url = `${APP}/members`;
  if (GENERATION === 4) assert.deepEqual(right, { error: null, status: 200, ok: true, url });
  else {
    const none = undefined;
    assert.deepEqual(right, { error: none, code: none, status: 200, ok: true, url });
  }
  await says(page, "#seen", "loading unauthenticated authenticated");
});

walk("with redirect, a wrong password leads to the sign-in page, a right one on", async (page) => {
  const email = await account();
  await page.goto("/tools");
  const call = async (password, url) => {
    await page.waitForFunction(() => window.client);
    await page.evaluate((fields) => {
      window.client.signIn("credentials", { ...fields, callbackUrl: "/members" });
    }, { email, password });
    await page.waitForURL(url);
  };
  await call(WRONG, (url) => url.pathname === "/login");
  assert.equal(new URL(page.url()).searchParams.get("error"), "CredentialsSignin");
  await says(page, '[role="alert"]', "E-mail and password don't match.");
  await page.goto("/tools");
  await call(PASSWORD, `${APP}/members`);
  await says(page, "#welcome", "Welcome, Uma Example");
});

walk("a page for members leads to the sign-in page and back", async (page) => {
  const email = await account();
  await page.goto("/members?of=this");
  await page.waitForURL((url) => url.pathname === "/login");
  const { searchParams } = new URL(page.url());
  assert.equal(searchParams.get("error"), "SessionRequired");
  assert.equal(searchParams.get("callbackUrl"), `${APP}/members?of=this`);
  await says(page, '[role="alert"]', "Sign in to see this page.");
  await send(page, "credentials", { email, password: PASSWORD });
  await page.waitForURL(`${APP}/members?of=this`);
  await says(page, "#welcome", "Welcome, Uma Example");
});

walk("signing out without redirect leaves the page where it is", async (page) => {
  const email = await account();
  await signIn(page, email);
  await says(page, "#status", "authenticated");
  await page.click("text=Sign out here");
  await says(page, "#status", "unauthenticated");
  assert.equal(page.url(), `${APP}/`);
});

const EVIL = [
  "https://evil.test/a", "//evil.test", "/\\evil.test", "/\t/evil.test", "http:evil.test",
  "javascript:alert(1)", "https://evil.test@localhost", "data:text/html,x", `${APP}.evil.test`,
  `${APP}@evil.test`, "\\\\evil.test", "https:/evil.test", "///evil.test",
];

walk("nobody is led away from the app", async (page) => {
  const email = await account();
  await page.goto("/tools");
  for (const callbackUrl of EVIL) {
    const fields = { email, password: PASSWORD, callbackUrl, redirect: false };
    const { url } = await client(page, "signIn", "credentials", fields);
    assert.equal(new URL(url).origin, APP, `${callbackUrl} became ${url}`);
    const out = await client(page, "signOut", { callbackUrl, redirect: false });
    assert.equal(new URL(out.url).origin, APP, `${callbackUrl} became ${out.url}`);
    const query = new URLSearchParams({ error: "SessionRequired", callbackUrl });
    await page.goto(`/api/auth/signin?${query}`);
    at(page, "/login");
    const kept = new URL(page.url()).searchParams.get("callbackUrl");
    assert.equal(new URL(kept, APP).origin, APP, `${callbackUrl} became ${kept}`);
    await page.goto("/tools");
  }
});
