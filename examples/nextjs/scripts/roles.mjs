// Sets up in Doorward what this app knows of roles, as often as one likes:
//
//   echo PASSWORD | npm run roles -- ADMIN-ADDRESS [ADDRESS...]
//
// Makes the permission `app:notes:moderate` and the role `moderator` that holds it, and grants the
// role to the accounts with these addresses. `DOORWARD_URL` says where Doorward is. An
// administrator with a second factor gives a code of it in `CODE`.

import { readFileSync } from 'node:fs'
// [snippet: roles]
import { createClient, isProblem, unwrap } from 'doorward'

const baseUrl = process.env.DOORWARD_URL ?? 'http://127.0.0.1:8080'

/** A client that is signed in. Cookies are a browser's: here we pass the session's on ourselves. */
async function signedIn(email, password, code) {
  const visitor = createClient({ baseUrl })
  let result = await visitor.signInWithPassword({ body: { email, password } })
  const { second_factor: step } = await unwrap(result)
  if (step) {
    const body = { token: step.token, method: 'totp', code }
    result = await visitor.giveSecondFactor({ body })
    await unwrap(result)
  }
  const cookies = result.response.headers.getSetCookie().map((line) => line.split(';', 1)[0])
  return createClient({ baseUrl, headers: { Cookie: cookies.join('; ') } })
}

/** What comes of a call, or null if what it makes is there already. */
async function made(call, already) {
  const { data, error } = await call
  if (error && !isProblem(error, already)) await unwrap({ error })
  return data ?? null
}

/** The role `moderator`, made now or before. */
async function moderatorRole(admin) {
  const permission = { name: 'app:notes:moderate', description: 'See and delete every note' }
  await made(admin.createPermission({ body: permission }), 'permissions.name_taken')
  const role = { name: 'moderator', permissions: [permission.name] }
  const fresh = await made(admin.createRole({ body: role }), 'roles.name_taken')
  if (fresh) return fresh
  const { items } = await unwrap(admin.listRoles({ query: { limit: 200 } }))
  return items.find(({ name }) => name === role.name)
}

/** Grants the role to the account with this address. It counts at once, without a new sign-in. */
async function grant(admin, email, role) {
  const { items } = await unwrap(admin.listUsers({ query: { email_prefix: email } }))
  const user = items.find((each) => each.email === email)
  if (!user) throw new Error(`nobody has the address ${email}`)
  const call = admin.createGrant({ path: { id: user.id }, body: { role_id: role.id } })
  await made(call, 'grants.exists')
}
// [/snippet]

const [administrator, ...addresses] = process.argv.slice(2)
if (!administrator) {
  console.error('echo PASSWORD | npm run roles -- ADMIN-ADDRESS [ADDRESS...]')
  process.exit(2)
}
try {
  const password = readFileSync(0, 'utf8').trimEnd()
  const admin = await signedIn(administrator, password, process.env.CODE)
  const role = await moderatorRole(admin)
  for (const email of addresses) await grant(admin, email, role)
  console.log(`role ${role.name}: ${addresses.length} accounts hold it now`)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
