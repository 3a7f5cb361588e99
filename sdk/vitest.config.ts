import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // The live tests wait for a debug build that hashes passwords.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
