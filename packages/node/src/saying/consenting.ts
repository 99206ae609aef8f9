// Consent to passing on what we shared (spec/records.md, Passing on): objects are sought in our outbox by their ids, or stand
// in records of ours, and what is said names their places.

import { ok, type Result, refuse } from '@countersign/log'
import type { SharedPlace } from '@countersign/views'
import { type EngineParts, noSuchPact, othersOf } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import { type AlikePlaces, alike, sharedPlaces } from './own-places.ts'
import type { Said, SayRequest } from './saying.ts'

export interface ConsentRequest {
  pact: string
  /** STIX ids. */
  ids?: readonly string[]
  /** `all`, `first`, `last` or exact versions of these; without it every one. */
  versions?: readonly string[]
  /** Records of ours, `origin#index`, of each of which all objects are meant. */
  records?: readonly string[]
  /** Who may pass them on; without it all parties they were shared with. */
  to?: readonly string[]
  /** The id of the agreement under which; null for any, and outside of all. */
  agreement: string | null
  /** Its parties to whom; null for anybody. */
  parties: readonly string[] | null
  /** Who wants it, private to this node. */
  account: string
}

export interface Consented {
  /** `held-here`: some of it is kept, and said once our log was compared with its peers’ copies. */
  state: 'said' | 'held-here'
  /** Whose copies of our log are still awaited, where it is held here. */
  awaited: string[]
  /** The consents or the retractions, `origin#index`; none of what is held here. */
  records: string[]
  /** Whom it was said to. */
  to: string[]
}

export interface RetractRequest {
  pact: string
  /** Consents of ours, `origin#index`. */
  records: readonly string[]
  account: string
}

interface Means {
  saying: { say(request: SayRequest): Promise<Result<Said>> }
  ownWords: { folded(pact: string): Promise<void> }
}

/** What one record says, and of what. */
interface Consent extends Pick<SharedPlace, 'channel' | 'mode' | 'to'> {
  re: string[]
  objects: AlikePlaces['objects'] | null
}

/**
 * Refuses `not-found/object` before anything is said, where any of it is not in the outbox; `say/nobody` where nobody it was
 * shared with is meant, or a party any more; `release/originator` where it is another’s; and what `say` refuses. What was said
 * before a refusal stays said.
 */
export async function consent(
  parts: EngineParts,
  { saying, ownWords }: Means,
  request: ConsentRequest,
): Promise<Result<Consented>> {
  const { pact: id, ids = [], records = [], versions, agreement, account } = request
  const pact = parts.pacts.get(id)
  if (pact === undefined) return noSuchPact(id)
  if (
    ids.length + records.length === 0 ||
    ids.length > LIMITS.consentedAtOnce ||
    records.length > LIMITS.consentedRecords
  ) {
    const message = `Name objects or records of ours, up to ${LIMITS.consentedAtOnce} and ${LIMITS.consentedRecords} of them.`
    return refuse('say/objects', message)
  }
  await ownWords.folded(id)
  const places: SharedPlace[] = []
  for (const one of new Set(ids)) {
    const found = sharedPlaces(parts, { pact: id, id: one, versions })
    if (!found.ok) return refuse(found.code, `${found.message} Nothing was consented to.`)
    places.push(...found.value)
  }
  const all: Consent[] = alike(places)
  const whole = await wholeRecords(parts, id, [...new Set(records)])
  if (!whole.ok) return whole
  all.push(...whole.value)
  const parties = request.parties === null ? null : [...new Set(request.parties)].sort()
  const consents: Consent[] = []
  for (const one of all) {
    const others = othersOf(pact.agreement, one.channel, parts.identity.party)
    const to = one.to.filter((party) => others.includes(party) && (request.to?.includes(party) ?? true))
    if (to.length === 0) return nobody(one, request.to)
    consents.push({ ...one, to })
  }
  return sayAll(
    saying,
    consents.map(({ channel, mode, to, objects, re }) => ({
      ...{ pact: id, type: 'intel/consent', channel, mode, to, re, account },
      body: { agreement, objects, parties },
    })),
  )
}

/**
 * Takes consents of ours back, from all they were said to. Refuses `not-found/record` before anything is said where one of them
 * is none of ours; and what `say` refuses.
 */
export async function retract(
  parts: EngineParts,
  { saying, ownWords }: Means,
  request: RetractRequest,
): Promise<Result<Consented>> {
  const { pact: id, account } = request
  const pact = parts.pacts.get(id)
  if (pact === undefined) return noSuchPact(id)
  const records = [...new Set(request.records)].sort()
  if (records.length === 0 || records.length > LIMITS.consentedRecords) {
    return refuse('say/re', `Name 1 to ${LIMITS.consentedRecords} consents to take back.`)
  }
  await ownWords.folded(id)
  const found = await ownRecords(parts, id, records, 'intel/consent')
  if (!found.ok) return found
  return sayAll(
    saying,
    found.value.map(({ channel, mode, to, re }) => ({
      ...{ pact: id, type: 'intel/retract', channel, mode, to, re, account },
      body: {},
    })),
  )
}

async function wholeRecords(parts: EngineParts, pact: string, records: readonly string[]): Promise<Result<Consent[]>> {
  const found = await ownRecords(parts, pact, records, 'intel/share')
  return found.ok ? ok(found.value.map((one) => ({ ...one, objects: null }))) : found
}

/** Grouped by what was said alike. Refuses `not-found/record`. */
async function ownRecords(
  { views, identity }: EngineParts,
  pact: string,
  records: readonly string[],
  type: string,
): Promise<Result<Omit<Consent, 'objects'>[]>> {
  const groups = new Map<string, Omit<Consent, 'objects'>>()
  for (const record of records) {
    const row = (await views.record(record))?.row
    if (row === undefined || row.pact !== pact || row.from !== identity.party || row.type !== type) {
      const message = `${record.slice(0, 300)} is no ${type} that we said under this agreement; look it up with: countersign records. Nothing was said.`
      return refuse('not-found/record', message)
    }
    const { channel, mode, to } = row
    const key = JSON.stringify([channel, mode, to])
    const group = groups.get(key) ?? { channel, mode, to, re: [] }
    group.re.push(record)
    groups.set(key, group)
  }
  return ok([...groups.values()])
}

async function sayAll(
  saying: Means['saying'],
  requests: readonly Omit<SayRequest, 'marking'>[],
): Promise<Result<Consented>> {
  const done: Consented = { state: 'said', awaited: [], records: [], to: [] }
  for (const request of requests) {
    // It says no more than every reader of the channel may see.
    const said = await saying.say({ ...request, marking: { tlp: 'TLP:CLEAR' } })
    if (!said.ok) return said
    for (const party of request.to ?? []) if (!done.to.includes(party)) done.to.push(party)
    if (said.value.state === 'said') done.records.push(said.value.record)
    else Object.assign(done, { state: 'held-here', awaited: said.value.awaited })
  }
  return ok(done)
}

function nobody({ to, channel }: Consent, meant: readonly string[] | undefined): Result<never> {
  const whom = `it was shared with ${to.join(', ')} on “${channel}”`
  return refuse(
    'say/nobody',
    meant === undefined
      ? `Nobody it was shared with is a party any more: ${whom}.`
      : `Who was not given it cannot be let pass it on: ${whom}, and that is none of ${meant.join(', ')}.`,
  )
}
