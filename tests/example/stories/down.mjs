// While the service is down, slow or broken nothing is given out; afterwards all is as before.
// These stories take turns: they share the relay.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import {
  appears, call, carry, isProblem, person, program, RELAYED, Relay, sees, session, show, signedIn,
  story,
} from "../example.mjs";

const relay = new Relay();
const options = { viewport: { width: 1280, height: 800 }, baseURL: RELAYED };
/** What React says of a page that could not be rendered. */
const borne = /Server Components render|React error #441/;
const PAGES = ["/dashboard", "/overview", "/notes", "/moderation", "/legacy"];
const APIS = ["/api/notes", "/api/moderation/notes", "/api/legacy"];

/** Cookies with a token of the proxy that is over in a minute: the service gives no longer ones. */
let aging;

before(async () => {
  await relay.open();
  const { cookie } = await person("old");
  const page = await asked("/notes", { cookie: `doorward=${cookie}` });
  const lines = page.headers.getSetCookie().map((line) => line.split(";")[0]);
  const token = lines.find((line) => line.startsWith("doorward-token="));
  aging = { cookie, token };
});
after(() => relay.close());

const asked = (path, { cookie } = {}) =>
  program(path, { origin: RELAYED, headers: cookie ? { cookie } : {} });

/** The cookies of a browser that has been on a page, as a header. */
async function cookiesOf(page) {
  const cookies = await page.context().cookies();
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** That nothing is given out, whatever the cookies are worth. */
async function closed(email, ...cookies) {
  for (const cookie of cookies) {
    for (const path of PAGES) {
      const { status, data } = await asked(path, { cookie });
      assert.ok(status >= 500 || !String(data).includes("</h1>") || /can’t be shown/.test(data),
        `${path}: ${status}`);
      assert.ok(!String(data).includes(email), `${path} tells who somebody is`);
    }
    for (const path of APIS) isProblem(await asked(path, { cookie }), 503, "server.unavailable");
    isProblem(await asked("/api/doorward/v1/me", { cookie }), 503, "server.unavailable");
  }
}

story("the service is down: closed, with a clear page, and open again afterwards", async (page) => {
  page.borne.add(503).add(500);
  const somebody = await signedIn(page);
  await page.goto("/dashboard");
  await sees(page, somebody.email);
  const all = await cookiesOf(page);
  const alone = `doorward=${somebody.cookie}`;
  await relay.close();
  try {
    await closed(somebody.email, all, alone, "doorward=made-up");
    // With a good token the proxy lets the page try, and the page itself is closed.
    await page.goto("/dashboard");
    await page.getByRole("heading", { name: "This page can’t be shown right now" }).waitFor();
    assert.ok(!(await page.innerText("body")).includes(somebody.email));
    await show(page, "down");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "This page can’t be shown right now" }).waitFor();
    const away = await asked("/sign-in");
    assert.equal(away.status, 503);
    await relay.open();
    await page.getByRole("button", { name: "Try again" }).click();
    await appears(page, somebody.email);
    assert.equal((await call(page, "/api/notes")).status, 200);
  } finally {
    await relay.open();
  }
}, { options, borne });

story("without a token the proxy itself answers with a clear page", async (page) => {
  page.borne.add(503);
  await carry(page, await person("ann"));
  await relay.close();
  try {
    const response = await page.goto("/notes");
    assert.equal(response.status(), 503);
    assert.ok(response.headers()["retry-after"]);
    assert.ok((await page.innerText("h1")).length > 5);
  } finally {
    await relay.open();
  }
}, { options });

story("a service that answers nonsense opens nothing", async () => {
  const somebody = await person("ann");
  const cookie = `doorward=${somebody.cookie}`;
  const nonsense = [
    [500, "broken"], [502, "<h1>Bad gateway</h1>"], [200, "<h1>Welcome</h1>"], [200, "null"],
    [200, "{}"], [200, '{"session":{}}'], [429, "{}"], [302, ""],
  ];
  try {
    for (const [status, body] of nonsense) {
      relay.answer(status, body);
      for (const path of APIS) {
        isProblem(await asked(path, { cookie }), 503, "server.unavailable");
      }
      for (const path of PAGES) {
        const { data } = await asked(path, { cookie });
        assert.ok(!String(data).includes(somebody.email), `${path} with ${status} ${body}`);
      }
    }
  } finally {
    await relay.open();
  }
}, { options });

