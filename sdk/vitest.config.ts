import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = fileURLToPath(new URL('./src', import.meta.url))

export default defineConfig({
  resolve: {
    // The package by its own name, as in the examples of the README.
    alias: [
      { find: /^doorward$/, replacement: `${src}/core/index.ts` },
      { find: /^doorward\/next\/(\w+)$/, replacement: `${src}/next/$1.ts` },
      { find: /^doorward\/(\w+)$/, replacement: `${src}/$1/index.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // The live tests wait for a debug build that hashes passwords.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
