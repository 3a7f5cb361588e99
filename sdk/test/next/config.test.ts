import { describe, expect, it } from 'vitest'
import { doorwardRewrites, withDoorward } from '../../src/next/config.js'
import { servicePath } from '../../src/next/paths.js'

describe('the rewrites', () => {
  it('all lead to what the handler lets through', () => {
    for (const { source, destination } of doorwardRewrites()) {
      expect(destination).toBe(`/api/doorward${source}`)
      const named = source.replace(':path*', 'session').replace(':mark', 'google.svg')
      expect([named, servicePath(named.slice(1).split('/'))]).toEqual([named, named])
    }
  })

  it('leave the app’s own API alone', () => {
    const sources = doorwardRewrites().map(({ source }) => source)
    expect(sources).toContain('/sign-in')
    expect(sources).toContain('/api/auth/:path*')
    expect(sources).not.toContain('/v1/:path*')
    const without = doorwardRewrites({ authjs: false, basePath: '/auth' })
    expect(without.map(({ source }) => source)).not.toContain('/api/auth/:path*')
    expect(without[0]?.destination).toBe('/auth/sign-in')
  })

  it('come after the app’s own, in whatever form these are', async () => {
    const own = { source: '/a', destination: '/b' }
    const count = doorwardRewrites().length
    const none = await withDoorward({ reactStrictMode: true }).rewrites?.()
    expect(none).toHaveLength(count)
    const list = await withDoorward({ rewrites: async () => [own] }).rewrites?.()
    expect(list).toHaveLength(count + 1)
    expect((list as unknown[])[0]).toBe(own)
    const three = { beforeFiles: [own], afterFiles: [own], fallback: [own] }
    const merged = await withDoorward({ rewrites: async () => three }).rewrites?.()
    expect(merged).toMatchObject({ beforeFiles: [own], fallback: [own] })
    expect((merged as typeof three).afterFiles).toHaveLength(count + 1)
    expect(withDoorward({ reactStrictMode: true }).reactStrictMode).toBe(true)
  })
})
