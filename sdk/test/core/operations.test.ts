import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { generate } from '../../scripts/generate.mjs'
import { createClient } from '../../src/core/index.js'
import { everyOperation } from './contract.js'

type AnyMethod = (args?: object) => Promise<{ error?: { code: string } }>

/** A client whose requests are kept and answered with nothing. */
function recording() {
  const requests: Request[] = []
  const client = createClient({
    baseUrl: 'https://id.example.com',
    fetch: async (request) => {
      requests.push(request)
      return new Response(null, { status: 204 })
    },
  }) as unknown as Record<string, AnyMethod>
  return { client, requests }
}

const HOSTILE = [
  '../admin/users',
  '..',
  '.',
  '',
  'usr_06awk5n2q3w0r8d1e4t7y9v2m4/../x',
  'usr_06awk5n2q3w0r8d1e4t7y9v2m4\n',
  'usr_06awk5n2q3w0r8d1e4t7y9v2m4?x=1',
  'usr_06awk5n2q3w0r8d1e4t7y9v2m4%2f',
  'USR_06AWK5N2Q3W0R8D1E4T7Y9V2M4',
  'usr_06awk5n2q3w0r8d1e4t7y9v2m1',
  'xxx_06awk5n2q3w0r8d1e4t7y9v2m4',
  undefined,
  null,
  7,
  ['usr_06awk5n2q3w0r8d1e4t7y9v2m4'],
  { toString: () => 'usr_06awk5n2q3w0r8d1e4t7y9v2m4' },
]

describe('operations', () => {
  it('are what the contract says: the generated files are not older than it', async () => {
    for (const [path, text] of Object.entries(await generate())) {
      const committed = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
      expect(committed === text, `${path}: run npm run generate`).toBe(true)
    }
  })

  it('are methods of the client, every one of the contract and no other', () => {
    const names = everyOperation.map(({ name }) => name)
    expect(names.length).toBeGreaterThan(100)
    expect(Object.keys(recording().client).sort()).toEqual([...names].sort())
  })

  it.each(everyOperation)('$name asks for $method $path', async (each) => {
    const { client, requests } = recording()
    const ids = each.ids.map(({ name, schema }) => [name, schema.examples?.[0]])
    const { error } = (await client[each.name]?.({ path: Object.fromEntries(ids) })) ?? {}
    expect(error).toBeUndefined()
    expect(requests).toHaveLength(1)
    const wanted = ids.reduce((path, [name, id]) => path.replace(`{${name}}`, `${id}`), each.path)
    expect(requests[0]?.method).toBe(each.method)
    expect(requests[0]?.url).toBe(`https://id.example.com${wanted}`)
  })

  const withIds = everyOperation.filter(({ ids }) => ids.length > 0)
  it.each(withIds)('ac_018 $name sends nothing for an id of a wrong form', async (each) => {
    for (const hostile of HOSTILE) {
      for (const { name: at } of each.ids) {
        const { client, requests } = recording()
        const ids = each.ids.map(({ name, schema }) => [
          name,
          name === at ? hostile : schema.examples?.[0],
        ])
        const call = client[each.name]?.({ path: Object.fromEntries(ids) })
        await expect(call).rejects.toMatchObject({ code: 'client.invalid_id' })
        expect(requests).toHaveLength(0)
      }
    }
  })

  it('ac_018 an error about an id repeats nothing of it', async () => {
    const call = recording().client.getUser?.({ path: { id: '../secret-canary' } })
    const error: unknown = await call?.catch((caught: unknown) => caught)
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toContain('canary')
  })
})
