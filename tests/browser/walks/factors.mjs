// The second step: an authenticator app, recovery codes, trusted devices, codes by mail.

import assert from "node:assert/strict";

import {
  account, address, at, fill, look, mailTo, OTHER, PASSWORD, press, sees, send, signIn, signUp,
  totp, walk,
} from "../browser.mjs";

/** Sets up an authenticator app; answers its secret and the recovery codes. */
async function setUp(page, { looks = false } = {}) {
  await page.goto("/account/factors");
  if (looks) await look(page);
  await page.getByRole("link", { name: "Add an authenticator app" }).click();
  if (looks) await look(page);
  await fill(page, { name: "Phone" });
  await send(page, "Continue");
  if (looks) await look(page);
  const secret = (await page.innerText("code.secret")).replaceAll(" ", "");
  assert.equal(await page.locator(".qr svg").count(), 1);
  // Each step counts once, so the first code is that of the step before.
  await fill(page, { code: totp(secret, -30) });
  await send(page, "Confirm");
  await sees(page, "Recovery codes");
  if (looks) await look(page);
  const codes = await page.locator(".codes code").allInnerTexts();
  assert.equal(codes.length, 10);
  await page.getByRole("link", { name: "I have kept them" }).click();
  at(page, "/account/factors");
  return { secret, codes };
}

async function begin(page, email, password = PASSWORD) {
  await signIn(page, email, password);
  await sees(page, "One more step");
}

walk("an app is set up and asked for", async (page, { another }) => {
  const email = await account(page);
  const { secret } = await setUp(page, { looks: true });
  await sees(page, "10 are left");
  await look(page);
  await page.goto("/account");
  await sees(page, "On");
  const other = await another();
  await begin(other, email);
  await look(other);
  await other.goto("/account");
  at(other, "/sign-in");
  await begin(other, email);
  await fill(other, { code: "000000" });
  await send(other, "Continue");
  await sees(other, "This code is wrong, used or too old.");
  await look(other);
  const code = totp(secret);
  await fill(other, { code });
  await send(other, "Continue");
  at(other, "/account");
  const third = await another();
  await begin(third, email);
  await fill(third, { code });
  await send(third, "Continue");
  await sees(third, "This code is wrong, used or too old.");
});

walk("a wrong first code sets nothing up", async (page, { another }) => {
  const email = await account(page);
  await page.goto("/account/factors/app");
  await send(page, "Continue");
  const secret = (await page.innerText("code.secret")).replaceAll(" ", "");
  await fill(page, { code: "000000" });
  await send(page, "Confirm");
  await sees(page, "This code is wrong, used or too old.");
  await look(page);
  const other = await another();
  await signIn(other, email);
  at(other, "/account");
  await fill(page, { code: totp(secret) });
  await send(page, "Confirm");
  await sees(page, "Recovery codes");
});

walk("a recovery code stands in once", async (page, { another }) => {
  const email = await account(page);
  const { codes } = await setUp(page);
  const other = await another();
  await begin(other, email);
  await send(other, "Use a recovery code");
  await look(other);
  await fill(other, { code: codes[0].toLowerCase() });
  await send(other, "Continue");
  at(other, "/account");
  const third = await another();
  await begin(third, email);
  await send(third, "Use a recovery code");
  await fill(third, { code: codes[0] });
  await send(third, "Continue");
  await sees(third, "This code is wrong, used or too old.");
  await send(third, "Use your authenticator app");
  await sees(third, "Enter the code that your authenticator app shows.");
});

walk("a trusted browser is not asked again, until it is forgotten", async (page, { another }) => {
  const email = await account(page);
  const { secret } = await setUp(page);
  const other = await another();
  await begin(other, email);
  await fill(other, { code: totp(secret) });
  await other.check('[name="trust_device"]');
  await send(other, "Continue");
  at(other, "/account");
  await other.goto("/sign-out");
  await press(other);
  await signIn(other, email);
  at(other, "/account");
  await page.goto("/account/devices");
  await sees(page, "Not asked for the second step until");
  await look(page);
  await press(page, "button.small");
  await sees(page, "The device is forgotten.");
  await other.goto("/account");
  at(other, "/sign-in");
  await begin(other, email);
});

walk("what is grave asks for the second step again", async (page, { another }) => {
  const email = await account(page);
  const { secret } = await setUp(page);
  const other = await another();
  await begin(other, email);
  await fill(other, { code: totp(secret) });
  await other.check('[name="trust_device"]');
  await send(other, "Continue");
  await other.goto("/sign-out");
  await press(other);
  // Signed in by the password alone, on a trusted device.
  await signIn(other, email);
  await other.goto("/account/password");
  at(other, "/step-up");
  await look(other);
  await fill(other, { code: "000000" });
  await send(other, "Continue");
  await sees(other, "This code is wrong, used or too old.");
  await fill(other, { code: totp(secret, 30) });
  await send(other, "Continue");
  at(other, "/account/password");
  await fill(other, { current_password: PASSWORD, new_password: OTHER });
  await send(other, "Change password");
  await sees(other, "Your password is changed.");
});

walk("a reset leaves the second step out for nobody", async (page, { another }) => {
  const email = await account(page);
  const { secret } = await setUp(page);
  const other = await another();
  await other.goto("/forgot");
  await fill(other, { email });
  await send(other, "Send the mail");
  const { link } = await mailTo(email, "reset_password");
  await other.goto(link);
  await fill(other, { password: OTHER });
  await send(other, "Set password");
  at(other, "/sign-in");
  await begin(other, email, OTHER);
  await other.goto("/account");
  at(other, "/sign-in");
  await begin(other, email, OTHER);
  await fill(other, { code: totp(secret) });
  await send(other, "Continue");
  at(other, "/account");
});

walk("recovery codes are renewed and an app is removed", async (page, { another }) => {
  const email = await account(page);
  await setUp(page);
  await page.getByRole("link", { name: "Get new recovery codes" }).click();
  await look(page);
  await send(page, "Get new recovery codes");
  assert.equal(await page.locator(".codes code").count(), 10);
  await page.getByRole("link", { name: "I have kept them" }).click();
  await send(page, "Remove");
  await sees(page, "The authenticator app is removed.");
  await look(page);
  const other = await another();
  await signIn(other, email);
  at(other, "/account");
});

walk("a code by mail is the weaker second step", async (page, { another }) => {
  const email = address();
  await signUp(page, email);
  await page.goto((await mailTo(email, "verify_email")).link);
  await press(page);
  await signIn(page, email);
  await page.goto("/account/factors");
  await send(page, "Switch on");
  await sees(page, "A code by mail is asked for from now on.");
  await look(page);
  const other = await another();
  await begin(other, email);
  await send(other, "Send me a code by mail");
  await sees(other, "A code is on its way to your mailbox.");
  await look(other);
  const { code } = await mailTo(email, "mailed_factor");
  await fill(other, { code });
  await send(other, "Continue");
  at(other, "/account");
});

walk("the account speaks the language that was chosen", async (page) => {
  await account(page);
  await page.goto("/account/language");
  await look(page);
  await page.selectOption('[name="locale"]', "de");
  await send(page, "Save");
  assert.equal(await page.getAttribute("html", "lang"), "de");
  await sees(page, "Ihre Sprache ist gespeichert.");
});
