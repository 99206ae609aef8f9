// The weekly round: what is gathered for an agreement until a person says it as one share.

import type { TriedShare } from './shares.ts'

/** Which round: one for each agreement, channel and recipients. */
export interface RoundPlace {
  pact: string
  /** Otherwise `main`. */
  channel?: string
  /** Otherwise all other parties of the channel. */
  to?: string[]
}

export interface RoundTerms {
  /** From 1 for Monday to 7; the hour from 0 to 23, in UTC. */
  weekday: number
  hour: number
  marking?: { tlp: string; class?: string }
  /** The feed it is shared in. */
  feed?: string
}

/** How a round stands. Times in milliseconds since 1970. */
export interface RoundState extends RoundTerms {
  pact: string
  channel: string
  /** Null where it goes to all other parties of the channel. */
  to: string[] | null
  /** How much is in it, and how much is left out of it. */
  objects: number
  leftOut: number
  bytes: number
  /** Where what is in it is from. */
  sources: { source: string; objects: number }[]
  dueAtMs: number
  isDue: boolean
  /** What is being said, or waits to be. */
  saying: (RoundSaid & { state: 'held-here' | 'waits' | 'said' | 'ended' | 'unknown' }) | null
  last: RoundSaid | null
  /** What became of one that was not said. */
  note: string | null
  /** Who passed the last one over, if it was, and why. */
  skipped: { by: string; at: number; reason: string | null } | null
}

export interface RoundSaid {
  /** Its UUID. */
  share: string
  by: string
  at: number
  objects: number
}

export interface RoundLook extends RoundState {
  /** What was gathered, the first of it. `leftOut` says who left it out. */
  gathered: GatheredObject[]
}

export interface GatheredObject {
  n: number
  id: string
  type: string
  /** Its name or, of an observable, its value. */
  name: string | null
  /** A feed, or who put it in. */
  source: string
  at: number
  bytes: number
  leftOut: string | null
}

/** What the gate says of it, and the digest of what was looked at, by which it is said. */
export interface RoundLooked extends TriedShare {
  looked: string
}

/** Between what was looked at and what would be said now: the first ids of each kind, and how many there are. */
export interface RoundDifference {
  added: string[]
  addedTotal: number
  gone: string[]
  goneTotal: number
  /** What the gate says now and said then: its verdict, or `left out`. */
  verdicts: { id: string; before: string; now: string }[]
  verdictsTotal: number
  /** It is marked, or goes into a feed, otherwise. */
  terms: boolean
}

/** `known`: was there, or was said to the same before. */
export interface RoundAdded {
  added: number
  known: number
}

/** These ids, or all of these types, or what the gate refuses now; all of it without any. */
export interface RoundChoice {
  ids?: string[]
  types?: string[]
  refused?: boolean
}