story("the form keeps its text while the service is down", async (page) => {
  page.borne.add(503).add(500);
  await signedIn(page);
  await page.goto("/notes");
  await page.getByLabel("Title").fill("Half-written");
  const send = () => page.getByRole("button", { name: "Add the note" }).click();
  await relay.close();
  try {
    // With the proxy's token it is the action that can't tell who is calling.
    await send();
    await appears(page, "We can’t reach the sign-in service. Your text is still here.");
    assert.equal(await page.getByLabel("Title").inputValue(), "Half-written");
    await page.context().clearCookies({ name: "doorward-token" });
    await send();
    await page.getByRole("heading", { name: "This page can’t be shown right now" }).waitFor();
  } finally {
    await relay.open();
  }
  await page.getByRole("button", { name: "Try again" }).click();
  await appears(page, "Your text is back. Add it now.");
  assert.equal(await page.getByLabel("Title").inputValue(), "Half-written");
  await send();
  await appears(page, "Your note is kept.");
}, { options, borne: /unexpected response/ });

/** Opens the page of twenty components twenty times at once. The proxy gets one token for all. */
async function twentyTimes(cookie) {
  relay.forget();
  relay.slow = "POST /v1/auth/token";
  const requests = Array.from({ length: 20 }, () => asked("/overview", { cookie }));
  const answers = await Promise.all(requests);
  relay.slow = "";
  for (const { status, headers, data } of answers) {
    assert.equal(status, 200);
    assert.equal(data.match(/data-day=/g).length, 20);
    assert.match(headers.get("set-cookie"), /^doorward-token=[\w-]+\.eyJ/);
  }
  assert.equal(relay.count("POST /v1/auth/token"), 1);
  assert.equal(relay.count("GET /v1/auth/session"), 20);
}

/** That the person has not been signed out by it. */
async function goesOn(page) {
  await page.goto("/notes");
  await page.getByRole("heading", { name: "My notes" }).waitFor();
}

story("refresh under twenty parallel server components signs nobody out", async (page) => {
  const somebody = await signedIn(page);
  await page.goto("/overview");
  assert.equal(await page.locator("[data-day]").count(), 20);
  await page.waitForLoadState("networkidle");
  relay.forget();
  assert.equal((await asked("/overview", { cookie: await cookiesOf(page) })).status, 200);
  assert.deepEqual(relay.asked, ["GET /v1/auth/session"]);

  const [good] = (await page.context().cookies()).filter(({ name }) => name === "doorward-token");
  const broken = `${good.value.slice(0, -20)}${"A".repeat(20)}`;
  await twentyTimes(`doorward=${somebody.cookie}`);
  await twentyTimes(`doorward=${somebody.cookie}; doorward-token=${broken}`);
  await goesOn(page);
}, { options });

story("a token of one session is worth nothing beside another's cookie", async (page) => {
  const ann = await signedIn(page, "ann");
  await page.goto("/notes");
  const [token] = (await page.context().cookies()).filter(({ name }) => name === "doorward-token");
  const ben = await person("ben");
  const cookie = `doorward=${ben.cookie}; doorward-token=${token.value}`;
  const { data } = await asked("/dashboard", { cookie });
  assert.ok(data.includes(ben.email) && !data.includes(ann.email));
  const none = `doorward-token=${token.value}`;
  isProblem(await asked("/api/notes", { cookie: none }), 401, "auth.not_signed_in");
  assert.equal((await asked("/notes", { cookie: none })).status, 307);
}, { options });

story("useSession asks once for a page, and not again for each part of it", async (page) => {
  const somebody = await person("ann");
  await carry(page, { cookie: await session(somebody.email) });
  await page.goto("/");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  relay.forget();
  await page.reload();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(relay.count("GET /v1/auth/session"), 1, relay.asked.join(", "));
  relay.forget();
  await page.getByRole("link", { name: "Profile" }).click();
  await appears(page, "Welcome, ann Example!");
  await page.waitForLoadState("networkidle");
  assert.equal(relay.count("GET /v1/auth/session"), 0, relay.asked.join(", "));
}, { options });

story("a service that does not answer is waited for no longer than is said", async () => {
  const { cookie } = await person("ann");
  relay.hang();
  try {
    const begin = Date.now();
    const answer = await asked("/api/notes", { cookie: `doorward=${cookie}` });
    isProblem(answer, 503, "server.unavailable");
    assert.ok(Date.now() - begin < 12_000);
  } finally {
    await relay.close();
    await relay.open();
  }
}, { options });

story("nor does one when the proxy's token is over", async (page) => {
  const { exp } = JSON.parse(Buffer.from(aging.token.split(".")[2], "base64url"));
  await new Promise((done) => setTimeout(done, Math.max(0, exp * 1000 + 1000 - Date.now())));
  await twentyTimes(`doorward=${aging.cookie}; ${aging.token}`);
  await carry(page, { cookie: aging.cookie });
  await goesOn(page);
}, { options, timeout: 120_000 });
