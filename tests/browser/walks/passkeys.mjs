// Passkeys, with an authenticator of Chromium's own (WebAuthn over its debugging protocol).

import assert from "node:assert/strict";

import { account, at, look, OTHER, press, PROFILES, sees, signIn, walk } from "../browser.mjs";

const scripted = PROFILES.filter(({ name }) => name !== "without scripts");

/** Gives the page's browser an authenticator that knows its user. */
async function authenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    /** Whether somebody touches it as soon as it asks. */
    async touched(enabled) {
      const touch = { authenticatorId, enabled };
      await session.send("WebAuthn.setAutomaticPresenceSimulation", touch);
    },
    async credentials() {
      const answer = await session.send("WebAuthn.getCredentials", { authenticatorId });
      return answer.credentials;
    },
  };
}

async function register(page, name) {
  await page.goto("/account/passkeys");
  await page.fill("[data-passkey-name]", name);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await sees(page, "They are not shown again.").catch(async () => {
    await page.waitForSelector("[data-passkey-codes] li");
  });
  assert.equal(await page.locator("[data-passkey-codes] li").count(), 10);
}

walk("a passkey is added and is the only sign-in that is needed", async (page) => {
  const device = await authenticator(page);
  await account(page);
  await page.goto("/account/passkeys");
  await look(page);
  await register(page, "Laptop");
  await look(page);
  await page.getByRole("link", { name: "I have kept them" }).click();
  await sees(page, "Laptop");
  await look(page);
  assert.equal((await device.credentials()).length, 1);
  await page.goto("/sign-out");
  await device.touched(false);
  await press(page);
  await page.goto("/sign-in?return_to=/account/passkeys");
  await look(page);
  await device.touched(true);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL((url) => url.pathname === "/account/passkeys");
  await sees(page, "Laptop");
}, scripted);

walk("a browser offers the passkey by itself", async (page) => {
  const device = await authenticator(page);
  const email = await account(page);
  await register(page, "Laptop");
  await page.goto("/sign-out");
  await device.touched(false);
  await press(page);
  await device.touched(true);
  await page.goto("/sign-in", { waitUntil: "commit" });
  await page.waitForURL((url) => url.pathname === "/account");
  await sees(page, email);
}, scripted);

walk("a passkey is the second step after a password", async (page) => {
  const device = await authenticator(page);
  const email = await account(page);
  await register(page, "Laptop");
  await page.goto("/sign-out");
  await device.touched(false);
  await press(page);
  await signIn(page, email);
  await sees(page, "One more step");
  await look(page);
  await device.touched(true);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL((url) => url.pathname === "/account");
  await sees(page, email);
}, scripted);

walk("a passkey gets another name", async (page) => {
  await authenticator(page);
  await account(page);
  await register(page, "Laptop");
  await page.goto("/account/passkeys");
  await page.getByRole("link", { name: "Rename" }).click();
  await look(page);
  await page.fill('[name="name"]', "Attic");
  await press(page, "main form button");
  await sees(page, "The passkey has its new name.");
  await sees(page, "Attic");
  await look(page);
}, scripted);

walk("a password goes and comes back where a passkey is the way in", async (page, { another }) => {
  await authenticator(page);
  const email = await account(page);
  await page.goto("/account/password/remove");
  await press(page, "button.danger");
  await sees(page, "Add another way to sign in first.");
  await register(page, "Laptop");
  await page.goto("/account/password");
  await page.getByRole("link", { name: "Remove your password" }).click();
  await look(page);
  await press(page, "button.danger");
  at(page, "/account");
  await sees(page, "Your password is removed.");
  const other = await another();
  await signIn(other, email);
  await sees(other, "is not right");
  await page.getByRole("link", { name: /^Password/ }).click();
  await sees(page, "Your account has none yet.");
  await look(page);
  await page.fill('[name="new_password"]', OTHER);
  await press(page, "button.main");
  at(page, "/account");
  await signIn(other, email, OTHER);
  await sees(other, "One more step");
}, scripted);

walk("a passkey is removed", async (page, { another }) => {
  await authenticator(page);
  const email = await account(page);
  await register(page, "Laptop");
  await page.goto("/account/passkeys");
  await press(page, "button.small");
  await sees(page, "The passkey is removed.");
  const other = await another();
  await signIn(other, email);
  at(other, "/account");
}, scripted);
