// Every page, as it looks and as it sounds: on a desktop and a phone, in light and dark, without an
// error in the console.

import assert from "node:assert/strict";

import {
  appears, arrives, call, carry, DESKTOP, makeModerator, PASSWORD, person, PHONE, show,
  signedIn, story, write,
} from "../example.mjs";

for (const [device, options] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  story(`every page on a ${device}`, async (page) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    await show(page, "start");
    await page.goto("/login");
    await page.getByRole("button", { name: "Continue with Google" }).waitFor();
    await show(page, "login");
    const somebody = await signedIn(page, "Ann");
    const response = await page.goto("/nothing-here");
    assert.equal(response.status(), 404);
    await show(page, "not-found");
    await page.goto("/notes");
    await show(page, "notes-empty");
    await write(page, "", "Without a title");
    await appears(page, "This must not be empty.");
    await show(page, "notes-invalid");
    await write(page, "Milk", "Two bottles.\nAnd bread.");
    await appears(page, "Your note is kept.");
    await call(page, "/api/notes", {
      method: "POST", body: { title: "W".repeat(80), body: "unbroken".repeat(40) },
    });
    await page.reload();
    await show(page, "notes");
    for (const path of ["profile", "dashboard", "overview", "legacy"]) {
      await page.goto(`/${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await show(page, path);
    }
    const forbidden = await page.goto("/moderation");
    assert.equal(forbidden.status(), 403);
    await show(page, "forbidden");
    await makeModerator(somebody);
    await page.goto("/moderation");
    await page.getByRole("link", { name: "Moderation" }).waitFor();
    await show(page, "moderation");
  }, { options });
}

story("what the server sends is what the browser makes of it", async (page, { another }) => {
  const warnings = [];
  page.on("console", (message) => {
    warnings.push(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  const paths = ["/", "/login", "/notes", "/profile", "/dashboard", "/overview", "/legacy"];
  await signedIn(page);
  for (const path of paths) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
  }
  assert.deepEqual(warnings, []);
  // Without scripts the pages of the server are there, and the form works.
  const plain = await another({ javaScriptEnabled: false });
  await carry(plain, await person("ben"));
  await plain.goto("/notes");
  await plain.getByLabel("Title").fill("Without scripts");
  await plain.getByRole("button", { name: "Add the note" }).click();
  await appears(plain, "Your note is kept.");
  await plain.getByRole("heading", { name: "Without scripts" }).waitFor();
});

story("a link to a page leads strangers to the sign-in, and back to it", async (page) => {
  await page.goto("/");
  // Nothing that Next.js reads ahead of a click is left open.
  await page.waitForLoadState("networkidle");
  await page.getByRole("link", { name: "Open my notes" }).click();
  await arrives(page, "/sign-in");
  assert.equal(new URL(page.url()).search, "?return_to=%2Fnotes");
  const { email } = await person("ann");
  await page.fill('[name="email"]', email);
  await page.fill('[name="password"]', PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await arrives(page, "/notes");
  assert.equal(new URL(page.url()).search, "");
});

story("looking away and back changes nothing", async (page) => {
  const { email } = await signedIn(page);
  await page.goto("/profile");
  await appears(page, email);
  await page.evaluate(() => {
    globalThis.changes = [];
    new MutationObserver((records) => globalThis.changes.push(...records.map(String))).observe(
      document.body, { childList: true, subtree: true, characterData: true },
    );
  });
  const asked = page.waitForResponse((response) => response.url().includes("/v1/auth/session"));
  await page.evaluate(() => {
    document.dispatchEvent(new Event("visibilitychange"));
    globalThis.dispatchEvent(new Event("focus"));
  });
  await asked;
  await page.waitForLoadState("networkidle");
  assert.deepEqual(await page.evaluate(() => globalThis.changes), []);
});
