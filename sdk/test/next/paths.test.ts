import { describe, expect, it } from 'vitest'
import { localPath, servicePath, signInUrl } from '../../src/next/paths.js'

describe('where people are led', () => {
  const origin = 'https://app.example.test'

  it.each([
    ['/notes', '/notes'],
    ['/notes?page=2#top', '/notes?page=2#top'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/a/../b', '/b'],
    [`${origin}/notes`, '/notes'],
  ])('%s is a path of the app', (wanted, path) => {
    expect(localPath(wanted, origin)).toBe(path)
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    'https:evil.example',
    'https:/evil.example',
    `${origin}.evil.example/`,
    `${origin}@evil.example/`,
    'https://user@app.example.test/',
    'javascript:alert(1)',
    'data:text/html,x',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'evil.example',
    '@evil.example',
    '',
    `/${'a'.repeat(3000)}`,
    undefined,
    null,
    ['/notes'],
  ])('%s leads nowhere', (wanted) => {
    expect(localPath(wanted, origin)).toBe('/')
    expect(localPath(wanted, undefined, '/start')).toBe('/start')
  })

  it('is carried to the sign-in page whole', () => {
    expect(signInUrl('/sign-in', '/a?b=c&d=e')).toBe('/sign-in?return_to=%2Fa%3Fb%3Dc%26d%3De')
    expect(signInUrl('/in?lang=de', '/a')).toBe('/in?lang=de&return_to=%2Fa')
  })
})

describe('what the handler leads to', () => {
  it.each([
    'v1/me',
    'v1/auth/session',
    'v1/users/usr_06awk5n2q3w0r8d1e4t7y9v2m4/grants',
    '.well-known/jwks.json',
    '.well-known/doorward/revocations',
    'api/auth/csrf',
    'api/auth/callback/credentials',
    'sign-in',
    'sign-in/callback/google',
    'account/factors/app',
    'assets/doorward.css',
    'assets/marks/google.svg',
  ])('%s is let through', (path) => {
    expect(servicePath(path.split('/'))).toBe(`/${path}`)
  })

  it.each([
    'docs',
    'docs/problems/auth.not_signed_in',
    'dev/mail.json',
    'metrics',
    'livez',
    'setup',
    'oauth2/token',
    'v1',
    'v10/me',
    'api',
    'api/auth',
    'api/other',
    'assets/other.js',
    'assets/marks/a/b',
    '.well-known/doorward/revocations/events',
    '.well-known/other',
    'v1/../docs',
    'v1/./me',
    'v1//me',
    'v1/me/',
    '/v1/me',
    'v1/%2e%2e/docs',
    'v1/..%2fdocs',
    'v1/me%2f..',
    'v1/me%00',
    'v1\\me',
    'v1/me?x',
    'v1/me#x',
    'v1/me;x',
    'v1/@evil.example',
    'v1/a b',
    'v1/é',
    `v1/${'a'.repeat(129)}`,
    `v1${'/a'.repeat(12)}`,
    '',
  ])('%s is not', (path) => {
    expect(servicePath(path.split('/'))).toBeUndefined()
  })
})
