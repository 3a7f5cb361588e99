import { defineConfig, type UserConfig } from 'tsdown'

const shared: UserConfig = {
  dts: true,
  platform: 'neutral',
  target: 'es2022',
  outDir: 'dist',
  inputOptions: { checks: { pluginTimings: false } },
}
const NODE = /^node:/
const INSIDE = ['jose', 'openapi-fetch']

export default defineConfig([
  {
    ...shared,
    entry: [
      'src/core/index.ts',
      'src/jwt/index.ts',
      'src/node/index.ts',
      'src/testing/index.ts',
      'src/react/index.ts',
      'src/next/index.ts',
      'src/next/proxy.ts',
      'src/next/config.ts',
      'src/openapi/index.ts',
    ],
    format: 'esm',
    deps: { neverBundle: [NODE] },
    // Modules stay apart, so that "use client" stays at the top of those that say it.
    unbundle: true,
  },
  {
    ...shared,
    entry: {
      'core/index': 'src/core/index.ts',
      'jwt/index': 'src/jwt/index.ts',
      'node/index': 'src/node/index.ts',
    },
    format: 'cjs',
    // Node.js before 20.19 can't require what is ESM only, so that is inside.
    deps: {
      alwaysBundle: [/^jose(\/|$)/, 'openapi-fetch'],
      onlyBundle: INSIDE,
      neverBundle: [NODE],
    },
    outputOptions: { chunkFileNames: 'common/[name]-[hash].cjs' },
  },
])
