// What people do on the pages of providers. What these pages look like is no concern of the walks.

import assert from "node:assert/strict";

import { press, send } from "./browser.mjs";

const stub = {
  async agree(page, email) {
    await page.fill('[name="login"]', email);
    await page.getByRole("button", { name: "Continue as Ann" }).click();
  },
  refuse: (page) => page.getByRole("button", { name: "Not now" }).click(),
};

/** Where no script posts the form that leads back, the person does. */
async function goBack(page) {
  if (!page.scripts) await page.getByRole("button", { name: "Go back" }).click();
}

/** How one agrees, and how one does not. */
export const WAYS = {
  Google: {
    async agree(page, email) {
      await fillIn(page, email);
      await page.getByRole("button", { name: "Continue" }).click();
    },
    refuse: (page) => page.getByRole("link", { name: "Cancel" }).click(),
  },
  Microsoft: stub,
  Apple: {
    async agree(page, email) {
      await stub.agree(page, email);
      await goBack(page);
    },
    async refuse(page) {
      await stub.refuse(page);
      await goBack(page);
    },
  },
  GitHub: stub,
  Facebook: stub,
  Other: stub,
};

async function fillIn(page, email) {
  await page.fill('[name="login"]', email);
  await page.fill('[name="password"]', "whatever it is");
  await page.getByRole("button", { name: "Sign-in" }).click();
}

/** That the page is one of a provider. */
async function arrive(page) {
  await page.waitForURL((url) => url.hostname === "127.0.0.1");
}

/** Presses the button of a provider, and is led there. */
export async function leave(page, title) {
  await send(page, `Continue with ${title}`);
  await arrive(page);
}

/** The same on the account page, to link it. */
export async function link(page, title) {
  await send(page, `Link ${title}`);
  await arrive(page);
}

/** Waits for the page of ours that a provider leads back to, at this path if it is given. */
export async function back(page, path) {
  const isThere = ({ hostname, pathname }) =>
    hostname === "localhost" && (!path || pathname === path);
  await page.waitForURL(isThere);
}

/** Agrees on the pages of a provider, as the person with this address, and comes back. */
export async function agree(page, title, email, path) {
  await WAYS[title].agree(page, email);
  await back(page, path);
}

/** Who the browser is signed in as, as the API says. */
export async function me(page) {
  const response = await page.request.get("/v1/me");
  return { status: response.status(), ...(await response.json()) };
}

export async function signOut(page) {
  await page.goto("/sign-out");
  await press(page);
  assert.equal((await me(page)).status, 401);
}
