import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const SDK = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8'))
const names = Object.keys(manifest.exports).filter((path) => path !== './package.json')
const required = names.filter((path) => manifest.exports[path].require)
const nameOf = (path: string) => `doorward${path.slice(1)}`

let folder: string
let packed: string[]
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' })

beforeAll(() => {
  expect(existsSync(join(SDK, 'dist/core/index.js')), 'run npm run build before').toBe(true)
  folder = mkdtempSync(join(tmpdir(), 'doorward-package-'))
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [tarball] = JSON.parse(execFileSync('npm', args, { cwd: SDK, encoding: 'utf8' }))
  packed = tarball.files.map(({ path }: { path: string }) => path)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  run('npm', 'install', ...quiet, join(folder, tarball.filename))
  // What an app of Next.js has besides; no need to load it again.
  for (const name of ['next', 'react', 'react-dom', '@types', 'undici-types', 'csstype']) {
    const there = join(SDK, 'node_modules', name)
    if (existsSync(there)) symlinkSync(there, join(folder, 'node_modules', name))
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package', () => {
  it('holds what is built, and no sources or tests', () => {
    expect(packed.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
      'LICENSE-APACHE',
      'LICENSE-MIT',
      'README.md',
      'package.json',
    ])
    for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) {
      const [ours, theirs] = [join(SDK, name), join(SDK, '..', name)]
      expect(readFileSync(ours, 'utf8')).toBe(readFileSync(theirs, 'utf8'))
    }
  })

  it('depends on exact versions of little', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['jose', 'openapi-fetch'])
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([])
  })

  it.each(names)('is imported as %s', (path) => {
    const code = `const m = await import('${nameOf(path)}'); console.log(Object.keys(m).length)`
    const count = Number(run('node', '--input-type=module', '-e', code))
    if (path === './openapi') expect(count).toBe(0)
    else expect(count).toBeGreaterThan(0)
  })

  it.each(required)('is required as %s, also where nothing of ESM can be', (path) => {
    const tell = (got: string) => `console.log(Object.keys(${got}).sort().join())`
    const common = tell(`require('${nameOf(path)}')`)
    const modern = tell(`await import('${nameOf(path)}')`)
    const found = run('node', '--no-experimental-require-module', '-e', common)
    expect(found).toBe(run('node', '--input-type=module', '-e', modern))
  })

  it('is required as a guard whose errors are those of the client', () => {
    writeFileSync(
      join(folder, 'guard.cjs'),
      `const { createGuard } = require('doorward/node')
       const { isProblem, ProblemError } = require('doorward')
       const guard = createGuard({ issuer: 'https://id.example.com', audience: 'a' })
       guard.authenticate({ headers: {} }).catch((error) => {
         console.log(error instanceof ProblemError, isProblem(error.problem), error.code)
       })`,
    )
    const said = run('node', '--no-experimental-require-module', 'guard.cjs')
    expect(said.trim()).toBe('true true auth.not_signed_in')
  })

  it('says "use client" at the top of what is for React', () => {
    const path = join(folder, 'node_modules/doorward/dist/react/index.js')
    expect(readFileSync(path, 'utf8')).toMatch(/^["']use client["']/)
  })

  it('names no module of Node.js in what runs in browsers and at the edge', () => {
    const edge = packed.filter((path) => /^dist\/(core|jwt|react|next|openapi)\/.*\.js$/.test(path))
    expect(edge.length).toBeGreaterThan(10)
    for (const path of edge) {
      const text = readFileSync(join(folder, 'node_modules/doorward', path), 'utf8')
      expect(text, path).not.toMatch(/(from|import|require\()\s*\(?["']node:/)
    }
  })

  it('has types that a strict program of either kind can use', () => {
    const client = `
      const client = createClient({ baseUrl: 'https://id.example.com' })
      export async function names(): Promise<string[]> {
        const { items } = await unwrap(client.listUsers({ query: { limit: 10 } }))
        return items.map(({ name }) => name)
      }
      export const guard: Guard = createGuard({ issuer: 'https://id.example.com', audience: 'a' })
      export const verifier: Verifier = createVerifier({ issuer: 'https://x.test', audience: 'a' })
      // @ts-expect-error: there is no such member of a body
      void client.signOut({ body: { x: 1 } })
      // @ts-expect-error: the id is missing
      void client.getUser({})`
    const imports = `
      import { createClient, unwrap } from 'doorward'
      import { createVerifier, type Verifier } from 'doorward/jwt'
      import { createGuard, type Guard } from 'doorward/node'`
    const modules = `
      import type { components } from 'doorward/openapi'
      import { fakeSession } from 'doorward/testing'
      export const user: components['schemas']['UserId'] = fakeSession().user.id`
    mkdirSync(join(folder, 'types'))
    writeFileSync(join(folder, 'types/module.mts'), imports + modules + client)
    writeFileSync(join(folder, 'types/common.cts'), imports + client)
    const options = { module: 'nodenext', strict: true, noEmit: true, types: ['node'] }
    const strict = { ...options, exactOptionalPropertyTypes: true, lib: ['es2023', 'dom'] }
    const config = { compilerOptions: strict, include: ['types'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    expect(run(join(SDK, 'node_modules/.bin/tsc'), '-p', 'tsconfig.json')).toBe('')
  }, 60_000)
})
