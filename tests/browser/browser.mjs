// What the walks share: one browser, a fresh context for each walk, a look at every page.
//
// Every walk is walked on a desktop, on a phone and without scripts. A page that loads anything
// from elsewhere, logs an error or breaks its own policy fails the walk. What pages of providers do
// is theirs, but nobody is led to any other place.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";

import axe from "axe-core";
import { chromium } from "playwright-core";

export const ORIGIN = process.env.ORIGIN;
/** Where there are providers to sign in with. */
export const { SOCIAL } = process.env;
export const PASSWORD = "a river of green tea";
export const OTHER = "another river of green tea";

const DESKTOP = { viewport: { width: 1280, height: 800 }, colorScheme: "light" };
const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  colorScheme: "dark",
};

export const PROFILES = [
  { name: "desktop", options: DESKTOP },
  { name: "phone", options: PHONE },
  { name: "without scripts", options: { ...DESKTOP, javaScriptEnabled: false } },
];

const OURS = [ORIGIN, SOCIAL, process.env.APP, process.env.ASKING];
const THEIRS = JSON.parse(process.env.PROVIDERS ?? "[]");
/** Providers' pages name other machines, which are not asked. */
const REACHED = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";

const originOf = (url) => new URL(url, ORIGIN).origin;
const isTheirs = (url) => THEIRS.includes(originOf(url));

let launched;

/** The browser of this process. */
export function browser() {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // The tests may run as root, where Chromium's sandbox can't be used.
    args: ["--no-sandbox", "--disable-dev-shm-usage", `--host-resolver-rules=${REACHED}`],
  });
  return launched;
}

after(async () => (await launched)?.close());

/** A visitor: a browser profile of their own, and one page in it. */
export async function visitor(options) {
  const context = await (await browser()).newContext({
    locale: "en-GB",
    baseURL: ORIGIN,
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.scripts = options.javaScriptEnabled ?? true;
  const faults = [];
  /** Statuses of failures that the walk is about. */
  page.borne = new Set();
  page.on("console", (message) => {
    // Chromium reports every refused form as a resource that failed to load.
    const refused = /status of (401|403|404|409|422|429)/.test(message.text());
    const [, status] = /status of (5\d\d)/.exec(message.text()) ?? [];
    const { url } = message.location();
    // A page of ours that asks others is told of below.
    const isBorne = refused || page.borne.has(Number(status)) || !OURS.includes(originOf(url));
    if (message.type() === "error" && !isBorne) faults.push(message.text());
  });
  page.on("pageerror", (error) => {
    if (!isTheirs(page.url())) faults.push(String(error));
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    const isPage = request.isNavigationRequest();
    const theirs = isPage ? THEIRS.includes(origin) : isTheirs(request.frame().url());
    const known = OURS.includes(origin) || protocol === "data:" || theirs;
    if (!known) faults.push(`a request to ${origin}`);
  });
  page.on("response", (response) => {
    const status = response.status();
    const isBorne = page.borne.has(status) || isTheirs(response.url());
    if (status >= 500 && !isBorne) faults.push(`${status} of ${response.url()}`);
  });
  return { context, page, faults };
}

/** One walk in every profile. `run` gets the page, and a way to get further visitors. */
export function walk(name, run, profiles = PROFILES) {
  for (const profile of profiles) {
    test(`${name} (${profile.name})`, { timeout: 60_000 }, async () => {
      const visitors = [];
      const another = async (options = {}) => {
        const made = await visitor({ ...profile.options, ...options });
        visitors.push(made);
        return made.page;
      };
      try {
        await run(await another(), { another, profile });
        for (const { faults } of visitors) assert.deepEqual(faults, []);
      } finally {
        await Promise.all(visitors.map(({ context }) => context.close()));
      }
    });
  }
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Looks at a page as somebody would who hears it, in light and in dark. */
export async function look(page) {
  const place = new URL(page.url()).pathname;
  // The looker is a script itself; the same page is looked at in the other profiles.
  const schemes = page.scripts ? ["light", "dark"] : [];
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(`if (!globalThis.axe) { ${axe.source} }`);
    const found = await page.evaluate(
      (values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }),
      RULES,
    );
    const faults = found.violations.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" | ")}`,
    );
    assert.deepEqual(faults, [], `${place} in ${colorScheme}`);
  }
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  assert.ok(wide <= 0, `${place} is ${wide} pixels too wide`);
  const text = await page.evaluate(() => document.documentElement.outerHTML);
  assert.ok(!text.includes("⟦"), `${place} lacks a text`);
  const lang = await page.getAttribute("html", "lang");
  assert.equal(lang, "en", place);
}

/** The latest mail of a kind to an address, as the development mailbox has it, newer than `known`. */
export async function mailTo(email, kind, known = null) {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`${ORIGIN}/dev/mail.json?to=${encodeURIComponent(email)}`);
    const { items } = await answer.json();
    const found = items.find((mail) => mail.kind === kind);
    if (found && found.id !== known?.id) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  return assert.fail(`no mail of the kind ${kind} came to ${email}`);
}

/** The code of an authenticator app, so many seconds from now. */
export function totp(secret, seconds = 0) {
  // A code must not grow older by a step between here and the service.
  const left = 30_000 - (Date.now() % 30_000);
  if (left < 3000) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, left + 100);
  const when = new Date(Date.now() + seconds * 1000).toISOString().replace("T", " ");
  const now = `${when.slice(0, 19)} UTC`;
  return execFileSync("oathtool", ["--totp", "--base32", `--now=${now}`, secret]).toString().trim();
}

let count = 0;

/** An address that nobody has. */
export function address(name = "uma") {
  count += 1;
  return `${name}.${process.pid}.${count}@example.test`;
}

export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    await page.fill(`[name="${name}"]`, value);
  }
}

/** Sends the form around what was filled in, and waits for the page that comes of it. */
export async function send(page, name) {
  const button = page.getByRole("button", { name, exact: true });
  await Promise.all([page.waitForNavigation(), button.click()]);
}

/** Presses the button that is found like this, and waits for the page that comes of it. */
export async function press(page, button = "main button") {
  await Promise.all([page.waitForNavigation(), page.locator(button).click()]);
}

export async function signUp(page, email, name = "Uma Example") {
  await page.goto("/sign-up");
  await fill(page, { name, email, password: PASSWORD });
  await send(page, "Create account");
}

export async function signIn(page, email, password = PASSWORD) {
  await page.goto("/sign-in");
  await fill(page, { email, password });
  await send(page, "Sign in");
}

/** A new account, signed in. */
export async function account(page, name) {
  const email = address();
  await signUp(page, email, name);
  await signIn(page, email);
  at(page, "/account");
  return email;
}

/** That the page is the one at this path. */
export function at(page, path) {
  assert.equal(new URL(page.url()).pathname, path);
}

/** That a text can be seen. */
export async function sees(page, text) {
  const found = await page.getByText(text).filter({ visible: true }).count();
  const body = await page.innerText("body");
  assert.ok(found > 0, `"${text}" is not to be seen at ${page.url()}:\n${body}`);
}
