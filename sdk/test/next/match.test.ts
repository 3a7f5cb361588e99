import { describe, expect, it } from 'vitest'
import { matcherOf, type Rules } from '../../src/next/match.js'

const DEFAULTS: Rules = {
  pages: undefined,
  api: undefined,
  open: [],
  basePath: '/api/doorward',
  signInPath: '/sign-in',
}
const match = (path: string, rules: Partial<Rules> = {}) =>
  matcherOf({ ...DEFAULTS, ...rules })(path)

describe('without rules', () => {
  it.each(['/', '/notes', '/a/b/c', '/signin', '/accounts'])('%s is a guarded page', (path) => {
    expect(match(path)).toEqual({ isApi: false, permissions: [] })
  })
  it.each(['/api', '/api/notes', '/api/doorwardx'])('%s is a guarded API', (path) => {
    expect(match(path)).toEqual({ isApi: true, permissions: [] })
  })
  it.each([
    '/api/doorward/v1/me',
    '/api/auth/session',
    '/sign-in',
    '/sign-in/callback/google',
    '/account/factors',
    '/assets/doorward.css',
    '/v1/auth/passkey/begin',
    '/_next/static/chunks/a.js',
    '/favicon.ico',
  ])('%s is for everybody', (path) => {
    expect(match(path)).toBeUndefined()
  })
})

describe('with rules', () => {
  const rules = {
    pages: ['/notes/*', { path: '/admin/:path*', permission: 'app:admin' }, '/user/:id/edit'],
    api: ['/api/notes/*', { path: '/api/admin', permission: 'app:admin' }],
    open: ['/notes/public'],
  }
  it.each([
    ['/notes', false, []],
    ['/notes/', false, []],
    ['/notes/1/2', false, []],
    ['/admin', false, ['app:admin']],
    ['/admin/x', false, ['app:admin']],
    ['/user/7/edit', false, []],
    ['/api/notes/1', true, []],
    ['/api/admin', true, ['app:admin']],
  ])('%s is guarded', (path, isApi, permissions) => {
    expect(match(path, rules)).toEqual({ isApi, permissions })
  })
  it.each(['/', '/other', '/notesx', '/user/7', '/user/7/8/edit', '/api/other', '/notes/public'])(
    '%s is for everybody',
    (path) => {
      expect(match(path, rules)).toBeUndefined()
    },
  )

  it.each([
    '/NOTES',
    '/notes//1',
    '//notes',
    '/%6eotes',
    '/%256eotes/1',
    '/x/../notes',
    '/x/%2e%2e/notes',
    '/notes%2f1',
    '/notes\\1',
    '/notes.rsc',
    '/notes.segments/_tree.segment.rsc',
    '/_next/data/build/notes.json',
    '/_next/data/build/notes/1.json',
  ])('%s is guarded as what it could be read as', (path) => {
    expect(match(path, rules)).toBeDefined()
  })

  it.each(['/notes/public/../1', '/notes/%70ublic', '/notes/public%2f..%2f1', '/notes/PUBLIC'])(
    '%s is not what is for everybody',
    (path) => {
      expect(match(path, rules)).toBeDefined()
    },
  )

  it('never guards its own handler and the sign-in page', () => {
    const all = { pages: ['/*'], api: ['/api/*'] }
    expect(match('/api/doorward/v1/me', all)).toBeUndefined()
    expect(match('/sign-in', all)).toBeUndefined()
    expect(match('/api/doorward/../notes', all)).toBeDefined()
  })

  it('takes all permissions that its rules name', () => {
    const both = { pages: ['/a/*', { path: '/a/b/*', permission: 'app:b' }] }
    expect(match('/a/b/c', both)?.permissions).toEqual(['app:b'])
  })

  it.each(['notes', '/a(b)', '/a/*/b', '/:x+'])('%s is no rule', (path) => {
    expect(() => match('/', { pages: [path] })).toThrow(TypeError)
  })
})
