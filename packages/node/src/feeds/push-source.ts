// What is pushed to a foreign collection, and the rules under which it may leave. The gate is the one of shares: its
// recipient is the feed, `feed-NAME`, and its ceiling the marking that was named for the push. The rules of the house hold
// too: `house`, those of the agreement whose outbox is pushed or of `feed` for a file, and those of the feed itself.

import {
  isCommon,
  mispSightingOf,
  originatorWords,
  parseTlp,
  type ReleaseRules,
  readObject,
  strictest,
  type Tlp,
} from '@countersign/intel'
import { fromUtf8, ok, type Refusal, type Result, refuse, utf8 } from '@countersign/log'
import { type CollectionPage, OBJECTS_PER_FOLD_MAX } from '@countersign/views'
import { type EngineParts, noSuchPact } from '../engine-parts.ts'
import { readHouseRules } from '../releasing/house-rules.ts'
import type { FeedLimits } from './limits.ts'
import { objectOf, type PulledObject, readElements } from './page.ts'

export async function rulesOfPush(
  name: string,
  pact: string,
  marking: Tlp,
  { around, identity }: Pick<EngineParts, 'around' | 'identity'>,
): Promise<Result<ReleaseRules>> {
  const us = identity.party
  const recipient = `feed-${name}`
  const house = await readHouseRules(around.disk, identity.dir, { pact, us, to: [recipient] })
  if (!house.ok) return refuse(house.code, `${house.message} Until that is mended nothing may leave.`)
  const { rules, terms } = house.value
  return ok({
    ...{ from: us, parties: [us, recipient], records: ['intel/share'], stix: { deny: [] } },
    ...{ markingMax: marking, permittedBy: 'this push (--up-to)' },
    ...terms,
    ...(rules === undefined ? {} : { house: { rules, pact, channel: recipient } }),
  })
}

/** Of each object that is another party’s to pass on why it stays here, by its id. */
export async function theirs(
  objects: readonly PulledObject[],
  { common }: ReleaseRules,
  { views, giveWay }: Pick<EngineParts, 'views' | 'giveWay'>,
): Promise<Map<string, Refusal>> {
  const found = new Map<string, Refusal>()
  for (let from = 0; from < objects.length; from += OBJECTS_PER_FOLD_MAX) {
    const some = objects.slice(from, from + OBJECTS_PER_FOLD_MAX)
    // A foreign collection is no party of any agreement, and who reads it nobody knows.
    const passages = await views.passages(
      some.map(({ id, version, source }) => ({ id, version, texts: () => [fromUtf8(source) ?? ''] })),
      { pact: null, to: null },
    )
    for (const [i, { id, source }] of some.entries()) {
      const [originators, object] = [passages[i]?.lacking ?? [], readObject(source)]
      if (originators.length === 0 || (object.ok && isCommon(object.value, common))) continue
      found.set(id, refuse('release/originator', originatorWords(originators)))
    }
    await giveWay()
  }
  return found
}

/**
 * The TLP of the records in which we shared an object; of several the most open one, for in that one it went out. Null where
 * we share none.
 */
export async function sharedAs(
  pact: string,
  objects: readonly PulledObject[],
  { views, giveWay }: Pick<EngineParts, 'views' | 'giveWay'>,
): Promise<(id: string) => Tlp | null> {
  const ofRecord = new Map<string, Tlp | undefined>()
  const found = new Map<string, Tlp>()
  for (const { id } of objects) {
    for (const { record } of views.sharedByUs(pact, id)) {
      if (!ofRecord.has(record)) {
        ofRecord.set(record, parseTlp((await views.record(record))?.row.marking.tlp ?? ''))
        await giveWay()
      }
      const [tlp, before] = [ofRecord.get(record), found.get(id)]
      if (tlp !== undefined && (before === undefined || strictest(tlp, before) === before)) found.set(id, tlp)
    }
  }
  return (id) => found.get(id) ?? null
}

/**
 * Of each object that we shared under a marking above `upTo` why it stays here, by its id: also of one that bears none, or a
 * more open one, for those it was shared with hold all of its record under that.
 */
export function sharedAbove(
  objects: readonly PulledObject[],
  saidAs: (id: string) => Tlp | null,
  upTo: Tlp,
): Map<string, Refusal> {
  const found = new Map<string, Refusal>()
  for (const { id } of objects) {
    const tlp = saidAs(id)
    if (tlp === null || strictest(tlp, upTo) === upTo) continue
    const message = `It was shared as ${tlp}, above what this push (--up-to) permits, which is ${upTo}.`
    found.set(id, refuse('release/marking-above-agreement', message))
  }
  return found
}

