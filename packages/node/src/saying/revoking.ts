// Taking back what we shared (spec/records.md, Taking back): an object is sought in our outbox by its id, and what is said
// names the places at which it stands in our records. One revocation for all records that were said alike; of many, several.

import { ok, type Result, refuse } from '@countersign/log'
import type { SharedPlace } from '@countersign/views'
import { type EngineParts, noSuchPact, othersOf } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import { lastVersions, olderPlaces } from './last-version.ts'
import { alike, sharedPlaces } from './own-places.ts'
import type { Said, SayRequest, ShareRequest } from './saying.ts'
import type { ShareResult } from './share.ts'

export interface RevokeRequest {
  pact: string
  /** STIX ids. */
  ids: readonly string[]
  /** As spec/records.md lists them. */
  reason: string
  /** `all`, `first`, `last` or exact versions, as a collection of TAXII takes them; without it every one. */
  versions?: readonly string[]
  /** Of STIX; without it every one. */
  specVersions?: readonly string[]
  /**
   * We are the creator of these objects: of those that have versions a new one is shared first, with `revoked` set to true,
   * and every older one is taken back.
   */
  creator?: boolean
  /** Who wants it, private to this node. */
  account: string
}

export interface Revoked {
  /** `held-here`: some of it is kept, and said once our log was compared with its peers’ copies. */
  state: 'said' | 'held-here'
  /** Whose copies of our log are still awaited, where it is held here. */
  awaited: string[]
  /** The revocations, `origin#index`; none of what is held here. */
  records: string[]
  /** How many objects, each version for itself, and in how many records of ours they stood. */
  objects: number
  shares: number
  /** Whom it was said to. */
  to: string[]
  /** Ids among them of objects that have versions: their creator takes them back for all by a new one. */
  versioned: string[]
  /** Records in which new versions of them were shared, with `revoked` set to true. */
  newVersions: string[]
}

/**
 * Where we are the creator, new versions are shared before anything is taken back: a refusal of the gate stops it all.
 * Refuses `not-found/object` before anything is said, where any of the objects is not in the outbox; `say/nobody` where
 * nobody it was said to is a party any more; and what `say` refuses. What was said before a refusal stays said; asking
 * again says the rest.
 */
export async function revoke(
  parts: EngineParts,
  door: { say(request: SayRequest): Promise<Result<Said>>; share(request: ShareRequest): Promise<ShareResult> },
  request: RevokeRequest,
): Promise<Result<Revoked>> {
  const { pact: id, ids, reason, versions, specVersions, account } = request
  const pact = parts.pacts.get(id)
  if (pact === undefined) return noSuchPact(id)
  if (ids.length === 0 || ids.length > LIMITS.revokedAtOnce) {
    return refuse('say/objects', `Name 1 to ${LIMITS.revokedAtOnce} objects to take back.`)
  }
  const textOf = (digest: string) => parts.views.collectionText(digest)
  const places = new Map<string, readonly SharedPlace[]>()
  const versioned: string[] = []
  for (const one of new Set(ids)) {
    const found = sharedPlaces(parts, { pact: id, id: one, versions, specVersions })
    if (!found.ok) return refuse(found.code, `${found.message} Nothing was taken back.`)
    if (found.value.some(({ order }) => order !== '')) versioned.push(one)
    places.set(one, request.creator === true ? olderPlaces(found.value, textOf) : found.value)
  }
  const all = [...places.values()].flat()
  const revoked: Revoked = {
    ...{ state: 'said', awaited: [], records: [], to: [], versioned, newVersions: [] },
    objects: new Set(all.map(({ digest }) => digest)).size,
    shares: new Set(all.map(({ record }) => record)).size,
  }
  const left = ({ channel, to }: Pick<SharedPlace, 'channel' | 'to'>) => {
    const others = othersOf(pact.agreement, channel, parts.identity.party)
    return to.filter((party) => others.includes(party))
  }
  for (const last of request.creator === true ? lastVersions(places, textOf, parts.around.now()) : []) {
    const { channel, mode, tlp, class: ofClass, feed, objects } = last
    const input = [new TextEncoder().encode(JSON.stringify({ objects }))]
    const shared = await door.share({
      ...{ pact: id, channel, mode, to: left(last), account, input: asStream(input) },
      marking: { tlp, ...(ofClass === null ? {} : { class: ofClass }) },
      ...(feed === null ? {} : { feed }),
    })
    if (!shared.ok) return shared
    if (shared.value.state === 'waits') {
      return refuse(
        'release/waits',
        `The new versions wait for a second person as ${shared.value.share}, and nothing was taken back yet; do it again once they were approved: countersign approvals`,
      )
    }
    revoked.newVersions.push(...shared.value.records)
  }
  for (const { channel, mode, to, objects, re } of alike(all)) {
    const still = left({ channel, to })
    if (still.length === 0) {
      return refuse(
        'say/nobody',
        `None of those it was said to (${to.join(', ')}) is a party of “${channel}” any more.`,
      )
    }
    const said = await door.say({
      ...{ pact: id, type: 'intel/revoke', channel, mode, to: still, body: { reason, objects }, re, account },
      // It says no more than every reader of the channel sees in the records it names.
      marking: { tlp: 'TLP:CLEAR' },
    })
    if (!said.ok) return said
    for (const party of still) if (!revoked.to.includes(party)) revoked.to.push(party)
    if (said.value.state === 'said') revoked.records.push(said.value.record)
    else Object.assign(revoked, { state: 'held-here', awaited: said.value.awaited })
  }
  return ok(revoked)
}

async function* asStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
