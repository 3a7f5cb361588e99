// The session as the package gives it: on client pages, from the server, over tabs and time.

import assert from "node:assert/strict";

import { account, endSessions } from "./people.mjs";
import { APP, client, GENERATION, says, signIn, walk } from "./visitor.mjs";

/** Counts the requests for the session that pages of this browser make. */
function counter(page) {
  const seen = { count: 0 };
  page.context().on("request", (request) => {
    if (request.url() === `${APP}/api/auth/session`) seen.count += 1;
  });
  return seen;
}

/** The page comes to the front again, as far as it can tell. */
async function focus(page) {
  // The package compares whole seconds with those of its last request.
  await page.waitForTimeout(1100);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
}

walk("getSession has the fields of a session, and nothing secret", async (page) => {
  const email = await account();
  await page.goto("/tools");
  assert.equal(await client(page, "getSession"), null);
  await signIn(page, email, { to: "/tools" });
  const session = await client(page, "getSession");
  assert.equal(session.user.email, email);
  assert.equal(session.user.name, "Uma Example");
  assert.match(session.user.id, /^usr_/);
  assert.equal(session.user.image, null);
  assert.ok(Date.parse(session.expires) > Date.now());
  assert.match(session.expires, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  const cookies = await page.context().cookies();
  const own = cookies.filter(({ name }) => name.endsWith("doorward"));
  assert.equal(own.length, 1);
  assert.ok(own[0].httpOnly && own[0].sameSite === "Lax" && own[0].domain === "localhost");
  const text = JSON.stringify(session);
  for (const { value } of cookies) assert.ok(!text.includes(value));
  assert.equal(await page.evaluate(() => document.cookie), "");
});

walk("the token against forgery stays the same in one browser", async (page, { elsewhere }) => {
  await page.goto("/tools");
  await says(page, "#status", "unauthenticated");
  const token = await client(page, "getCsrfToken");
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.equal(await client(page, "getCsrfToken"), token);
  const other = await elsewhere();
  await other.goto("/tools");
  assert.notEqual(await client(other, "getCsrfToken"), token);
});

walk("a request without the token does nothing", async (page) => {
  const email = await account();
  await signIn(page, email, { to: "/tools" });
  const headers = { "x-auth-return-redirect": "1", "sec-fetch-site": "same-origin" };
  const post = (path, what) => page.request.post(`/api/auth/${path}`, { headers, ...what });
  const wrong = { csrfToken: "0".repeat(64) };
  for (const token of [{}, wrong]) {
    await post("signout", { form: { ...token, json: "true", callbackUrl: "/" } });
    assert.equal((await client(page, "getSession")).user.email, email);
  }
  const update = await post("session", { data: { ...wrong, data: { user: { name: "Other" } } } });
  assert.equal(update.status(), 400);
  assert.equal((await client(page, "getSession")).user.name, "Uma Example");
});

walk("update fetches the session, and takes nothing over that the page sends", async (page) => {
  const email = await account();
  await signIn(page, email, { to: "/tools" });
  assert.equal((await client(page, "update")).user.email, email);
  const wished = { user: { name: "Root", email: "root@example.test" }, roles: ["admin"] };
  const { user, roles = [] } = await client(page, "update", wished);
  assert.equal(user.email, email);
  assert.equal(user.name, "Uma Example");
  assert.deepEqual(roles, []);
  await says(page, "#name", "Uma Example");
  await says(page, "#email", email);
  await says(page, "#status", "authenticated");
});

walk("two tabs keep in step", async (page, { tab }) => {
  const email = await account();
  await page.goto("/");
  await says(page, "#status", "unauthenticated");
  const other = await tab();
  await signIn(other, email);
  // next-auth 4 tells other tabs once a second at most.
  await other.waitForTimeout(1100);
  await other.goto("/tools");
  await says(page, "#status", "authenticated");
  await says(page, "#email", email);
  // The channel that each generation of the package uses for that.
  const kept = await page.evaluate(() => localStorage.getItem("nextauth.message"));
  assert.equal(kept !== null, GENERATION === 4);
  await client(other, "signOut", { redirect: false });
  await says(page, "#status", "unauthenticated");
});

walk("a session that ends on the server ends in the page when it is looked at", async (page) => {
  const email = await account();
  await signIn(page, email);
  await says(page, "#status", "authenticated");
  await page.waitForLoadState("networkidle");
  const seen = counter(page);
  await focus(page);
  await page.waitForLoadState("networkidle");
  assert.ok(seen.count > 0);
  await says(page, "#status", "authenticated");
  await endSessions(email);
  await focus(page);
  await says(page, "#status", "unauthenticated");
  await page.goto("/members");
  await page.waitForURL((url) => url.pathname === "/login");
});

walk("the pages router has the session from the server", async (page) => {
  const email = await account();
  await page.goto("/classic");
  await says(page, "#status", "unauthenticated");
  await says(page, "#seen", "unauthenticated");
  await signIn(page, email);
  const seen = counter(page);
  await page.goto("/classic");
  await says(page, "#seen", "authenticated");
  await says(page, "#email", email);
  assert.equal(seen.count, 0);
  assert.match(await (await page.request.get("/classic")).text(), new RegExp(email));
});

walk("an API route answers 401 until somebody has signed in", async (page) => {
  const email = await account();
  await page.goto("/");
  const refused = await page.request.get("/api/hello");
  assert.equal(refused.status(), 401);
  assert.deepEqual(await refused.json(), { error: "Sign in first." });
  await signIn(page, email);
  const answer = await page.request.get("/api/hello");
  assert.equal(answer.status(), 200);
  assert.deepEqual(await answer.json(), { hello: "Uma Example" });
  await endSessions(email);
  assert.equal((await page.request.get("/api/hello")).status(), 401);
});