/** All that we shared in earnest under an agreement, each object in its newest version; our feedback is for who shared what it is about. */
export async function sharedUnder(
  pact: string,
  parts: EngineParts,
  limits: FeedLimits,
): Promise<Result<PulledObject[]>> {
  const { views, giveWay } = parts
  if (parts.pacts.get(pact) === undefined) return noSuchPact(pact)
  const pieces: Uint8Array[] = []
  let bytes = 0
  for (let next: string | null = ''; next !== null; ) {
    const query = { pact, collection: 'outbox', limit: limits.pageObjects } as const
    const page: Result<CollectionPage> = await views.collectionObjects({ ...query, ...(next === '' ? {} : { next }) })
    if (!page.ok) return page
    for (const { id, digest } of page.value.objects) {
      if (!views.sharedByUs(pact, id).some(({ mode }) => mode === 'Actual')) continue
      const text = views.collectionText(digest)
      if (text === undefined) continue
      pieces.push(utf8(pieces.length === 0 ? text : `,${text}`))
      bytes += pieces.at(-1)?.length ?? 0
    }
    if (bytes > limits.pushedBytes) return tooMuch(limits)
    next = page.value.next
    await giveWay()
  }
  if (pieces.length === 0) return ok([])
  return objectsGiven([utf8('{"objects":['), ...pieces, utf8(']}')], limits, giveWay)
}

/**
 * Sightings and opinions that were said under an agreement, by us or by the others, of what a MISP was given, and the TLP of
 * the records in which each came, of several the strictest. Exercises and tests are no sightings.
 */
export async function feedbackUnder(
  pact: string,
  isGiven: (id: string) => boolean,
  { views, giveWay }: Pick<EngineParts, 'views' | 'giveWay'>,
  limits: FeedLimits,
): Promise<Result<{ objects: PulledObject[]; saidAs: ReadonlyMap<string, Tlp> }>> {
  const objects: PulledObject[] = []
  const saidAs = new Map<string, Tlp>()
  let bytes = 0
  for (const collection of ['inbox', 'outbox'] as const) {
    for (let next: string | null = ''; next !== null; ) {
      const query = { pact, collection, limit: limits.pageObjects, match: { type: ['sighting', 'opinion'] } }
      const page: Result<CollectionPage> = await views.collectionObjects({ ...query, ...(next === '' ? {} : { next }) })
      if (!page.ok) return page
      for (const { id, digest } of page.value.objects) {
        const source = utf8(views.collectionText(digest) ?? '')
        const [read, object] = [objectOf(source), readObject(source)]
        const about = object.ok ? mispSightingOf(object.value)?.about : undefined
        // What we shared ourselves is pushed with the rest of the outbox.
        if (!read.ok || about === undefined || !isGiven(about) || views.sharedByUs(pact, id).length > 0) continue
        const tlp = await strictestRecord(id, views)
        if (tlp === undefined) continue
        objects.push(read.value)
        saidAs.set(id, tlp)
        bytes += source.length
      }
      if (bytes > limits.pushedBytes) return tooMuch(limits)
      next = page.value.next
      await giveWay()
    }
  }
  return ok({ objects, saidAs })
}

/** Undefined where it was said in no record in earnest. */
async function strictestRecord(id: string, views: EngineParts['views']): Promise<Tlp | undefined> {
  const { versions = [] } = (await views.object(id)) ?? {}
  const records = new Set(
    versions.flatMap(({ provenance }) => provenance.flatMap(({ record, refused }) => (refused ? [] : record))),
  )
  let closest: Tlp | undefined
  for (const record of records) {
    const row = (await views.record(record))?.row
    if (row === undefined || row.mode !== 'Actual') return undefined
    const tlp = parseTlp(row.marking.tlp) ?? 'TLP:RED'
    closest = closest === undefined ? tlp : strictest(closest, tlp)
  }
  return closest
}

/** Those of a bundle, an envelope or one object; refuses all of it where one element is no STIX object. */
export async function objectsGiven(
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limits: FeedLimits,
  giveWay: EngineParts['giveWay'],
): Promise<Result<PulledObject[]>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > limits.pushedBytes) return tooMuch(limits)
    chunks.push(chunk)
  }
  const read = await readElements(Buffer.concat(chunks, size), { ...limits, pageBytes: limits.pushedBytes }, giveWay)
  if (!read.ok) return read
  const { objects, unreadable } = read.value
  const [first] = unreadable
  if (first === undefined) return ok(objects)
  return refuse('release/unreadable', `${first.object} is no STIX 2.1 object: ${first.message} Nothing left.`)
}

function tooMuch(limits: FeedLimits): Result<never> {
  const message = `At most ${limits.pushedBytes} bytes are pushed at once; give the objects in several files.`
  return refuse('feed/too-large', message)
}
