// What the tests share: one browser, a fresh context for each test, and a look at what it says.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { chromium } from "playwright-core";

import { PASSWORD } from "./people.mjs";

export const { APP } = process.env;
/** The generation of next-auth that the app is made with: 4 or 5. */
export const GENERATION = Number(process.env.GENERATION);

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

let launched;

after(async () => (await launched)?.close());

/** A browser profile of its own, whose complaints are kept. */
async function context(faults) {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  });
  const made = await (await launched).newContext({ baseURL: APP, reducedMotion: "reduce" });
  made.setDefaultTimeout(10_000);
  made.on("console", (message) => {
    // Chromium reports every refused sign-in as a resource that failed to load.
    const isRefused = /the server responded with a status of 401/.test(message.text());
    // What pages of other services say is theirs.
    const isOurs = message.location().url.startsWith(APP);
    if (message.type() === "error" && isOurs && !isRefused) faults.push(message.text());
  });
  made.on("weberror", (error) => faults.push(String(error.error())));
  made.on("response", (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} of ${response.url()}`);
  });
  return made;
}

/**
 * One test in a browser. `run` gets a page, and what makes another page of the same browser or
 * another browser.
 */
export function walk(name, run) {
  test(`next-auth ${GENERATION}: ${name}`, { timeout: 60_000 }, async () => {
    const faults = [];
    const own = await context(faults);
    const contexts = [own];
    const elsewhere = async () => {
      contexts.push(await context(faults));
      return contexts.at(-1).newPage();
    };
    try {
      await run(await own.newPage(), { tab: () => own.newPage(), elsewhere });
      assert.deepEqual(faults, []);
    } finally {
      await Promise.all(contexts.map((each) => each.close()));
    }
  });
}

/** Fills in a form of the app, and sends it. */
export async function send(page, form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    await page.fill(`#${form} [name="${name}"]`, value);
  }
  await page.click(`#${form} button`);
}

/** Signs in on the app's own page, and waits until that is done. */
export async function signIn(page, email, { to = "/", password = PASSWORD } = {}) {
  await page.goto(`/login?callbackUrl=${encodeURIComponent(to)}`);
  await send(page, "credentials", { email, password });
  await page.waitForURL((url) => url.pathname + url.search === to);
}

/** Waits until a part of the page says this. */
export async function says(page, part, wanted) {
  const isSo = ([selector, text]) => document.querySelector(selector)?.textContent === text;
  try {
    await page.waitForFunction(isSo, [part, wanted]);
  } catch (error) {
    const body = await page.innerText("body").catch(() => "nothing");
    throw new Error(`${part} is not "${wanted}" at ${page.url()}:\n${body}`, { cause: error });
  }
}

/** What the page of tools answers to a call of the package. */
export async function client(page, name, ...values) {
  await page.waitForFunction(() => window.client);
  return page.evaluate(([it, list]) => window.client[it](...list), [name, values]);
}

/** That the page is the one at this path. */
export function at(page, path) {
  const { pathname } = new URL(page.url());
  assert.equal(pathname, path);
}
