import { useEffect, useSyncExternalStore } from 'react'
import type { components } from '../openapi/schema.js'
import { call } from './call.js'
import { useSession } from './session.js'

type Page = components['schemas']['MyOperationPage']
type Operation = components['schemas']['MyOperation']

/** What `useCan` takes beside the operation. */
export interface CanOptions {
  /** Whether it must be allowed for what belongs to others too, not only for one's own. */
  ofOthers?: boolean
}

// Read in the browser alone: nothing here is asked for while a server renders.
let known: { key: string; operations: ReadonlyMap<string, Operation> | undefined } | undefined
const watchers = new Set<() => void>()

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** Has the operations of a session read, once for all who ask. */
async function load(key: string): Promise<void> {
  if (known?.key === key) return
  const mine = { key, operations: undefined }
  known = mine
  const operations = await readAll()
  if (known !== mine) return
  // What could not be read is read again when it is asked for again.
  known = operations && { key, operations }
  for (const watcher of watchers) watcher()
}

async function readAll(): Promise<ReadonlyMap<string, Operation> | undefined> {
  const found = new Map<string, Operation>()
  let more = ''
  do {
    const { data } = await call<Page>('GET', `v1/me/operations?limit=200${more}`)
    if (!data) return undefined
    for (const operation of data.items) found.set(operation.operation_id, operation)
    more = data.next_cursor ? `&cursor=${encodeURIComponent(data.next_cursor)}` : ''
  } while (more)
  return found
}

/**
 * Whether the person may call an operation (`list_users`) or holds a permission of the app
 * (`app:notes:moderate`): for showing only what would work. False while it is not known. What
 * counts is what the service or the app's own handler says when it is called.
 */
export function useCan(name: string, { ofOthers = false }: CanOptions = {}): boolean {
  const { data: session } = useSession()
  const isPermission = name.includes(':')
  const { id, roles, permissions, acr, secondFactorNeeded } = session ?? {}
  const key = session && JSON.stringify([id, roles, permissions, acr, secondFactorNeeded])
  useEffect(() => {
    if (key && !isPermission) void load(key)
  }, [key, isPermission])
  const read = () => {
    const operation = known?.key === key ? known?.operations?.get(name) : undefined
    return operation !== undefined && !(ofOthers && operation.own_only)
  }
  const can = useSyncExternalStore(watch, read, () => false)
  return isPermission ? (permissions?.includes(name) ?? false) : can
}
