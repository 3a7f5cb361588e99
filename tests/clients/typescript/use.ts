/** Uses the generated client against the service that the environment names. */

import assert from 'node:assert/strict';

// [snippet: use]
import { createClient, type Client } from './generated/doorward/client/index.js';
import { listUsers, signInWithPassword, type Problem } from './generated/doorward/index.js';
// [/snippet]
import { createGrant, createMyApiKey, createRole } from './generated/doorward/index.js';

const { DOORWARD_URL, PASSWORD, ADMIN, PERSON, ROLE } = process.env as Record<string, string>;
const baseUrl = DOORWARD_URL!;

// [snippet: use]
function told(problem: Problem) {
  if (problem.code === 'auth.permission_missing') {
    return `not without ${problem.required_permission}`;
  }
  return problem.errors.map((field) => `${field.pointer}: ${field.message}`).join(', ');
}
// [/snippet]

/** A client that sends the session's cookie, and the account's id. */
async function signedIn(email: string, password: string) {
  // [snippet: use]
  const person = createClient({ baseUrl });
  const body = { email, password };
  const { data, response } = await signInWithPassword({ client: person, body });
  // A browser keeps cookies by itself; Node.js does not.
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  person.setConfig({ headers: { cookie: cookies.join('; ') } });
  // [/snippet]
  assert.equal(data?.session?.user.email, email);
  return { person, id: data.session.user.id };
}

/** Prints the addresses of accounts, or why they may not be seen. */
async function printList(person: Client) {
  // [snippet: use]
  const { data: users, error } = await listUsers({ client: person });
  console.log(users ? users.items.map((user) => user.email).join(', ') : told(error));
  // [/snippet]
}

const { person, id } = await signedIn(PERSON!, PASSWORD!);
const { person: admin } = await signedIn(ADMIN!, PASSWORD!);

await printList(person);
const wrong = await createRole({ client: admin, body: { name: 'Help Desk' } });
assert.equal(wrong.response.status, 422);
assert.equal(wrong.error?.code, 'validation.failed');
console.log(told(wrong.error));

const role = await createRole({
  client: admin,
  body: { name: ROLE!, permissions: ['users:read'] },
  throwOnError: true,
});
await createGrant({
  client: admin,
  path: { id },
  body: { role_id: role.data.id },
  throwOnError: true,
});
await printList(person);

const key = await createMyApiKey({
  client: person,
  body: { name: ROLE!, permissions: ['users:read'] },
  throwOnError: true,
});
// [snippet: key]
const program = createClient({
  baseUrl,
  auth: ({ scheme }) => (scheme === 'bearer' ? key.data.secret : undefined),
});
// [/snippet]
await printList(program);
