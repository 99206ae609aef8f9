// What a timeline draws, from what the node tells: numbers in the place of texts, claims apart from what is proved, and what
// is odd about them counted, so that it can be said.

import type { ObjectTimeline, TimelineEvent, TimelineLane } from '@countersign/client'
import { fitted, type View } from './scale.ts'

/** What somebody says of a time; an end that is not given is null. Milliseconds, as everywhere here. */
export interface Claim {
  /** By which properties of the object; one where it is a moment. */
  properties: readonly string[]
  from: number | null
  until: number | null
  /** It ends before it begins. */
  isReversed: boolean
}

export interface Happening {
  event: TimelineEvent
  /** The author’s own clock; a claim. */
  claimed: number
  lo: number | null
  hi: number | null
  /** Where it is drawn: the claim, held within what is proved. */
  at: number
  /** Of a sighting: when it was seen, by the claim of whoever saw it. */
  seen: Claim | undefined
}

/** One strip of the picture: an object, all objects of a type, or one kind of what an object has. */
export interface Row {
  key: string
  claims: readonly Claim[]
  moments: readonly Claim[]
  happenings: readonly Happening[]
  /** Of more than one object: how many, and no mark for each. */
  objects?: number
}

export interface DrawnLane extends Row {
  lane: TimelineLane
}

export interface Drawn {
  lanes: DrawnLane[]
  fit: View
  /** Claims further from every record than FAR, claims that end before they begin, and times that are none. */
  far: number
  reversed: number
  unreadable: number
  /** Objects of which more is held than is told. */
  cut: number
}

export function drawnOf({ lanes: told }: ObjectTimeline): Drawn {
  const lanes = told.map(drawnLane)
  const claims = lanes.flatMap((one) => [
    ...one.claims,
    ...one.moments,
    ...one.happenings.flatMap(({ seen }) => seen ?? []),
  ])
  const times = claims.flatMap(({ from, until }) => [from, until]).filter((at) => at !== null)
  // What is proved alone, and what is only claimed of a record as far as nothing is: a claim may be far off as well.
  const happenings = lanes.flatMap((one) => one.happenings)
  const proved = happenings.flatMap(({ lo, hi }) => hi ?? lo ?? [])
  const unproved = happenings.flatMap(({ lo, hi, at }) => (lo === null && hi === null ? [at] : []))
  const { view, far } =
    proved.length > 0 ? fitted(proved, [...unproved, ...times]) : fitted([median(unproved)], [...unproved, ...times])
  return {
    lanes,
    fit: view,
    far,
    reversed: claims.filter(({ isReversed }) => isReversed).length,
    unreadable: told.reduce((sum, { unreadable }) => sum + unreadable, 0),
    cut: told.filter(({ isCut }) => isCut).length,
  }
}

/** All objects of a type as one strip, those with the most first. */
export function typesOf(lanes: readonly DrawnLane[]): (Row & { type: string; objects: number })[] {
  const types = new Map<string, DrawnLane[]>()
  for (const one of lanes) types.set(one.lane.type, [...(types.get(one.lane.type) ?? []), one])
  return [...types]
    .sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .map(([type, of]) => ({
      ...{ key: type, type, objects: of.length },
      claims: of.flatMap(({ claims }) => claims),
      moments: of.flatMap(({ moments }) => moments),
      happenings: of.flatMap(({ happenings }) => happenings),
    }))
}

/** One object taken apart: a strip for each span it claims, its versions, what was said of it, what came back. */
export function partsOf({
  claims,
  moments,
  happenings,
}: DrawnLane): (Row & { part: 'span' | 'moments' | 'said' | 'answers' })[] {
  const said = happenings.filter(({ event }) => event.kind === 'said' || event.kind === 'takenBack')
  const answers = happenings.filter(({ event }) => event.kind === 'sighting' || event.kind === 'opinion')
  const none = { claims: [], moments: [], happenings: [] }
  return [
    ...claims.map((one) => ({ ...none, key: one.properties.join(' '), part: 'span' as const, claims: [one] })),
    ...(moments.length === 0 ? [] : [{ ...none, key: 'moments', part: 'moments' as const, moments }]),
    ...(said.length === 0 ? [] : [{ ...none, key: 'said', part: 'said' as const, happenings: said }]),
    ...(answers.length === 0 ? [] : [{ ...none, key: 'answers', part: 'answers' as const, happenings: answers }]),
  ]
}

function drawnLane(lane: TimelineLane): DrawnLane {
  return {
    ...{ key: lane.id, lane },
    claims: lane.spans.map(({ properties, from, until }) => claimOf(properties, from, until)),
    moments: lane.moments.map(({ property, at }) => claimOf([property], at, at)),
    happenings: lane.events.map((event) => {
      const [claimed, lo, hi] = [Date.parse(event.time), msOf(event.lo), msOf(event.hi)]
      const at = Math.max(lo ?? -Infinity, Math.min(claimed, hi ?? Infinity))
      const { seen } = event
      const isSeen = seen !== null && (seen.first !== null || seen.last !== null)
      return {
        ...{ event, claimed, lo, hi, at },
        seen: isSeen ? claimOf(['first_seen', 'last_seen'], seen.first, seen.last) : undefined,
      }
    }),
  }
}

function claimOf(properties: readonly string[], from: string | null, until: string | null): Claim {
  const [a, b] = [from, until].map((text) => (text === null ? null : Date.parse(text)))
  const [begin, end] = [a ?? null, b ?? null]
  return { properties, from: begin, until: end, isReversed: begin !== null && end !== null && end < begin }
}

function msOf(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000
}

function median(of: readonly number[]): number {
  return [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0
}
