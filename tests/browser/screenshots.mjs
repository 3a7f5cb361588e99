// Pictures of the main pages, for the documents. Run by `run.sh --screenshots` alone.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { account, browser, fill, PASSWORD, send, signIn, visitor } from "./browser.mjs";

const FOLDER = process.env.SCREENSHOTS;
const DESKTOP = { viewport: { width: 1100, height: 760 }, deviceScaleFactor: 1.5 };
const PHONE = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, isMobile: true };
const AGENTS = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
];

async function take(page, name, whole = false) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: whole });
}

async function entrance(scheme, options, suffix) {
  const { page } = await visitor({ ...options, colorScheme: scheme });
  await page.goto("/sign-in");
  await take(page, `sign-in-${suffix}`);
  await fill(page, { email: "mara@example.com", password: "not the right words" });
  await send(page, "Sign in");
  await take(page, `sign-in-fault-${suffix}`);
  await page.goto("/sign-up");
  await take(page, `sign-up-${suffix}`);
}

async function inside(email, scheme, options, suffix) {
  const { page } = await visitor({ ...options, colorScheme: scheme });
  await signIn(page, email);
  await take(page, `account-${suffix}`, true);
  for (const name of ["sessions", "password", "delete", "activity", "export"]) {
    await page.goto(`/account/${name}`);
    await take(page, `${name}-${suffix}`, true);
  }
}

await mkdir(FOLDER, { recursive: true });
const { page } = await visitor({});
const email = await account(page, "Mara Lindqvist");
for (const userAgent of AGENTS) {
  const other = await visitor({ userAgent });
  await signIn(other.page, email, PASSWORD);
}
for (const [scheme, options, suffix] of [
  ["light", DESKTOP, "desktop"],
  ["dark", DESKTOP, "desktop-dark"],
  ["light", PHONE, "phone"],
  ["dark", PHONE, "phone-dark"],
]) {
  await entrance(scheme, options, suffix);
  await inside(email, scheme, options, suffix);
}
await (await browser()).close();
