// Accounts at other services: signing in with them, on their own pages, and coming back once.

import assert from "node:assert/strict";

import {
  address, at, fill, look, press, PROFILES, sees, send, SOCIAL, walk,
} from "../browser.mjs";
import { agree, back, leave, me, signOut, WAYS } from "../social.mjs";

const profiles = PROFILES.map(({ name, options }) => (
  { name, options: { ...options, baseURL: SOCIAL } }
));
const social = (name, run) => walk(name, run, profiles);

social("somebody signs in with Google, and is known again", async (page, { another }) => {
  const email = address("ann");
  await page.goto("/sign-in");
  await look(page);
  await leave(page, "Google");
  await agree(page, "Google", email);
  at(page, "/account");
  await sees(page, "Ann Example");
  await sees(page, email);
  await look(page);
  const { id } = await me(page);
  // Google knows them still, and asks nothing.
  await signOut(page);
  await page.goto("/sign-in?return_to=/account/sessions");
  await send(page, "Continue with Google");
  await page.waitForURL("**/account/sessions");
  assert.equal((await me(page)).id, id);
  const elsewhere = await another();
  await elsewhere.goto("/sign-up");
  await look(elsewhere);
  await leave(elsewhere, "Google");
  await agree(elsewhere, "Google", email);
  at(elsewhere, "/account");
  assert.equal((await me(elsewhere)).id, id);
});

for (const title of ["Microsoft", "Apple", "GitHub", "Other"]) {
  social(`somebody signs in with ${title}, and is known again`, async (page) => {
    const email = address("ann");
    const ids = [];
    for (let times = 0; times < 2; times += 1) {
      await page.goto("/sign-in");
      await leave(page, title);
      await agree(page, title, email);
      at(page, "/account");
      await sees(page, email);
      await sees(page, "Ann Example");
      ids.push((await me(page)).id);
      await signOut(page);
    }
    assert.equal(ids[0], ids[1]);
  });
}

social("the page between says where it leads", async (page) => {
  // It leads on by itself, so fast that nobody could look at it.
  await page.route("**/sign-in/with", async (route) => {
    const response = await route.fetch();
    const { refresh, ...headers } = response.headers();
    assert.match(refresh, /^0; url=http:\/\/127\.0\.0\.1:/);
    await route.fulfill({ response, headers });
  });
  await page.goto("/sign-in");
  await send(page, "Continue with GitHub");
  await sees(page, "You are being led there");
  await look(page);
  await page.getByRole("link", { name: "Go to GitHub" }).click();
  await agree(page, "GitHub", address("ann"));
  at(page, "/account");
});

social("an address that is not verified there opens nothing", async (page) => {
  // Facebook never says so, and of these the others say that it is not.
  for (const title of ["Facebook", ...Object.keys(WAYS).filter((it) => it !== "Facebook")]) {
    await page.goto("/sign-in");
    await leave(page, title);
    await agree(page, title, address("unsure"));
    at(page, `/sign-in/callback/${title.toLowerCase()}`);
    await sees(page, "does not say that your e-mail address is confirmed");
    if (title === "Facebook") await look(page);
    assert.equal((await me(page)).status, 401);
  }
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/sign-in");
});

social("who does not agree there is told so here", async (page) => {
  for (const title of Object.keys(WAYS)) {
    await page.goto("/sign-in");
    await leave(page, title);
    await WAYS[title].refuse(page);
    await back(page);
    await sees(page, "You have not agreed there, so nothing was done here.");
    if (title === "Apple") await look(page);
    assert.equal((await me(page)).status, 401);
  }
});

/** Somebody agrees at GitHub, and does not go back. Answers the address that leads back. */
async function stay(page, email) {
  await page.goto("/sign-in");
  await leave(page, "GitHub");
  const form = await page.evaluate(() => Object.fromEntries(new FormData(document.forms[0])));
  const answer = { ...form, login: email, answer: "yes" };
  const response = await page.request.post(page.url(), { form: answer, maxRedirects: 0 });
  assert.equal(response.status(), 303);
  return response.headers().location;
}

social("what is copied into another browser signs nobody in there", async (page, { another }) => {
  const url = await stay(page, address("ann"));
  const other = await another();
  // Not in one that has never been here, and not in one that is on such a way itself.
  await other.goto(url);
  await sees(other, "was begun in another browser");
  await look(other);
  assert.equal((await me(other)).status, 401);
  await page.goto(url);
  await sees(page, "was begun in another browser");
  assert.equal((await me(page)).status, 401);
  const own = await stay(page, address("ann"));
  await stay(other, address("eve"));
  await other.goto(own);
  await sees(other, "was begun in another browser");
  assert.equal((await me(other)).status, 401);
});

social("nobody comes back twice", async (page) => {
  const url = await stay(page, address("ann"));
  await page.goto(url);
  at(page, "/account");
  await page.goto(url);
  await sees(page, "was finished already");
  await look(page);
  // Whoever is signed in stays so.
  await page.goto("/account");
  at(page, "/account");
  await signOut(page);
  await page.goto(url);
  await sees(page, "was finished already");
  assert.equal((await me(page)).status, 401);
});

social("a provider that is gone keeps nobody out", async (page) => {
  page.borne.add(503);
  const email = address();
  await page.goto("/sign-up");
  const password = "a river of green tea";
  await fill(page, { name: "Uma Example", email, password });
  await send(page, "Create account");
  await page.goto("/sign-in");
  await send(page, "Continue with Gone");
  await sees(page, "The other service does not answer just now.");
  await look(page);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/sign-in");
  // This one is gone while somebody is there.
  await leave(page, "Later");
  await agree(page, "GitHub", address("ann"), "/sign-in/callback/later");
  await sees(page, "The other service does not answer just now.");
  await look(page);
  await page.goto("/sign-in");
  await fill(page, { email, password });
  await send(page, "Sign in");
  at(page, "/account");
  await page.goto("/account/identities");
  await press(page, 'main button[value="gone"]');
  await sees(page, "The other service does not answer just now.");
  await look(page);
});
