import { unwrap } from './client.js'
import type { Result } from './types.js'

interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}

type List = (args: never) => Promise<Result<Page<unknown>>>

type ItemOf<Each extends List> =
  Awaited<ReturnType<Each>> extends infer Answer
    ? Answer extends { data: Page<infer Item> }
      ? Item
      : never
    : never

/**
 * Every item of a list, page by page, each page asked for when it is needed:
 *
 *     for await (const user of paginate(client.listUsers, { query: { limit: 200 } })) { … }
 *
 * Throws a {@link ProblemError} if a page can't be had.
 */
export async function* paginate<Each extends List>(
  list: Each,
  ...[args]: Parameters<Each>
): AsyncGenerator<ItemOf<Each>, void, undefined> {
  const given = args as { query?: object } | undefined
  let cursor: string | null = null
  do {
    const query = cursor === null ? given?.query : { ...given?.query, cursor }
    const page: Page<unknown> = await unwrap(list({ ...given, query } as never))
    yield* page.items as ItemOf<Each>[]
    cursor = page.next_cursor
  } while (cursor !== null)
}
