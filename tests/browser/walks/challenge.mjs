// Pages of a service that asks for work first: the script solves the puzzle, and says so.

import assert from "node:assert/strict";

import { address, at, fill, look, PASSWORD, PROFILES, sees, send, walk } from "../browser.mjs";

const { ASKING } = process.env;
const scripted = PROFILES.filter(({ name }) => name !== "without scripts");
const plain = PROFILES.filter(({ name }) => name === "without scripts");

/** What the page says of its work, one sentence after the other. */
async function listen(page) {
  const said = [];
  await page.exposeFunction("heard", (words) => said.push(words));
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      const status = document.querySelector("[data-challenge-status]");
      if (!status) return;
      const tell = () => window.heard(status.textContent);
      new MutationObserver(tell).observe(status, { childList: true, characterData: true, subtree: true });
    });
  });
  return said;
}

async function signUp(page, email) {
  await page.goto(`${ASKING}/sign-up`);
  await fill(page, { name: "Uma Example", email, password: PASSWORD });
  await send(page, "Create account");
}

async function signIn(page, email, password = PASSWORD) {
  await page.goto(`${ASKING}/sign-in`);
  await fill(page, { email, password });
  await send(page, "Sign in");
}

walk("a puzzle is solved before somebody signs up and in", async (page) => {
  const email = address();
  const said = await listen(page);
  // So that it is the worker that solves it.
  await page.addInitScript(() => {
    crypto.subtle.digest = () => Promise.reject(new Error("not in the page"));
  });
  await page.goto(`${ASKING}/sign-up`);
  await look(page);
  const workers = [];
  page.on("worker", (worker) => workers.push(new URL(worker.url()).pathname));
  await signUp(page, email);
  await sees(page, "Thank you.");
  assert.deepEqual([...new Set(workers)], ["/assets/challenge.js"]);
  assert.equal(said[0], "Your browser is solving a small puzzle first. This takes a moment.");
  await page.goto(`${ASKING}/sign-in`);
  await look(page);
  await signIn(page, email, "wrong words and more");
  await sees(page, "The e-mail address or the password is not right.");
  await look(page);
  await fill(page, { password: PASSWORD });
  await send(page, "Sign in");
  at(page, "/account");
  await sees(page, email);
}, scripted);

walk("where no worker can be had the page solves the puzzle itself", async (page) => {
  const email = address();
  await page.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new Error("no workers");
      }
    };
  });
  await signUp(page, email);
  await sees(page, "Thank you.");
  await signIn(page, email);
  at(page, "/account");
}, scripted);

walk("a puzzle that can't be had is told, and the form stays as it is", async (page) => {
  const email = address();
  await page.goto(`${ASKING}/sign-in`);
  await page.route("**/v1/auth/challenge", (route) => route.fulfill({ status: 429, body: "{}" }));
  await fill(page, { email, password: PASSWORD });
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("The puzzle could not be solved.").waitFor();
  assert.equal(await page.inputValue('[name="password"]'), PASSWORD);
  await page.unroute("**/v1/auth/challenge");
  await send(page, "Sign in");
  await sees(page, "The e-mail address or the password is not right.");
}, scripted);

walk("without scripts the page says that one is needed", async (page) => {
  await page.goto(`${ASKING}/sign-in`);
  // What stands in a noscript is no element to Playwright, but people read it.
  assert.match(await page.innerText("main"), /A script is needed here just now/);
  await look(page);
  await fill(page, { email: address(), password: PASSWORD });
  await send(page, "Sign in");
  await sees(page, "The puzzle that goes with the form was not solved.");
  await page.getByRole("link", { name: "Sign in by mail" }).click();
  await sees(page, "We send you a mail with a link and a code.");
}, plain);
