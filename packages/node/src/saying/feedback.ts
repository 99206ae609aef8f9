// Telling those who shared something what became of it (spec/records.md, Feedback): sightings and opinions, made here or as a
// tool wrote them, go through the gate like a share, as one record or more for each party whom they concern.

import { ok, type Result, refuse, utf8 } from '@countersign/log'
import { TLP_LABELS, type TlpLabel } from '@countersign/record'
import { type EngineParts, markingOf, noSuchPact } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import { opinionOf, type SaidOpinion, type SaidSighting, sighterOf, sightingOf, takenBack } from './feedback-objects.ts'
import { type FeedbackRoute, feedbackRoutes, nobodyShares } from './feedback-routes.ts'
import type { ShareRequest } from './saying.ts'
import { type Shared, type ShareResult, uuidOf } from './share.ts'
import { objectsIn } from './stix-objects.ts'

export interface FeedbackRequest {
  pact: string
  /** STIX ids of objects that others shared, each of which `sighting` and `opinion` are said of. */
  ids?: readonly string[]
  sighting?: SaidSighting
  opinion?: SaidOpinion
  /** Instead of these: sightings and opinions, with what they refer to, as a bundle, an envelope or an object of STIX. */
  stix?: Uint8Array
  /** Instead of these: ids of sightings and opinions of ours that are taken back. */
  takeBack?: readonly string[]
  /** Who saw it, by name: for agreements that want it or leave it open. */
  sighter?: string
  /** Leave in what names who saw it, where the agreement leaves that open. */
  namesSighter?: boolean
  /** Others who were given the same, and are told too. */
  to?: readonly string[]
  /** Otherwise that of the records that are answered. */
  marking?: { tlp: string; class?: string }
  /** Who wants it, private to this node; and the officer, where it is one. */
  account: string
  author?: ShareRequest['author']
}

export interface FeedbackGiven extends Pick<Shared, 'awaited' | 'redacted' | 'redactedTotal'> {
  /**
   * `held-here`: some of it is kept, and said once our log was compared with its peers’ copies; `waits`: until a second
   * person has approved it.
   */
  state: Shared['state']
  /** `origin#index`; none of what is held here. */
  records: string[]
  /** How many objects of STIX left. */
  objects: number
  to: string[]
  /** Ids of the sightings and opinions. */
  ids: string[]
}

/**
 * Refuses what `feedbackRoutes` and `share` refuse, before anything is said where it is about the objects. What was said to
 * one party before a refusal about another stays said.
 */
export async function giveFeedback(
  parts: EngineParts,
  share: (request: ShareRequest) => Promise<ShareResult>,
  request: FeedbackRequest,
): Promise<Result<FeedbackGiven> | Extract<ShareResult, { ok: false }>> {
  const { pact, account, author, sighter, to = [] } = request
  if (parts.pacts.get(pact) === undefined) return noSuchPact(pact)
  const marking = markingOf(request.marking)
  if (!marking.ok) return marking
  const objects = await objectsOf(parts, request)
  if (!objects.ok) return objects
  const routes = feedbackRoutes(parts.views, pact, objects.value)
  if (!routes.ok) return routes
  for (const route of routes.value) {
    const stranger = to.find((party) => party !== route.to && !route.alsoGiven.includes(party))
    if (stranger !== undefined) {
      return refuse(
        'say/feedback',
        `${stranger.slice(0, 300)} was not given what this is about, so it is not told of it.`,
      )
    }
  }
  const ids = objects.value.filter(({ type }) => type === 'sighting' || type === 'opinion').map(({ id }) => id)
  const namesSighter = sighter !== undefined || request.namesSighter === true
  return sayAlong(share, routes.value, ids, {
    ...{ pact, account, namesSighter, to, marking: request.marking },
    ...(author === undefined ? {} : { author }),
  })
}

/** One record or more along each route; ends with the first that is refused. `ids`: of the sightings and opinions. */
export async function sayAlong(
  share: (request: ShareRequest) => Promise<ShareResult>,
  routes: readonly FeedbackRoute[],
  ids: string[],
  { author, ...asked }: Parameters<typeof shareOf>[1] & Pick<FeedbackRequest, 'author'>,
): Promise<Result<FeedbackGiven> | Extract<ShareResult, { ok: false }>> {
  const given: FeedbackGiven = {
    ...{ state: 'said', awaited: [], records: [], objects: 0, to: [], redacted: [], redactedTotal: 0, ids },
  }
  for (const route of routes) {
    const one = shareOf(route, asked)
    const said = await share(author === undefined ? one : { ...one, author })
    if (!said.ok) return said
    const { state, awaited, records, objects: left, redacted, redactedTotal } = said.value
    if (state !== 'said') Object.assign(given, { state, awaited })
    given.records.push(...records)
    given.objects += left
    given.redacted = [...given.redacted, ...redacted]
    given.redactedTotal += redactedTotal
    for (const party of [route.to, ...asked.to]) if (!given.to.includes(party)) given.to.push(party)
  }
  return ok(given)
}

