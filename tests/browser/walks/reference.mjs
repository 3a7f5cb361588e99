// Swagger UI as the developer of a client uses it: with the session of the browser, with an access
// token and with an API key.

import assert from "node:assert/strict";

import { account, ORIGIN, PROFILES, walk } from "../browser.mjs";

const desktop = PROFILES.filter(({ name }) => name === "desktop");

/** Opens the reference at an operation, which can be tried at once. */
async function open(page, tag, operation) {
  await page.goto("/docs/");
  const block = page.locator(`#operations-${tag}-${operation}`);
  await block.locator(".opblock-summary-control").click();
  return block;
}

/** Sends the operation; the request that left the browser and the status that came back. */
async function execute(page, block, path) {
  const sent = page.waitForRequest((request) => new URL(request.url()).pathname === path);
  await block.getByRole("button", { name: "Execute" }).click();
  const request = await sent;
  const response = await request.response();
  await block.locator(".live-responses-table .response-col_status").first().waitFor();
  return { headers: await request.allHeaders(), status: response.status() };
}

/** Enters a credential in the dialog of "Authorize". */
async function authorize(page, scheme, value) {
  await page.locator(".auth-wrapper .btn.authorize").click();
  const form = page.locator(".modal-ux .auth-container").filter({ hasText: scheme });
  await form.locator("input").first().fill(value);
  await form.locator("button.authorize").click();
  await page.locator(".modal-ux button.btn-done").first().click();
}

walk("the reference calls with the session of the browser", async (page) => {
  await account(page);
  const block = await open(page, "me", "get_me");
  const { headers, status } = await execute(page, block, "/v1/me");
  assert.equal(status, 200);
  assert.ok(headers.cookie.includes("doorward="));
}, desktop);

walk("the reference calls with an access token and with an API key", async (page) => {
  await account(page);
  const headers = { origin: ORIGIN };
  const made = await page.request.post(`${ORIGIN}/v1/auth/token`, { headers });
  const { access_token: token } = await made.json();
  await page.context().clearCookies();
  const before = await execute(page, await open(page, "me", "get_me"), "/v1/me");
  assert.equal(before.status, 401);
  const block = await open(page, "me", "get_me");
  await authorize(page, "bearer", token);
  const by = await execute(page, block, "/v1/me");
  assert.equal(by.status, 200);
  assert.equal(by.headers.authorization, `Bearer ${token}`);
  const again = await open(page, "me", "get_me");
  await authorize(page, "api_key", "dw_wrong");
  const wrong = await execute(page, again, "/v1/me");
  assert.equal(wrong.headers["x-api-key"], "dw_wrong");
  assert.equal(wrong.status, 401);
}, desktop);
