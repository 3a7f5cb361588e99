import { unwrap } from './client.js'
import type { Result } from './types.js'

interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}

type ItemOf<Answer> = Answer extends Page<infer Item> ? Item : never

/**
 * Every item of a list, page by page, each page asked for when it is needed:
 *
 *     for await (const user of paginate(client.listUsers, { query: { limit: 200 } })) { … }
 *
 * Throws a {@link ProblemError} if a page can't be had.
 */
export async function* paginate<Args extends object, Answer extends Page<unknown>>(
  list: (args: Args) => Promise<Result<Answer>>,
  args?: Args,
): AsyncGenerator<ItemOf<Answer>, void, undefined> {
  const query = (args as { query?: object } | undefined)?.query
  let cursor: string | null | undefined
  do {
    const more = cursor == null ? query : { ...query, cursor }
    const page: Answer = await unwrap(list({ ...args, query: more } as unknown as Args))
    yield* page.items as ItemOf<Answer>[]
    cursor = page.next_cursor
  } while (cursor !== null)
}
