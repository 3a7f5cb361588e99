// What happens to sessions while people are in the middle of something.

import assert from "node:assert/strict";

import {
  appears, arrives, call, carry, isProblem, longAgo, makeModerator, PASSWORD, person, program,
  service, session, setUpTotp, show, signedIn, story, totp, write,
} from "../example.mjs";

async function noteOf(page) {
  await page.goto("/notes");
  await write(page, "To be deleted");
  await appears(page, "Your note is kept.");
}

story("the API asks for a new proof, a dialog does, and the call is made again", async (page) => {
  const somebody = await signedIn(page);
  await noteOf(page);
  await longAgo(somebody);
  const refused = await call(page, "/api/notes", { method: "DELETE" });
  isProblem(refused, 403, "auth.step_up_required");
  assert.deepEqual(refused.data.methods, ["password"]);
  await page.getByRole("button", { name: "Delete all my notes" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password").fill("not the password");
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.getByRole("alert").filter({ hasText: /./ }).waitFor();
  await show(page, "step-up");
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.waitFor({ state: "hidden" });
  await appears(page, "Nothing yet.");
  assert.deepEqual((await call(page, "/api/notes")).data.items, []);
});

story("the dialog can be left, and nothing happens", async (page) => {
  const somebody = await signedIn(page);
  await noteOf(page);
  await longAgo(somebody);
  await page.getByRole("button", { name: "Delete all my notes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByRole("alert").filter({ hasText: /./ }).first().waitFor();
  assert.equal((await call(page, "/api/notes")).data.items.length, 1);
});

story("with a second factor the dialog asks for a code", async (page) => {
  const somebody = await person("ann");
  const secret = await setUpTotp(somebody);
  await carry(page, somebody);
  await noteOf(page);
  await longAgo(somebody);
  await page.getByRole("button", { name: "Delete all my notes" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(totp(secret));
  await dialog.getByRole("button", { name: "Go on" }).click();
  await appears(page, "Nothing yet.");
});

story("two tabs are in step", async (page) => {
  const { email } = await person("ann");
  const second = await page.context().newPage();
  await page.goto("/login?return_to=/profile");
  await second.goto("/");
  await second.getByRole("link", { name: "Sign in" }).waitFor();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await arrives(page, "/profile");
  await second.getByRole("button", { name: "Sign out" }).waitFor();
  await second.getByRole("button", { name: "Sign out" }).click();
  await second.getByRole("link", { name: "Sign in" }).waitFor();
  await page.waitForURL(({ pathname }) => ["/sign-in", "/"].includes(pathname));
  assert.ok(!(await page.innerText("body")).includes(email));
});

story("ended elsewhere, a session opens nothing, whatever the proxy keeps", async (page) => {
  const somebody = await signedIn(page);
  await makeModerator(somebody);
  await page.goto("/notes");
  const token = async () =>
    (await page.context().cookies()).find(({ name }) => name === "doorward-token");
  const before = await token();
  assert.ok(before, "the proxy has kept no token");
  // Another browser of the same person, which ends all others.
  const other = await session(somebody.email);
  const ended = await service("/v1/me/sessions", { cookie: other, method: "DELETE" });
  assert.ok(ended.status < 300, JSON.stringify(ended.data));

  isProblem(await call(page, "/api/notes"), 401, "auth.not_signed_in");
  const cookie = `doorward=${somebody.cookie}; doorward-token=${before.value}`;
  for (const path of ["/api/notes", "/api/moderation/notes", "/api/legacy"]) {
    isProblem(await program(path, { headers: { cookie } }), 401, "auth.not_signed_in");
  }
  for (const path of ["/notes", "/dashboard", "/overview", "/moderation", "/legacy"]) {
    const { status, data } = await program(path, { headers: { cookie } });
    const shows = [somebody.email, "Everybody", "My notes</h1>", "The last", "From the pages"];
    assert.ok(!shows.some((text) => String(data).includes(text)), path);
    const leads = [303, 307].includes(status) || String(data).includes("/sign-in");
    assert.ok(leads, `${path}: ${status}`);
  }
  await page.goto("/notes");
  await arrives(page, "/sign-in");
});

const TEXT = "A text that took an hour.";

async function halfWritten(page) {
  const somebody = await signedIn(page);
  await page.goto("/notes");
  await page.getByLabel("Title").fill("Half-written");
  await page.getByLabel("Note", { exact: true }).fill(TEXT);
  return somebody;
}

async function isThere(page) {
  assert.equal(await page.getByLabel("Title").inputValue(), "Half-written");
  assert.equal(await page.getByLabel("Note", { exact: true }).inputValue(), TEXT);
}

async function signInAndKeep(page, { email }) {
  await arrives(page, "/sign-in");
  await page.fill('[name="email"]', email);
  await page.fill('[name="password"]', PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await arrives(page, "/notes");
  await appears(page, "Your text is back. Add it now.");
  await isThere(page);
  await page.getByRole("button", { name: "Add the note" }).click();
  await appears(page, "Your note is kept.");
  assert.equal(await page.getByLabel("Title").inputValue(), "");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
}

story("a session that ends in the middle of a form costs nobody their text", async (page) => {
  const somebody = await halfWritten(page);
  await service("/v1/auth/sign-out", { cookie: somebody.cookie, method: "POST" });
  await page.getByRole("button", { name: "Add the note" }).click();
  await appears(page, "Your session has ended. Your text is still here");
  await isThere(page);
  await show(page, "session-ended");
  await page.getByRole("link", { name: "sign in again" }).click();
  await signInAndKeep(page, somebody);
});

story("nor does one that the proxy finds to have ended", async (page) => {
  const somebody = await halfWritten(page);
  await service("/v1/auth/sign-out", { cookie: somebody.cookie, method: "POST" });
  // The proxy's token does not last longer than a text that takes an hour.
  await page.context().clearCookies({ name: "doorward-token" });
  await page.getByRole("button", { name: "Add the note" }).click();
  await signInAndKeep(page, somebody);
});

story("what was typed is kept for nobody else", async (page) => {
  const somebody = await signedIn(page);
  await page.goto("/notes");
  await page.getByLabel("Title").fill("Mine alone");
  await service("/v1/auth/sign-out", { cookie: somebody.cookie, method: "POST" });
  await page.getByRole("button", { name: "Add the note" }).click();
  await appears(page, "Your session has ended.");
  assert.equal(await page.evaluate(() => sessionStorage.length), 1);
  await signedIn(page, "ben");
  await page.goto("/notes");
  await appears(page, "Nothing yet.");
  assert.equal(await page.getByLabel("Title").inputValue(), "");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});
