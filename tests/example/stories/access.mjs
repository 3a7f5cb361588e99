// Whose notes are whose, and what a role changes.

import assert from "node:assert/strict";

import {
  appears, arrives, call, isProblem, makeModerator, MODERATE, person, program, sees, signedIn,
  story, write,
} from "../example.mjs";

story("a role: 403, a grant, and 200 in the same session", async (page) => {
  const somebody = await signedIn(page);
  await page.goto("/notes");
  const refused = await call(page, "/api/moderation/notes");
  isProblem(refused, 403, "auth.permission_missing");
  assert.equal(refused.data.required_permission, MODERATE);
  assert.equal(await page.getByRole("link", { name: "Moderation" }).count(), 0);
  await page.goto("/moderation");
  assert.ok(!(await page.innerText("body")).includes("Everybody"));

  await makeModerator(somebody);

  await page.goto("/notes");
  assert.equal((await call(page, "/api/moderation/notes")).status, 200);
  // The proxy's token still tells of no permission: the page is asked, and knows better.
  await page.getByRole("link", { name: "Moderation" }).click();
  await arrives(page, "/moderation");
  await page.getByRole("heading", { name: "Everybody’s notes" }).waitFor();
});

story("notes are their owner's, and moderators see all", async (page, { another }) => {
  await signedIn(page, "ann");
  await page.goto("/notes");
  await write(page, "Ann's own", "Nobody else reads this.");
  await appears(page, "Your note is kept.");
  const { data } = await call(page, "/api/notes");
  const [{ id }] = data.items;

  const other = await another();
  const ben = await signedIn(other, "ben");
  await other.goto("/notes");
  await sees(other, "Nothing yet.");
  assert.deepEqual((await call(other, "/api/notes")).data.items, []);
  const path = `/api/notes/${id}`;
  isProblem(await call(other, path, { method: "DELETE" }), 404, "notes.not_found");
  isProblem(
    await call(other, `/api/moderation/notes/${id}`, { method: "DELETE" }),
    403, "auth.permission_missing",
  );
  assert.equal((await call(page, "/api/notes")).data.items.length, 1);

  await makeModerator(ben);
  await other.goto("/moderation");
  await sees(other, "Ann's own");
  await other.getByRole("button", { name: "Delete “Ann's own”" }).click();
  await other.getByText("Ann's own").first().waitFor({ state: "detached" });
  await page.reload();
  await sees(page, "Nothing yet.");
});

story("a page of another site can't use the app's API", async (page) => {
  const { cookie } = await person("ann");
  const note = JSON.stringify({ title: "Planted", body: "" });
  const sites = [
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    { "sec-fetch-site": "same-site", origin: "http://localhost:1" },
    { origin: "https://evil.example" },
    { origin: "null" },
  ];
  for (const site of sites) {
    const headers = { "content-type": "application/json", ...site };
    const answer = await program("/api/notes", { cookie, headers, method: "POST", body: note });
    isProblem(answer, 403, "csrf.origin_refused");
    const through = await program("/api/doorward/v1/auth/sign-out", {
      cookie, headers: site, method: "POST",
    });
    assert.equal(through.status, 403);
  }
  await page.goto("/");
  assert.deepEqual((await program("/api/notes", { cookie })).data, { items: [] });
});