/** What is said along one route. */
export function shareOf(
  { channel, mode, to, re, tlp, objects, share }: FeedbackRoute,
  asked: Pick<ShareRequest, 'pact' | 'account'> & {
    namesSighter: boolean
    to: readonly string[]
    marking: ShareRequest['marking'] | undefined
  },
): ShareRequest {
  const { pact, account, namesSighter, marking = { tlp } } = asked
  const input = utf8(`{"objects":[${objects.join(',')}]}`)
  return {
    ...{ pact, channel, mode, account, marking, to: [...new Set([to, ...asked.to])], input: asStream(input) },
    feedback: { re, namesSighter },
    ...(share === undefined ? {} : { share }),
  }
}

/**
 * Where a bundle that a tool adds is feedback and nothing else, and concerns one party alone, whither it goes; undefined
 * where it is to be shared like any other.
 */
export async function feedbackIn(
  { views, giveWay }: Pick<EngineParts, 'views' | 'giveWay'>,
  pact: string,
  stix: Uint8Array,
): Promise<FeedbackRoute | undefined> {
  const read = await objectsIn(stix, giveWay)
  if (!read.ok || read.value.faulty > 0) return undefined
  const routes = feedbackRoutes(views, pact, read.value.objects)
  return routes.ok && routes.value.length === 1 ? routes.value[0] : undefined
}

type Piece = { id: string; type: string; source: string }

async function objectsOf(parts: EngineParts, request: FeedbackRequest): Promise<Result<Piece[]>> {
  const { pact, ids = [], sighting, opinion, stix, takeBack = [] } = request
  const isSaid = sighting !== undefined || opinion !== undefined
  if (stix === undefined ? isSaid && ids.length === 0 : isSaid || ids.length + takeBack.length > 0) {
    return refuse(
      'say/feedback',
      'What became of it is said of objects that are named, or in STIX that says all of it; give the one or the other.',
    )
  }
  if (request.sighter !== undefined && sighting === undefined) {
    return refuse(
      'say/feedback',
      'Who saw it is named in a sighting that is made here; STIX that is given names it itself.',
    )
  }
  if (stix !== undefined) {
    if (stix.length > LIMITS.feedbackBytes) {
      return refuse(
        'say/feedback',
        `Feedback has at most ${LIMITS.feedbackBytes} bytes at once; give it in several pieces.`,
      )
    }
    const read = await objectsIn(stix, parts.giveWay)
    if (!read.ok) return read
    return read.value.faulty === 0
      ? ok(read.value.objects)
      : refuse('say/feedback', 'Something in it is no object of STIX 2.1; look at it with: countersign gate try')
  }
  const unique = [...new Set(ids)]
  if (unique.length + takeBack.length === 0 || unique.length + takeBack.length > LIMITS.feedbackAtOnce) {
    return refuse('say/feedback', `Name 1 to ${LIMITS.feedbackAtOnce} objects to give feedback on.`)
  }
  if (unique.length > 0 && sighting === undefined && opinion === undefined) {
    return refuse('say/feedback', 'Say what became of it: that it was seen, or an opinion or a verdict on it.')
  }
  const nowMs = parts.around.now()
  const objects: object[] = []
  for (const id of new Set(takeBack)) {
    const source = parts.views.feedbackByUs(pact, id)
    if (source === undefined) {
      return refuse('not-found/object', `We say no sighting and no opinion ${id.slice(0, 300)} under this agreement.`)
    }
    objects.push(takenBack(source, nowMs))
  }
  const uuid = () => uuidOf(parts.around.random(16))
  const identities = new Map<TlpLabel, ReturnType<typeof sighterOf>>()
  for (const id of unique) {
    // What is said of an object is marked as what it came with.
    const place = parts.views.sharedWithUs(pact, id)[0]
    if (place === undefined) return nobodyShares(id)
    const tlp = TLP_LABELS.find((label) => label === place.tlp) ?? 'TLP:AMBER'
    const means = { nowMs, uuid, tlp }
    if (request.sighter !== undefined && !identities.has(tlp)) identities.set(tlp, sighterOf(request.sighter, means))
    const seenBy = identities.get(tlp)
    const by = seenBy === undefined ? means : { ...means, sighter: seenBy.id }
    for (const made of [
      ...(sighting === undefined ? [] : [sightingOf(id, sighting, by)]),
      ...(opinion === undefined ? [] : [opinionOf([id], opinion, means)]),
    ]) {
      if (!made.ok) return made
      objects.push(made.value)
    }
  }
  const sightings = sighting === undefined ? [] : identities.values()
  return ok([...sightings, ...objects].map((object) => pieceOf(object as Omit<Piece, 'source'>)))
}

function pieceOf(object: Omit<Piece, 'source'>): Piece {
  return { id: object.id, type: object.type, source: JSON.stringify(object) }
}

async function* asStream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
