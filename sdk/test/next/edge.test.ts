import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'
import { expect, it } from 'vitest'

const SOURCES = fileURLToPath(new URL('../../src/next/proxy.ts', import.meta.url))
const BUILT = fileURLToPath(new URL('../../dist/next/proxy.js', import.meta.url))

const withoutTypes = (text: string) =>
  transpileModule(text, {
    compilerOptions: { target: ScriptTarget.ES2022, module: ModuleKind.ESNext },
  }).outputText

/** What a module and all that it imports take from elsewhere. Types alone are nothing. */
function taken(entry: string): Set<string> {
  const found = new Set<string>()
  const seen = new Set<string>()
  const look = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const text = withoutTypes(readFileSync(file, 'utf8'))
    const imports = /^(?:import|export)\s+(?:[\w*\s{},$]+\sfrom\s+)?['"]([^'"]+)['"]/gm
    const calls = /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g
    for (const [, name = ''] of [...text.matchAll(imports), ...text.matchAll(calls)]) {
      if (!name.startsWith('.')) {
        found.add(name)
        continue
      }
      const path = resolve(dirname(file), name)
      look(existsSync(path) ? path : path.replace(/\.js$/, '.ts'))
    }
  }
  look(entry)
  return found
}

// At the edge there is nothing of Node.js.
it.each([SOURCES, ...(existsSync(BUILT) ? [BUILT] : [])])('%s runs at the edge', (entry) => {
  const names = [...taken(entry)].sort()
  expect(names.filter((name) => name.startsWith('node:') || builtinModules.includes(name))).toEqual(
    [],
  )
  expect(names.filter((name) => !name.startsWith('jose/'))).toEqual(['next/server.js'])
})
