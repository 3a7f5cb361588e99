// The life of an account on the hosted pages.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

import {
  account, address, at, fill, look, OTHER, PASSWORD, press, sees, send, signIn, signUp, walk,
} from "../browser.mjs";

walk("somebody signs up, signs in and signs out", async (page) => {
  const email = address();
  await page.goto("/");
  at(page, "/sign-in");
  await look(page);
  await page.getByRole("link", { name: "Create an account" }).click();
  at(page, "/sign-up");
  await look(page);
  await fill(page, { name: "Uma Example", email, password: PASSWORD });
  await send(page, "Create account");
  await sees(page, "Thank you.");
  await look(page);
  await page.getByRole("link", { name: "Sign in" }).click();
  await fill(page, { email, password: PASSWORD });
  await page.check('[name="remember"]');
  await send(page, "Sign in");
  at(page, "/account");
  await sees(page, email);
  await sees(page, "You created your account");
  await look(page);
  await page.goto("/sign-out");
  await look(page);
  await press(page);
  await sees(page, "You are signed out.");
  await page.goto("/account");
  at(page, "/sign-in");
});

walk("a wrong password is told, and nothing is lost but the password", async (page) => {
  const email = address();
  await signUp(page, email);
  await signIn(page, email, "wrong words and more");
  at(page, "/sign-in");
  await sees(page, "The e-mail address or the password is not right.");
  assert.equal(await page.inputValue('[name="email"]'), email);
  assert.equal(await page.inputValue('[name="password"]'), "");
  assert.match(await page.title(), /^Error: /);
  const focused = await page.evaluate(() => document.activeElement?.className);
  assert.equal(focused, "faults", "what is wrong is read first");
  await look(page);
  await fill(page, { password: PASSWORD });
  await send(page, "Sign in");
  at(page, "/account");
});

walk("each fault stands beside its field", async (page) => {
  await page.goto("/sign-up");
  await fill(page, { name: "Uma", email: "uma@example", password: "too short" });
  await send(page, "Create account");
  const field = page.locator('[name="email"], [name="password"]');
  const wrong = await field.evaluateAll((all) =>
    all.filter((input) => input.getAttribute("aria-invalid") === "true").map((input) => {
      const ids = input.getAttribute("aria-describedby").split(" ");
      return ids.map((id) => document.getElementById(id).textContent).join(" ");
    }),
  );
  assert.match(wrong.join(" "), /Use at least 15 characters|Enter an e-mail address/);
  await look(page);
  const link = page.locator(".faults a").first();
  const target = await link.getAttribute("href");
  await link.click();
  assert.equal(new URL(page.url()).hash, target);
});

walk("a name is changed", async (page) => {
  await account(page);
  await page.getByRole("link", { name: /^Name/ }).click();
  await look(page);
  await fill(page, { name: "Ursula Example" });
  await send(page, "Save");
  at(page, "/account");
  await sees(page, "Your name is saved.");
  await sees(page, "Ursula Example");
  await look(page);
});

walk("a password is changed, and the old one is of no use", async (page, { another }) => {
  const email = await account(page);
  const other = await another();
  await signIn(other, email);
  await page.getByRole("link", { name: /^Password/ }).click();
  await look(page);
  await fill(page, { current_password: "wrong words and more", new_password: OTHER });
  await send(page, "Change password");
  await sees(page, "This is not your current password.");
  await look(page);
  await fill(page, { current_password: PASSWORD, new_password: OTHER });
  await send(page, "Change password");
  at(page, "/account");
  await sees(page, "Your password is changed. All other devices are signed out.");
  await other.goto("/account");
  at(other, "/sign-in");
  await signIn(other, email);
  await sees(other, "is not right");
  await signIn(other, email, OTHER);
  at(other, "/account");
});

walk("another device is signed out and is out at once", async (page, { another }) => {
  const email = await account(page);
  const other = await another();
  await signIn(other, email);
  at(other, "/account");
  await page.goto("/account");
  await sees(page, "Signed in on 2 devices");
  await page.getByRole("link", { name: /^Sessions/ }).click();
  await sees(page, "Chrome on ");
  await look(page);
  await press(page, "button.small");
  await sees(page, "The device is signed out.");
  await look(page);
  await other.goto("/account");
  at(other, "/sign-in");
});

walk("all other devices are signed out", async (page, { another }) => {
  const email = await account(page);
  const others = [await another(), await another()];
  for (const other of others) await signIn(other, email);
  await page.goto("/account/sessions");
  await send(page, "Sign out all other devices");
  await sees(page, "All other devices are signed out.");
  for (const other of others) {
    await other.goto("/account");
    at(other, "/sign-in");
  }
});

walk("recent activity is told in words", async (page) => {
  const email = await account(page);
  await page.goto("/sign-out");
  await press(page);
  await signIn(page, email, "wrong words and more");
  await signIn(page, email);
  await page.getByRole("link", { name: "Show more" }).click();
  at(page, "/account/activity");
  for (const words of ["A sign-in failed", "Signed out", "You created your account"]) {
    await sees(page, words);
  }
  await look(page);
});

walk("all data is downloaded", async (page) => {
  const email = await account(page);
  await page.getByRole("link", { name: "Download your data" }).click();
  await look(page);
  const waiting = page.waitForEvent("download");
  await page.locator("main button").click();
  const download = await waiting;
  assert.equal(download.suggestedFilename(), "account.json");
  const file = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.equal(file.user.email, email);
});

walk("an account is deleted for good", async (page) => {
  const email = await account(page);
  await page.getByRole("link", { name: "Delete your account" }).click();
  await look(page);
  await page.check('[name="consent"]');
  await send(page, "Delete account");
  at(page, "/sign-in");
  await sees(page, "Your account is deleted.");
  await look(page);
  await signIn(page, email);
  await sees(page, "is not right");
});

walk("a sign-in leads to a listed place and to no other", async (page) => {
  const app = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>The app</title><p>Welcome to the app");
  });
  await new Promise((done) => app.listen(new URL(process.env.APP).port, done));
  try {
    const email = address();
    await signUp(page, email);
    const place = `${process.env.APP}/app/start?x=1`;
    await page.goto(`/sign-in?return_to=${encodeURIComponent(place)}`);
    await fill(page, { email, password: PASSWORD });
    await send(page, "Sign in");
    assert.equal(page.url(), place);
    for (const evil of ["//localhost:1/app", `${process.env.APP}@localhost:1/`, "/\\localhost:1"]) {
      await page.goto(`/sign-in?return_to=${encodeURIComponent(evil)}`);
      at(page, "/account");
    }
  } finally {
    app.closeAllConnections();
    await new Promise((done) => app.close(done));
  }
});

walk("a page that is not there says so", async (page) => {
  await page.goto("/no/such/page");
  await sees(page, "There is no such page");
  await look(page);
  await page.getByRole("link", { name: "Go to your account" }).click();
  at(page, "/sign-in");
});
