import { defineConfig } from 'tsdown'

const shared = { unbundle: true, dts: true, platform: 'neutral', target: 'es2022' } as const

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
    outDir: 'dist',
  },
])
