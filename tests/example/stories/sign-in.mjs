// The ways into the app: its own form, the service's pages, and accounts elsewhere.

import assert from "node:assert/strict";

import { agree } from "../../browser/social.mjs";
import {
  address, appears, arrives, call, ORIGIN, PASSWORD, person, program, sees, setUpTotp, show,
  signedIn, story, totp,
} from "../example.mjs";

async function give(page, email, password = PASSWORD) {
  await page.goto("/login?return_to=/profile");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

story("the app's own form signs in, and says what is wrong", async (page) => {
  const { email } = await person("ann");
  await give(page, email, "not the password");
  await appears(page, "The address or the password is wrong.");
  assert.equal(new URL(page.url()).pathname, "/login");
  await give(page, email);
  await arrives(page, "/profile");
  await appears(page, "Welcome, ann Example!");
});

story("the app's own form asks for the second factor", async (page) => {
  const somebody = await person("ann");
  const secret = await setUpTotp(somebody);
  await give(page, somebody.email);
  await appears(page, "One more step");
  assert.equal((await call(page, "/api/notes")).status, 401, "half a sign-in is none");
  await page.getByLabel("Code of your authenticator app").fill("000000");
  await page.getByRole("button", { name: "Continue" }).click();
  await appears(page, "This code is wrong, used or too old.");
  await show(page, "second-step");
  await page.getByLabel("Code of your authenticator app").fill(totp(secret));
  await page.getByRole("button", { name: "Continue" }).click();
  await arrives(page, "/profile");
  await appears(page, "given");
  const session = await call(page, "/api/doorward/v1/auth/session");
  assert.equal(session.data.session.acr, "aal2");
});

for (const name of ["Google", "GitHub"]) {
  story(`an account at ${name} leads into the app`, async (page) => {
    await page.goto("/login?return_to=/profile");
    await page.getByRole("button", { name: `Continue with ${name}` }).click();
    await page.waitForURL(({ hostname }) => hostname === "127.0.0.1");
    const email = address("verified");
    await agree(page, name, email, "/profile");
    await appears(page, email);
    assert.equal((await call(page, "/api/notes")).status, 200);
  });
}

story("the service's pages stand at the app's address, with their own headers", async (page) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Make an account" }).click();
  await arrives(page, "/sign-up");
  const email = address("new");
  await page.fill('[name="name"]', "Nia New");
  await page.fill('[name="email"]', email);
  await page.fill('[name="password"]', PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.goto("/login");
  await page.getByRole("link", { name: "the page of the sign-in service" }).click();
  await arrives(page, "/sign-in");
  await page.fill('[name="email"]', email);
  await page.fill('[name="password"]', PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await arrives(page, "/notes");
  await page.getByRole("link", { name: "Account" }).click();
  await arrives(page, "/account");
  await sees(page, email);
  const hosted = await program("/sign-in");
  assert.match(hosted.headers.get("content-security-policy"), /default-src 'none'/);
  const own = await Promise.all(["/", "/login", "/legacy", "/api/notes"].map((at) => program(at)));
  for (const { headers } of own) {
    const policy = headers.get("content-security-policy");
    assert.match(policy, /^base-uri 'self';.*frame-ancestors 'none'/);
  }
  for (const { headers } of [hosted, ...own]) {
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-powered-by"), null);
  }
});

story("nobody is led to another site after a sign-in", async (page) => {
  await signedIn(page);
  const places = ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"];
  for (const place of places) {
    await page.goto(`/login?return_to=${encodeURIComponent(place)}`);
    await arrives(page, "/notes");
    assert.equal(new URL(page.url()).origin, ORIGIN);
  }
});

story("signing out forgets everything at once", async (page) => {
  const { email } = await signedIn(page);
  await page.goto("/profile");
  await appears(page, email);
  await page.getByRole("button", { name: "Sign out" }).click();
  await arrives(page, "/");
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  const names = (await page.context().cookies()).map(({ name }) => name);
  assert.ok(!names.includes("doorward") && !names.includes("doorward-token"), String(names));
  await page.goBack();
  await arrives(page, "/sign-in");
  assert.ok(!(await page.innerText("body")).includes(email));
});
