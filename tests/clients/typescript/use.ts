/** Uses the generated client against the service that the environment names. */

import assert from 'node:assert/strict';

// [snippet: use]
import { createClient, type Client } from './generated/doorward/client/index.js';
import { listUsers, signInWithPassword } from './generated/doorward/index.js';
// [/snippet]
import { createGrant, createMyApiKey, createRole } from './generated/doorward/index.js';

const { DOORWARD_URL, PASSWORD, ADMIN, PERSON, ROLE } = process.env as Record<string, string>;
const baseUrl = DOORWARD_URL!;

async function signedIn(email: string, password: string) {
  // [snippet: use]
  const person = createClient({ baseUrl });
  const { data, response } = await signInWithPassword({
    client: person,
    body: { email, password },
  });
  // A browser keeps cookies by itself; Node.js does not.
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  person.setConfig({ headers: { cookie: cookies.join('; ') } });
  // [/snippet]
  assert.equal(data?.session?.user.email, email);
  return { person, id: data.session.user.id };
}

async function listed(person: Client) {
  // [snippet: use]
  const { data: page, error } = await listUsers({ client: person });
  if (page) return page.items.map((user) => user.email);
  if (error.code === 'auth.permission_missing') return error.required_permission;
  return error.errors.map((field) => `${field.pointer}: ${field.message}`);
  // [/snippet]
}

const { person, id } = await signedIn(PERSON!, PASSWORD!);
const { person: admin } = await signedIn(ADMIN!, PASSWORD!);

assert.equal(await listed(person), 'users:read');
const refused = await listUsers({ client: person });
assert.equal(refused.response.status, 403);
assert.equal(refused.error?.code, 'auth.permission_missing');

const wrong = await createRole({ client: admin, body: { name: 'Help Desk' } });
assert.equal(wrong.response.status, 422);
assert.equal(wrong.error?.code, 'validation.failed');
assert.deepEqual(wrong.error.errors.map((field) => field.pointer), ['/name']);

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
assert.ok((await listed(person))?.includes(PERSON!));

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
assert.ok((await listed(program))?.includes(PERSON!));
