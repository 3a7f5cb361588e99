// The first administrator. There can be one set-up only, so it is walked once, on a phone.

import { at, fill, look, PASSWORD, PROFILES, sees, send, signIn, walk } from "../browser.mjs";

const phone = PROFILES.filter(({ name }) => name === "phone");

walk("the first administrator is made", async (page) => {
  const email = "admin@example.test";
  await page.goto("/setup?token=wrong");
  await fill(page, { name: "Ada Admin", email, password: PASSWORD });
  await send(page, "Create the administrator");
  await sees(page, "This link is not good any more.");
  await look(page);
  await page.goto(`/setup?token=${process.env.SETUP_TOKEN}`);
  await look(page);
  await fill(page, { name: "Ada Admin", email, password: PASSWORD });
  await send(page, "Create the administrator");
  at(page, "/sign-in");
  await sees(page, "is set up");
  await signIn(page, email);
  at(page, "/account");
  await page.goto("/account/delete");
  await page.check('[name="consent"]');
  await send(page, "Delete account");
  await sees(page, "You are the only administrator.");
  await look(page);
}, phone);
