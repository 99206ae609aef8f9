// The rules of the house: how they stand, drafts of them, and how these are put in force.

import type { TriedShare } from './shares.ts'

/** All conditions of a rule must hold. */
export type RuleCondition =
  | {
      about: RuleFact
      /** `none` also where it has no such thing at all. */
      is: 'any' | 'none'
      of: readonly string[]
    }
  | { about: 'tlp'; atLeast: string }
  | { about: 'recordMarking'; atLeast: string }
  | { about: 'pap'; atLeast: string }
  | { about: 'confidence'; below: number }

export type RuleFact =
  | 'type'
  | 'kind'
  | 'creator'
  | 'agreement'
  | 'channel'
  | 'label'
  | 'property'
  | 'refersTo'
  | 'list'
  | 'recipient'

export type RuleEffect =
  | { kind: 'hold-back' | 'approve' | 'leave-out' | 'cut-marked' }
  | { kind: 'cut'; properties: readonly string[] }

/** A rule as a line of a table. */
export interface TableRule {
  name: string
  reason: string
  enabled: boolean
  effect: RuleEffect
  when: readonly RuleCondition[]
}

export interface RuleInFile {
  name: string
  reason: string
  enabled: boolean
  effect: RuleEffect['kind']
  /** In Cedar, as it stands in the file. */
  text: string
  /** Null where it was written by hand in a form that no line of the table has. */
  table: TableRule | null
}

export type RuleEdit = { put: TableRule; was?: string } | { remove: string }

/** Changes of the rules that are in force; `base` is the set that they were begun from. */
export interface RulesDraft {
  scope: string
  base: string
  edits: readonly RuleEdit[]
  /** All cases of the scope, where they are to be others. */
  cases?: readonly RuleCase[]
}

/** As it stands in the file (docs/RULES.md). */
export interface RuleCase {
  case?: unknown
  objects?: unknown
  expect?: unknown
  by?: unknown
  to?: unknown
  marking?: unknown
}

export interface RuleDiff {
  added: readonly RuleInFile[]
  removed: readonly RuleInFile[]
  changed: readonly { before: RuleInFile; after: RuleInFile }[]
  /** By their names. */
  casesAdded: readonly string[]
  casesRemoved: readonly string[]
  /** Whether nothing of this could be told. */
  isUnclear: boolean
}

/** A change that was asked for, or is over. Times in milliseconds since 1970. */
export interface RuleChange {
  id: string
  scope: string
  diff: RuleDiff
  /** The change that it takes back; empty where it is none of these. */
  putsBack: string
  reason: string
  askedBy: string
  askedAt: number
  expiresAt: number
  /** `putting`: it was decided, and is in force as soon as the files can be written. */
  state: 'open' | 'putting' | 'done' | 'refused' | 'withdrawn' | 'expired' | 'failed'
  endedBy: string | null
  endedAt: number | null
  outcome: string
}

export interface RulesLook {
  scope: string
  scopes: readonly { scope: string; kind: 'house' | 'agreement' | 'party'; title: string }[]
  base: string
  text: string
  rules: readonly RuleInFile[]
  /** Why nothing leaves until the file is mended; empty where it can be read. */
  fault: string
  cases: readonly RuleCase[]
  casesFault: string
  changedByHand: boolean
  /** Whether it takes another officer to put a change in force. */
  needsSecond: boolean
  open: RuleChange | null
  history: readonly RuleChange[]
  /** Null where there are none. */
  terms: {
    papMax?: string
    equivalents: readonly { theirs: string; tlp: string }[]
    approval?: {
      marking?: string
      types?: readonly string[]
      objects?: number
      bytes?: number
      dayObjects?: number
      dayBytes?: number
    }
    common?: { types: readonly string[]; creators: readonly string[] }
  } | null
  lists: readonly string[]
}

export interface RulesChecked {
  diff: RuleDiff
  /** Why it cannot be read, as sentences. */
  troubles: readonly string[]
  cases: readonly { file: string; case: string; pact: string; holds: boolean; why: string; failedBefore: boolean }[]
  mayBePut: boolean
}

export interface RulesTry {
  /** A draft, or a change that waits. */
  of: { draft: RulesDraft } | { change: string }
  pact: string
  channel?: string
  to?: readonly string[]
  tlp?: string
  /** STIX as text, or the ids of objects that are held here. */
  objects: { stix: string } | { ids: readonly string[] }
}

/** What the gate says, or why it could not be asked. */
export type TriedSide = { tried: TriedShare } | { message: string }
