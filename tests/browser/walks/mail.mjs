// What comes by mail: verification, reset, a changed address, a sign-in.

import assert from "node:assert/strict";

import {
  account, address, at, fill, look, mailTo, OTHER, PASSWORD, press, sees, send, signIn, signUp,
  walk,
} from "../browser.mjs";

walk("an address is verified by its link, and once", async (page) => {
  const email = address();
  await signUp(page, email);
  await sees(page, "We have sent you a mail.");
  await look(page);
  const { link } = await mailTo(email, "verify_email");
  await page.goto(link);
  await look(page);
  await press(page);
  at(page, "/sign-in");
  await sees(page, "Your address is confirmed.");
  await page.goto(link);
  await press(page);
  await sees(page, "This link is not good any more");
  await look(page);
});

walk("an address is verified by its code", async (page) => {
  const email = await account(page);
  await sees(page, `${email}, not confirmed yet`);
  const { code } = await mailTo(email, "verify_email");
  await page.goto("/verify");
  assert.equal(await page.inputValue('[name="email"]'), email);
  await fill(page, { code: "000000" });
  await send(page, "Confirm");
  await sees(page, "This code is wrong, used or too old.");
  await look(page);
  await fill(page, { code: `${code.slice(0, 3)} ${code.slice(3)}` });
  await send(page, "Confirm");
  at(page, "/account");
  await sees(page, "Your address is confirmed.");
});

walk("another mail can be had", async (page) => {
  const email = address();
  await signUp(page, email);
  const first = await mailTo(email, "verify_email");
  await send(page, "Send the mail again");
  await sees(page, "another mail is on its way");
  const second = await mailTo(email, "verify_email", first);
  await page.goto(second.link);
  await press(page);
  await sees(page, "Your address is confirmed.");
});

walk("a forgotten password is set anew, and all sessions end", async (page, { another }) => {
  const email = address();
  const other = await another();
  await signUp(other, email);
  await signIn(other, email);
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await look(page);
  await fill(page, { email });
  await send(page, "Send the mail");
  await sees(page, "Look into your mail");
  await look(page);
  const { link } = await mailTo(email, "reset_password");
  await page.goto(link);
  await fill(page, { password: "too short" });
  await send(page, "Set password");
  await sees(page, "Use at least 15 characters.");
  await look(page);
  await fill(page, { password: OTHER });
  await send(page, "Set password");
  await sees(page, "Your new password is set.");
  await other.goto("/account");
  at(other, "/sign-in");
  await signIn(page, email, PASSWORD);
  await sees(page, "is not right");
  await signIn(page, email, OTHER);
  at(page, "/account");
  await page.goto(link);
  await fill(page, { password: PASSWORD });
  await send(page, "Set password");
  await sees(page, "This link is not good any more");
});

walk("an address is changed, and the old one takes it back", async (page, { another }) => {
  const email = await account(page);
  const next = address("next");
  await page.goto("/account/email");
  await look(page);
  await fill(page, { email: next });
  await send(page, "Continue");
  at(page, "/account/email/code");
  await look(page);
  const { code } = await mailTo(next, "confirm_email");
  await fill(page, { code });
  await send(page, "Confirm");
  at(page, "/account");
  await sees(page, "Your new address is confirmed.");
  await sees(page, next);
  const { link } = await mailTo(email, "email_changed");
  const owner = await another();
  await owner.goto(link);
  await look(owner);
  await send(owner, "Take it back");
  at(owner, "/sign-in");
  await sees(owner, "Your account has its old address again.");
  await page.goto("/account");
  at(page, "/sign-in");
  const reset = await mailTo(email, "reset_password");
  await owner.goto(reset.link);
  await fill(owner, { password: OTHER });
  await send(owner, "Set password");
  await signIn(owner, email, OTHER);
  at(owner, "/account");
});

walk("a new address is confirmed by its link", async (page) => {
  await account(page);
  const next = address("next");
  await page.goto("/account/email");
  await fill(page, { email: next });
  await send(page, "Continue");
  const { link } = await mailTo(next, "confirm_email");
  await page.goto(link);
  await look(page);
  await press(page, "main .main");
  at(page, "/account");
  await sees(page, next);
});

/** An account whose address is confirmed, signed out. */
async function verified(page) {
  const email = address();
  await signUp(page, email);
  const { link } = await mailTo(email, "verify_email");
  await page.goto(link);
  await press(page);
  return email;
}

walk("somebody signs in by a mailed link", async (page) => {
  const email = await verified(page);
  await page.getByRole("link", { name: "Sign in by mail" }).click();
  await look(page);
  await fill(page, { email });
  await send(page, "Send the mail");
  await look(page);
  const { link } = await mailTo(email, "magic_link");
  await page.goto(link);
  await look(page);
  await send(page, "Sign in");
  at(page, "/account");
  await page.goto("/sign-out");
  await press(page);
  await page.goto(link);
  await send(page, "Sign in");
  await sees(page, "This link is not good any more");
});

walk("somebody signs in by a mailed code", async (page) => {
  const email = await verified(page);
  await page.goto("/magic?return_to=/account/sessions");
  await fill(page, { email });
  await send(page, "Send the mail");
  const { code } = await mailTo(email, "magic_link");
  await fill(page, { code: "000000" });
  await send(page, "Sign in");
  await sees(page, "This code is wrong, used or too old.");
  await look(page);
  await fill(page, { code });
  await send(page, "Sign in");
  at(page, "/account/sessions");
});
