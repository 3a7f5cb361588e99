/**
 * The configuration of Next.js, with the service's pages at the app's own origin.
 *
 * @module
 */
import type { NextConfig } from 'next'
import { ASSETS, PAGES, WELL_KNOWN } from './paths.js'

/** Where the service's pages lead. */
export interface RewriteOptions {
  /** Where the app's route handler stands; `/api/doorward` if absent. */
  basePath?: string
  /** Whether the paths of Auth.js (`/api/auth/*`) lead to the service too; they do if absent. */
  authjs?: boolean
}

type Rewrite = { source: string; destination: string }
type Rewrites = Awaited<ReturnType<NonNullable<NextConfig['rewrites']>>>

/** The rewrites by which the service's pages, and what they load and call, reach the handler. */
export function doorwardRewrites(options: RewriteOptions = {}): Rewrite[] {
  const { basePath = '/api/doorward', authjs = true } = options
  const one = (path: string) => ({ source: `/${path}`, destination: `${basePath}/${path}` })
  const below = (path: string) => one(`${path}/:path*`)
  return [
    ...PAGES.flatMap((page) => [one(page), below(page)]),
    ...ASSETS.map(one),
    one('assets/marks/:mark'),
    ...WELL_KNOWN.map(one),
    // What the pages' own scripts call.
    below('v1/auth'),
    one('v1/me/passkeys'),
    below('v1/me/passkeys'),
    ...(authjs ? [below('api/auth')] : []),
  ]
}

/**
 * The configuration, with rewrites that put the service's pages at the app's origin. They come
 * after the app's own pages, so one of the same path, such as `app/sign-in/page.tsx`, stands. The
 * service's address is not among them: the handler reads it while the app runs.
 */
export function withDoorward(config: NextConfig = {}, options: RewriteOptions = {}): NextConfig {
  const ours = doorwardRewrites(options)
  return {
    ...config,
    rewrites: async () => {
      const theirs: Rewrites = (await config.rewrites?.()) ?? []
      if (Array.isArray(theirs)) return [...theirs, ...ours]
      return { ...theirs, afterFiles: [...(theirs.afterFiles ?? []), ...ours] }
    },
  }
}
