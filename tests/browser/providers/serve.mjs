// Starts providers of sign-ins on the loopback address, each on a port of its own.
//
//   serve.mjs ORIGIN        the address of the service whose people come here
//
// Prints one line of JSON: where they are, and the settings of a service that uses them. Ends with
// its standard input.

import { createServer } from "node:http";

import { apple } from "./apple.mjs";
import { facebook } from "./facebook.mjs";
import { github } from "./github.mjs";
import { google } from "./google.mjs";
import { microsoft, other } from "./mock.mjs";

const ours = process.argv[2];
const origins = [];
const settings = { DOORWARD_HTTP_PRIVATE_HOSTS: "127.0.0.1" };

/** A server on a free port. */
async function listen(handler) {
  const server = createServer(handler);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${server.address().port}`;
}

function set(name, values) {
  for (const [key, value] of Object.entries(values)) {
    settings[`DOORWARD_PROVIDERS_${name.toUpperCase()}_${key}`] = value;
  }
}

for (const make of [apple, facebook, github, google, microsoft, other]) {
  let answer;
  const base = await listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://provider");
    const asked = { pathname, query: Object.fromEntries(searchParams) };
    Promise.resolve(answer(request, response, asked)).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  const made = await make(base, ours);
  answer = made.answer;
  origins.push(base);
  set(make.name, made.settings);
}

// Where nobody listens: one is gone from the start, of the other only the page is left.
const gone = "http://127.0.0.1:9";
set("gone", { TITLE: "Gone", CLIENT_ID: "gone", ISSUER: gone });
set("later", {
  TITLE: "Later",
  PRESET: "oauth2",
  CLIENT_ID: "client-github",
  CLIENT_SECRET: "gone",
  AUTHORIZATION_URL: settings.DOORWARD_PROVIDERS_GITHUB_AUTHORIZATION_URL,
  TOKEN_URL: `${gone}/token`,
  USERINFO_URL: `${gone}/user`,
});

console.log(JSON.stringify({ origins, settings }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
