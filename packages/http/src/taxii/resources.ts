// Resources of TAXII 2.1 as they are sent (sections 3.7, 5.2.1, 5.3.1 and 5.8.1). Objects are given byte for byte as they
// came: parsing and writing them again would lose what the texts alone hold. They are read piece by piece while they are
// sent, so that what a page takes does not grow with it.

import { createHash } from 'node:crypto'
import type { StoredPact } from '@countersign/node'
import type { CollectionPage, CollectionQuery } from '@countersign/views'
import { STIX } from './media.ts'
import type { Rights } from './rights.ts'

export type Collection = CollectionQuery['collection']

/** Texts are sent once there is so much of them. */
const PIECE_CHARS = 65_536

const FEED = 'feed:'
const TOLD = {
  inbox: [
    'Inbox',
    'What the other parties shared with us. Whoever may write here may remove an object from what is shown here; nothing can be added.',
  ],
  outbox: [
    'Outbox',
    'What we share with the other parties. What is added is said, signed and countersigned under the agreement; what is deleted is taken back from them.',
  ],
  withdrawn: [
    'Withdrawn',
    'What stood in the inbox until everybody who had shared it took it back, from when that was. Use it no more; what is shared again leaves here.',
  ],
} as const

export function collectionOf(pact: StoredPact, collection: Collection, rights: Rights) {
  const name = nameOf(collection)
  const [title, description] = collection.startsWith(FEED)
    ? [
        `Feed ${name}`,
        'What we and the other parties share in this feed, each object once. What is added is shared in it; every reader of the channel sees its name.',
      ]
    : TOLD[collection as keyof typeof TOLD]
  return {
    id: idOf(pact.id, collection),
    ...{ title, description },
    alias: name,
    can_read: rights.read,
    can_write: rights.write,
    media_types: [STIX],
  }
}

/** What a person calls it; the alias in its API root. */
export function nameOf(collection: Collection): string {
  return collection.startsWith(FEED) ? collection.slice(FEED.length) : collection
}

/** The feed that a collection is, if it is one. */
export function feedOf(collection: Collection): string | undefined {
  return collection.startsWith(FEED) ? nameOf(collection) : undefined
}

/**
 * A collection's UUID, the same on every start. Version 4 as the standard asks for: its bits are pseudo-random, for they
 * are a hash over the agreement's id, which was drawn at random.
 */
export function idOf(pact: string, collection: Collection): string {
  const hex = createHash('sha256').update(`${pact}/${collection}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The envelope in pieces. What was destroyed since the page was made is left out. */
export function* envelope(
  page: CollectionPage,
  textsOf: (digests: readonly string[], from: number, characters: number) => readonly (string | undefined)[],
): Generator<string> {
  const digests = page.objects.map(({ digest }) => digest)
  let head = `{${moreOf(page)}`
  let none = true
  for (let at = 0; at < digests.length; ) {
    const texts = textsOf(digests, at, PIECE_CHARS)
    at += texts.length
    const held = texts.filter((text) => text !== undefined)
    if (held.length === 0) continue
    yield `${head}${none ? ',"objects":[' : ','}${held.join(',')}`
    head = ''
    none = false
  }
  yield `${head}${none ? '}' : ']}'}`
}

export function manifest(page: CollectionPage): string {
  const records = page.objects.map(({ id, addedAt, version }) => ({
    id,
    date_added: addedAt,
    version,
    media_type: STIX,
  }))
  return `{${moreOf(page)}${listed('objects', records)}}`
}

export function versions(page: CollectionPage): string {
  return `{${moreOf(page)}${listed(
    'versions',
    page.objects.map(({ version }) => version),
  )}}`
}

function moreOf({ next }: CollectionPage): string {
  return next === null ? '"more":false' : `"more":true,"next":${JSON.stringify(next)}`
}

/** A list that is empty is left out (section 2). */
function listed(name: string, values: readonly unknown[]): string {
  return values.length === 0 ? '' : `,"${name}":${JSON.stringify(values)}`
}
