import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '../../src/core/index.js'
import { startDoorward } from '../../src/testing/index.js'

const BUILT = fileURLToPath(new URL('../../../target/debug/doorward', import.meta.url))

export const ADMIN = 'admin@example.test'
export const PASSWORD = 'a ferry of seven quiet lanterns'

/** The real service with an administrator. The binary that was built, or `DOORWARD_BINARY`. */
export async function startService(settings: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-database-'))
  const database = join(folder, 'doorward.db')
  const service = await startDoorward({
    binary: process.env.DOORWARD_BINARY ?? BUILT,
    settings: { DOORWARD_DATABASE_URL: `sqlite://${database}`, ...settings },
  })
  await service.createAdmin(ADMIN, PASSWORD)
  return {
    ...service,
    /** Makes everybody's last proof older, as waiting would. */
    async age(seconds: number) {
      const sql = `UPDATE sessions SET auth_time = auth_time - ${seconds * 1_000_000}`
      const code = 'import sqlite3, sys; d = sqlite3.connect(sys.argv[1], timeout=10)\n'
      const rest = 'd.execute(sys.argv[2]); d.commit()'
      const done = spawnSync('python3', ['-c', code + rest, database, sql], { encoding: 'utf8' })
      if (done.status !== 0) throw new Error(done.stderr)
      // The service keeps sessions in mind for less than a second.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    },
    async stop() {
      await service.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type LiveService = Awaited<ReturnType<typeof startService>>

/** A client that keeps cookies, as a browser does. */
export function cookieClient(
  origin: string,
  options: Partial<Parameters<typeof createClient>[0]> = {},
) {
  const jar = new Map<string, string>()
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const client = createClient({
    baseUrl: origin,
    headers: () => (jar.size ? { Cookie: cookie() } : ({} as Record<string, string>)),
    fetch: async (request) => {
      const response = await fetch(request)
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
        if (value && !/max-age=0/i.test(line)) jar.set(name, value)
        else jar.delete(name)
      }
      return response
    },
    ...options,
  })
  return { client, cookie }
}

/** A client of somebody who is signed in. */
export async function signedIn(origin: string, email = ADMIN, password = PASSWORD) {
  const both = cookieClient(origin)
  const { data } = await both.client.signInWithPassword({ body: { email, password } })
  if (data?.status !== 'signed_in') throw new Error('the sign-in failed')
  return both
}
