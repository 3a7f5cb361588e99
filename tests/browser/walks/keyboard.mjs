// Everything by keyboard alone, and what has the focus can be seen.

import assert from "node:assert/strict";

import { address, at, PASSWORD, PROFILES, sees, signUp, walk } from "../browser.mjs";

/** What has the focus: its name, and whether a frame around it shows that. */
function focus(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const box = element.getBoundingClientRect();
    const within = box.bottom > 0 && box.top < innerHeight;
    const name = element.getAttribute("name") ?? element.innerText?.trim().split("\n")[0];
    return { name, seen: shown && within };
  });
}

/** Presses Tab until the element of this name has the focus. */
async function tabTo(page, name) {
  for (let steps = 0; steps < 30; steps += 1) {
    await page.keyboard.press("Tab");
    const found = await focus(page);
    assert.ok(found.seen, `the focus on ${found.name} can't be seen`);
    if (found.name === name) return;
  }
  assert.fail(`no way to ${name} by keyboard`);
}

async function enter(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

const desktop = PROFILES.filter(({ name }) => name === "desktop");

walk("an account is used by keyboard alone", async (page) => {
  const email = address();
  await signUp(page, email);
  await page.goto("/sign-in");
  assert.equal((await focus(page)).name, "email", "the first field has the focus");
  await page.keyboard.type(email);
  await tabTo(page, "password");
  await page.keyboard.type(PASSWORD);
  await tabTo(page, "remember");
  await page.keyboard.press("Space");
  await tabTo(page, "Sign in");
  await enter(page);
  at(page, "/account");

  await page.keyboard.press("Tab");
  assert.equal((await focus(page)).name, "Skip to the content");
  await page.keyboard.press("Enter");
  await tabTo(page, "Name");
  await enter(page);
  at(page, "/account/name");
  await tabTo(page, "name");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("Keyboard Example");
  await enter(page);
  await sees(page, "Keyboard Example");

  await tabTo(page, "Sessions");
  await enter(page);
  at(page, "/account/sessions");
  await tabTo(page, "Your account");
  await enter(page);
  await tabTo(page, "Delete your account");
  await enter(page);
  await tabTo(page, "consent");
  await page.keyboard.press("Space");
  await tabTo(page, "Delete account");
  await enter(page);
  await sees(page, "Your account is deleted.");
}, desktop);
