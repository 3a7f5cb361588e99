// Pictures of the main pages, for the documents. Run by `run.sh --screenshots` alone.
//
// `SHOTS=all` takes every page in every form, to look at them.

import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import {
  browser, fill, mailTo, PASSWORD, press, send, signIn, SOCIAL, totp, visitor,
} from "./browser.mjs";
import { agree, leave, link } from "./social.mjs";

const FOLDER = process.env.SCREENSHOTS;
const ALL = process.env.SHOTS === "all";
const EMAIL = "mara@example.com";
const NAME = "Mara Lindqvist";
const DESKTOP = { viewport: { width: 1100, height: 760 }, deviceScaleFactor: 1.5 };
const PHONE = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, isMobile: true };
const FORMS = {
  desktop: { ...DESKTOP, colorScheme: "light" },
  "desktop-dark": { ...DESKTOP, colorScheme: "dark" },
  phone: { ...PHONE, colorScheme: "light" },
  "phone-dark": { ...PHONE, colorScheme: "dark" },
};

/** The pictures that stand in the documents. */
const SHOWN = new Set([
  "sign-in-desktop", "account-desktop", "second-factor-desktop-dark", "sign-in-phone-dark",
  "sign-up-phone", "authenticator-phone-dark", "sessions-phone",
  "providers-desktop", "providers-phone-dark", "identities-desktop", "identities-phone-dark",
]);
const AGENTS = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
];
const AGENT =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";

async function take(page, name, form) {
  const file = `${name}-${form}`;
  if (!ALL && !SHOWN.has(file)) return;
  await page.evaluate(() => document.activeElement?.blur());
  const isLong = page.url().includes("/account") || name === "providers";
  const whole = form.startsWith("phone") || isLong;
  await page.screenshot({ path: join(FOLDER, `${file}.png`), fullPage: whole });
}

async function signUp(page) {
  await page.goto("/sign-up");
  await fill(page, { name: NAME, email: EMAIL, password: PASSWORD });
  await send(page, "Create account");
}

/** Moves what has happened so far back in time: a picture of a fresh account tells little. */
function age() {
  execFileSync("python3", [join(import.meta.dirname, "age.py"), process.env.DATABASE]);
}

async function outside(form) {
  const { page } = await visitor({ ...FORMS[form], userAgent: AGENT });
  await page.goto("/sign-in");
  await take(page, "sign-in", form);
  await fill(page, { email: EMAIL, password: "not the right words" });
  await send(page, "Sign in");
  await take(page, "sign-in-fault", form);
  await page.goto("/sign-up");
  await take(page, "sign-up", form);
  for (const name of ["verify", "forgot", "magic", "no-such-page"]) {
    await page.goto(`/${name}`);
    await take(page, name, form);
  }
}

async function inside(form, page) {
  await page.setViewportSize(FORMS[form].viewport);
  await page.emulateMedia({ colorScheme: FORMS[form].colorScheme });
  await page.goto("/account");
  await take(page, "account", form);
  for (const name of [
    "sessions", "devices", "factors", "password", "email", "language", "delete", "activity", "export",
  ]) {
    await page.goto(`/account/${name}`);
    await take(page, name, form);
  }
}

/** A page of the same person in another form. */
async function same(context, form) {
  const { page } = await visitor({ ...FORMS[form], userAgent: AGENT });
  await page.context().addCookies(await context.cookies());
  return page;
}

await mkdir(FOLDER, { recursive: true });
const { page, context } = await visitor({ ...FORMS.desktop, userAgent: AGENT });
await signUp(page);
await page.goto((await mailTo(EMAIL, "verify_email")).link);
await press(page);
for (const userAgent of AGENTS) {
  const other = await visitor({ userAgent });
  await signIn(other.page, EMAIL, PASSWORD);
}
await signIn(page, EMAIL, PASSWORD);
age();
for (const form of Object.keys(FORMS)) await inside(form, await same(context, form));
for (const form of Object.keys(FORMS)) await outside(form);

let secret;
for (const form of Object.keys(FORMS)) {
  const mine = await same(context, form);
  await mine.goto("/account/factors/app");
  await take(mine, "authenticator-name", form);
  await send(mine, "Continue");
  await take(mine, "authenticator", form);
  secret = (await mine.innerText("code.secret")).replaceAll(" ", "");
  if (form !== Object.keys(FORMS).at(-1)) continue;
  await fill(mine, { code: totp(secret, -30) });
  await send(mine, "Confirm");
  await take(mine, "recovery-codes", form);
}
for (const form of Object.keys(FORMS)) {
  const { page: entering } = await visitor({ ...FORMS[form], userAgent: AGENT });
  await signIn(entering, EMAIL, PASSWORD);
  await take(entering, "second-factor", form);
}

/** The same person where there are other services to sign in with. */
async function elsewhere() {
  const { page: first, context: own } = await visitor({ ...FORMS.desktop, baseURL: SOCIAL });
  await first.goto("/sign-in");
  await leave(first, "Google");
  await agree(first, "Google", EMAIL);
  await first.goto("/account/identities");
  await link(first, "GitHub");
  await agree(first, "GitHub", "mara@example.org", "/account/identities");
  for (const [form, options] of Object.entries(FORMS)) {
    const { page: outer } = await visitor({ ...options, baseURL: SOCIAL });
    await outer.goto("/sign-in");
    await take(outer, "providers", form);
    await outer.context().addCookies(await own.cookies(SOCIAL));
    await outer.goto("/account/identities");
    await take(outer, "identities", form);
  }
}

await elsewhere();
await (await browser()).close();
