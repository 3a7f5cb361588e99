// [snippet: config]
import { withDoorward } from 'doorward/next/config'
import type { NextConfig } from 'next'

const policy = "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

const headers = [
  { key: 'Content-Security-Policy', value: policy },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Strict-Transport-Security', value: 'max-age=63072000' },
  { key: 'X-Content-Type-Options', value: 'nosniff' },
]

const config: NextConfig = {
  poweredByHeader: false,
  // A native module: loaded by Node.js, not bundled.
  serverExternalPackages: ['libsql'],
  // `app/forbidden.tsx`, with the status 403, for who lacks a permission.
  experimental: { authInterrupts: true },
  // Doorward's own pages bring their own headers.
  headers: async () => [
    { source: '/:own(|login|profile|dashboard|overview|notes|moderation|legacy)', headers },
    { source: '/api/:own(notes|moderation|service|legacy)/:rest*', headers },
  ],
}

export default withDoorward(config)
// [/snippet]
