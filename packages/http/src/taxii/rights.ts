// What a tool may do in the collections of one agreement or of all. A right is written `read:inbox`, `write:outbox@PACT`.
// Writing to the inbox is removing from it: nothing can be added to what the others shared.

import { ok, type Result, refuse } from '@countersign/log'
import { isPactId } from '@countersign/record'
import type { CollectionQuery } from '@countersign/views'

/** Those that rights are about; what may be done in the others follows from them. */
export const COLLECTION_NAMES = ['inbox', 'outbox'] as const
export type CollectionName = (typeof COLLECTION_NAMES)[number]

export interface Right {
  act: 'read' | 'write'
  collection: CollectionName
  /** Of every agreement where it is not given. */
  pact?: string
}

export interface Rights {
  read: boolean
  write: boolean
}

/** Of a tool for which nothing else was said: read all, and share. */
export const USUAL_RIGHTS: readonly Right[] = [
  { act: 'read', collection: 'inbox' },
  { act: 'read', collection: 'outbox' },
  { act: 'write', collection: 'outbox' },
]

export function parseRight(text: string): Result<Right> {
  const [, act, collection, pact] = /^(read|write):(inbox|outbox)(?:@(.+))?$/.exec(text) ?? []
  if (act === undefined || (pact !== undefined && !isPactId(pact))) {
    return refuse(
      'tool/right',
      `“${text.slice(0, 80)}” is no right. Write read:inbox, write:inbox (removes here), read:outbox or write:outbox, and behind it @ and the id of an agreement where it is for that one alone.`,
    )
  }
  return ok({ act, collection, ...(pact === undefined ? {} : { pact }) } as Right)
}

export function formatRight({ act, collection, pact }: Right): string {
  return `${act}:${collection}${pact === undefined ? '' : `@${pact}`}`
}

/**
 * What may be done in a collection. What was withdrawn is read by whoever may read the inbox it stood in; a feed, which
 * holds what stands in both, by whoever may read both, and written by whoever may share.
 */
export function rightsIn(rights: readonly Right[], pact: string, collection: CollectionQuery['collection']): Rights {
  if (collection === 'inbox' || collection === 'outbox') return rightsInOne(rights, pact, collection)
  const [inbox, outbox] = [rightsInOne(rights, pact, 'inbox'), rightsInOne(rights, pact, 'outbox')]
  if (collection === 'withdrawn') return { read: inbox.read, write: false }
  return { read: inbox.read && outbox.read, write: outbox.write }
}

function rightsInOne(rights: readonly Right[], pact: string, collection: CollectionName): Rights {
  const may = (act: Right['act']) =>
    rights.some((one) => one.act === act && one.collection === collection && (one.pact ?? pact) === pact)
  return { read: may('read'), write: may('write') }
}
