// Signing in by a link that is mailed.

import assert from "node:assert/strict";

import { account, address, mailTo, verify } from "./people.mjs";
import { APP, at, says, send, walk } from "./visitor.mjs";

/** Asks for a link on the app's own page. */
async function ask(page, email, to = "/members") {
  await page.goto(`/login?callbackUrl=${encodeURIComponent(to)}`);
  await send(page, "mail", { email });
  await page.waitForURL(`${APP}/check-mail`);
}

/** Opens a link, which uses it up by a button only: programs that look into mails open it, too. */
async function follow(page, link) {
  await page.goto(link);
  await page.click("button");
}

walk("a mailed link signs in, once, and leads to where it was asked for", async (page, more) => {
  const email = await account();
  await verify(email);
  await ask(page, email);
  const { link } = await mailTo(email, "magic_link");
  assert.equal(new URL(link).origin, APP);
  await follow(page, link);
  await page.waitForURL(`${APP}/members`);
  await says(page, "#welcome", "Welcome, Uma Example");
  const other = await more.elsewhere();
  await follow(other, link);
  await other.waitForURL((url) => url.pathname === "/login");
  await says(other, '[role="alert"]', "This link was used or is too old.");
});

walk("a link that somebody has changed leads nowhere else", async (page) => {
  const email = await account();
  await verify(email);
  await ask(page, email);
  const link = new URL((await mailTo(email, "magic_link")).link);
  link.searchParams.set("callbackUrl", "https://evil.test/a");
  await follow(page, link.href);
  await page.waitForURL(`${APP}/`);
  await says(page, "#status", "authenticated");
});

walk("a link says nothing of who has an account", async (page) => {
  await ask(page, address("nobody"));
  at(page, "/check-mail");
});
