import type { ChildProcess } from 'node:child_process'

/** How a service is started for tests. */
export interface ServiceOptions {
  /** The program; `DOORWARD_BINARY` or `doorward` of the `PATH` if absent. */
  binary?: string
  /** More settings, such as `DOORWARD_TOKEN_AUDIENCES`. */
  settings?: Readonly<Record<string, string>>
}

/** A service of its own with an empty database. */
export interface RunningService {
  /** Where it is: `http://127.0.0.1:` and a port. It is its issuer, too. */
  origin: string
  /** An administrator with this password. */
  createAdmin(email: string, password: string): Promise<void>
  /** Ends it and removes what it has stored. */
  stop(): Promise<void>
}

const PATIENCE = 30_000

/**
 * Starts the real service on a free port of this machine, its data in a folder that goes with it.
 * Rejects if it is not ready within half a minute. Needs Node.js.
 */
export async function startDoorward(options: ServiceOptions = {}): Promise<RunningService> {
  // Only here, so that the rest of this module serves in tests of browsers, too.
  const { spawn } = await import('node:child_process')
  const { mkdtemp, rm } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  const { join } = await import('node:path')

  const binary = options.binary ?? process.env.DOORWARD_BINARY ?? 'doorward'
  const folder = await mkdtemp(join(tmpdir(), 'doorward-'))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const env = environment({
    DOORWARD_LISTEN: `127.0.0.1:${port}`,
    DOORWARD_DATA_DIR: join(folder, 'data'),
    ...options.settings,
  })
  const start = (args: string[]) => spawn(binary, args, { cwd: folder, env, stdio: STDIO })

  const service = start(['serve'])
  const ended = endOf(service)
  async function stop(): Promise<void> {
    service.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  async function createAdmin(email: string, password: string): Promise<void> {
    const child = start(['admin', 'create', '--email', email, '--password-stdin'])
    child.stdin?.end(`${password}\n`)
    const { code, said } = await endOf(child)
    if (code !== 0) throw new Error(`doorward admin create failed: ${said}`)
  }

  try {
    await readiness(origin, ended)
  } catch (error) {
    await stop()
    throw error
  }
  return { origin, createAdmin, stop }
}

const STDIO: ['pipe', 'ignore', 'pipe'] = ['pipe', 'ignore', 'pipe']

/** The variables of this process without its own settings of the service: none may leak in. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('DOORWARD_'))
  return { ...Object.fromEntries(own), ...settings } as NodeJS.ProcessEnv
}

/** How a program ended, and the end of what it complained of. */
function endOf(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = (said + chunk).slice(-2000)
  })
  return new Promise((resolve) => {
    child.on('error', ({ message }) => {
      said += message
    })
    child.on('close', (code) => resolve({ code, said: said.trim() }))
  })
}

/** Resolves once the service is ready. Rejects if it ends before, or takes too long. */
async function readiness(origin: string, ended: Promise<{ said: string }>): Promise<void> {
  let end: { said: string } | undefined
  void ended.then((how) => {
    end = how
  })
  const until = Date.now() + PATIENCE
  while (!(await isReady(origin))) {
    if (end || Date.now() > until) {
      throw new Error(`doorward did not become ready: ${end?.said ?? 'it took too long'}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function isReady(origin: string): Promise<boolean> {
  const answer = await fetch(`${origin}/readyz`).catch(() => undefined)
  return answer?.ok ?? false
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('no free port')
  return address.port
}
