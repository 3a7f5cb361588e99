import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  isOwnCookie,
  ownCookies,
  parseCookies,
  parseSetCookie,
  sessionCookieOf,
  setsSession,
  tokenCookieLine,
} from '../../src/next/cookies.js'

describe('the cookies of a request', () => {
  it('are passed on if they are the service’s own', () => {
    const sent =
      'theme=dark; doorward=a%3D; __Host-doorward-device=b; doorward-flow=c; doorward-token=d; ' +
      'next-auth.session-token=e; __Secure-authjs.session-token=f; xdoorward=g; doorwardx=h'
    expect(ownCookies(sent)).toBe(
      'doorward=a%3D; __Host-doorward-device=b; doorward-flow=c; ' +
        'next-auth.session-token=e; __Secure-authjs.session-token=f',
    )
    expect(ownCookies('theme=dark')).toBeUndefined()
    expect(ownCookies(null)).toBeUndefined()
  })

  it('are all that the service sets', () => {
    const folder = fileURLToPath(new URL('../../../src/', import.meta.url))
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const text = sources
      .filter((name) => name.endsWith('.rs'))
      .map((name) => readFileSync(folder + name, 'utf8'))
      .join('')
    const names = new Set(text.match(/"__Host-[a-z.-]+(?=")/g)?.map((name) => name.slice(1)))
    expect(names.size).toBeGreaterThanOrEqual(6)
    for (const name of names) {
      expect(isOwnCookie(name), name).toBe(true)
      expect(isOwnCookie(name.slice('__Host-'.length)), name).toBe(true)
    }
  })

  it('hold nothing that could be read as another header or cookie', () => {
    expect(parseCookies('doorward=a\r\nX-Evil: 1')).toEqual([])
    expect(parseCookies('doorward=a b')).toEqual([])
    expect(parseCookies('doorward="a"')).toEqual([])
    expect(parseCookies('doorward=a,b')).toEqual([])
    expect(parseCookies(`doorward=${'a'.repeat(4097)}`)).toEqual([])
    expect(parseCookies('=a; doorward; doorward=')).toEqual([])
  })

  it('name the session by what no other host can have set, if it is there', () => {
    const both = 'doorward=tossed; __Host-doorward=own'
    expect(sessionCookieOf(both)).toEqual({ name: '__Host-doorward', value: 'own' })
    expect(sessionCookieOf('a=b; doorward=c')).toEqual({ name: 'doorward', value: 'c' })
    expect(sessionCookieOf('doorward-device=c')).toBeUndefined()
  })
})

describe('the cookies of an answer', () => {
  it('are read with their attributes', () => {
    const line = '__Host-doorward=a%2Fb%3D; HttpOnly; SameSite=Lax; Path=/; Secure; Max-Age=60'
    expect(parseSetCookie(line)).toEqual({
      name: '__Host-doorward',
      value: 'a/b=',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'lax',
      maxAge: 60,
    })
    expect(parseSetCookie('no cookie')).toBeUndefined()
  })

  it('tell whether the session changes', () => {
    expect(setsSession('doorward=; Max-Age=0')).toBe('doorward')
    expect(setsSession('__Host-doorward=a; Path=/')).toBe('__Host-doorward')
    expect(setsSession('doorward-device=a')).toBeUndefined()
  })

  it('keep a token where only this very host reads it', () => {
    expect(tokenCookieLine('__Host-doorward', 'v', 300)).toBe(
      '__Host-doorward-token=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=300; Secure',
    )
    expect(tokenCookieLine('doorward', 'v', 300)).not.toContain('Secure')
  })
})
