// Accounts at other services as a part of one's own: linked and unlinked on the account page.

import assert from "node:assert/strict";

import {
  address, at, fill, look, PASSWORD, press, PROFILES, sees, send, SOCIAL, walk,
} from "../browser.mjs";
import { agree, leave, link, me, signOut, WAYS } from "../social.mjs";

const profiles = PROFILES.map(({ name, options }) => (
  { name, options: { ...options, baseURL: SOCIAL } }
));
const social = (name, run) => walk(name, run, profiles);

/** A new account with a password, signed in. */
async function account(page) {
  const email = address();
  await page.goto("/sign-up");
  await fill(page, { name: "Uma Example", email, password: PASSWORD });
  await send(page, "Create account");
  await page.goto("/sign-in");
  await fill(page, { email, password: PASSWORD });
  await send(page, "Sign in");
  at(page, "/account");
}

social("accounts are linked, signed in with, and unlinked", async (page) => {
  await account(page);
  const { id } = await me(page);
  await page.getByRole("link", { name: /Linked accounts/ }).click();
  at(page, "/account/identities");
  await look(page);
  // Facebook's addresses are verified by nobody; who is signed in needs none.
  const people = { Facebook: address("ann"), Google: address("unsure") };
  for (const [title, email] of Object.entries(people)) {
    await link(page, title);
    await agree(page, title, email, "/account/identities");
    await sees(page, "The account is linked. You can sign in with it from now on.");
    await sees(page, email);
    await look(page);
  }
  for (const [title, email] of Object.entries(people)) {
    await signOut(page);
    await page.goto("/sign-in");
    await send(page, `Continue with ${title}`);
    // Google knows them still, and asks nothing.
    if (title !== "Google") await agree(page, title, email);
    await page.waitForURL("**/account");
    assert.equal((await me(page)).id, id);
  }
  await page.goto("/account/identities");
  const line = page.locator("li", { hasText: "Facebook" });
  await Promise.all([page.waitForNavigation(), line.getByRole("button").click()]);
  await sees(page, "The account is not linked any more.");
  await look(page);
  assert.equal(await page.getByText(people.Facebook).count(), 0);
  await signOut(page);
  await page.goto("/sign-in");
  await leave(page, "Facebook");
  await agree(page, "Facebook", people.Facebook);
  await sees(page, "does not say that your e-mail address is confirmed");
});

social("each provider can be linked", async (page) => {
  await account(page);
  for (const title of Object.keys(WAYS)) {
    await page.goto("/account/identities");
    await link(page, title);
    await agree(page, title, address("ann"), "/account/identities");
    await sees(page, "The account is linked.");
  }
  assert.equal(await page.locator("li.row").count(), Object.keys(WAYS).length);
  await look(page);
});

social("who does not agree links nothing", async (page) => {
  await account(page);
  for (const title of ["Google", "Apple", "GitHub"]) {
    await page.goto("/account/identities");
    await link(page, title);
    await WAYS[title].refuse(page);
    await page.waitForURL("**/sign-in/callback/**");
    await sees(page, "You have not agreed there, so nothing was done here.");
    if (title === "Google") await look(page);
    await page.getByRole("link", { name: "Linked accounts" }).click();
    await page.waitForURL("**/account/identities");
    assert.equal(await page.locator("li.row").count(), 0);
  }
});

social("what somebody else has linked stays theirs", async (page, { another }) => {
  const other = await another();
  const email = address("ann");
  for (const each of [other, page]) {
    await account(each);
    await each.goto("/account/identities");
    await link(each, "Other");
    await agree(each, "Other", email, each === other ? "/account/identities" : null);
  }
  await sees(page, "Somebody else’s account here is linked with it already.");
  await look(page);
});

social("the last way in can't be taken away", async (page) => {
  await page.goto("/sign-in");
  await leave(page, "GitHub");
  await agree(page, "GitHub", address("ann"));
  await page.goto("/account/identities");
  await press(page, "main li button");
  await sees(page, "could not sign in any more without it");
  await look(page);
  await page.goto("/account/identities");
  assert.equal(await page.locator("li.row").count(), 1);
  await link(page, "Microsoft");
  await agree(page, "Microsoft", address("ann"), "/account/identities");
  await press(page, "main li:first-child button");
  await sees(page, "The account is not linked any more.");
  assert.equal(await page.locator("li.row").count(), 1);
});
