/**
 * A rule of a house as a line of a table that officers edit: what it is about, what it does, why, and whether it counts.
 * Every such line is a policy in Cedar (rule-text.ts), and a policy that says no more than a line could is shown as one
 * (rule-shape.ts). What comes from outside becomes a line by `readTableRule` alone.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { PAP_NAMES, type Pap } from '../marking/pap.ts'
import { isRecord } from '../properties.ts'
import { TLP_NAMES, type Tlp } from '../tlp.ts'
import { effectOf, type RuleEffectText, redactOf } from './rule-effect.ts'

/** What the object, or the share, has one of: its type, its kind, who created it; the agreement, the channel. */
export const SINGLE_FACTS = ['type', 'kind', 'creator', 'agreement', 'channel'] as const
/** What it has any number of. */
export const SET_FACTS = ['label', 'property', 'refersTo', 'list', 'recipient'] as const

/** All conditions of a rule must hold. */
export type TableCondition =
  | {
      readonly about: (typeof SINGLE_FACTS)[number] | (typeof SET_FACTS)[number]
      /** `none` also where it has no such thing at all. */
      readonly is: 'any' | 'none'
      readonly of: readonly string[]
    }
  /** The strictest TLP of the object, where it bears one; the marking of the record. */
  | { readonly about: 'tlp'; readonly atLeast: Tlp }
  | { readonly about: 'recordMarking'; readonly atLeast: Tlp }
  | { readonly about: 'pap'; readonly atLeast: Pap }
  /** Where it has a confidence, 0 to 100. */
  | { readonly about: 'confidence'; readonly below: number }

export interface TableRule {
  /** Small letters, digits and hyphens. */
  readonly name: string
  /** The sentence that whoever shared reads; empty where the rule gives none. */
  readonly reason: string
  readonly enabled: boolean
  readonly effect: RuleEffectText
  readonly when: readonly TableCondition[]
}

export const TABLE_LIMITS = { reasonChars: 500, conditions: 20, values: 200, valueChars: 250, properties: 50 } as const

export const RULE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/

/** Refuses `release/table-rule` with a sentence that says which part is to be mended. */
export function readTableRule(value: unknown): Result<TableRule> {
  if (!isRecord(value)) return fault('A rule is an object with name, reason, enabled, effect and when.')
  const { name, reason, enabled, effect, when, ...more } = value
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) return fault(`A rule has no “${unknown}”.`)
  if (typeof name !== 'string' || !RULE_NAME.test(name)) {
    return fault('The name of a rule has 1 to 64 small letters, digits and hyphens, and begins with a letter or digit.')
  }
  const of = `The rule “${name}”`
  if (typeof reason !== 'string' || reason.length > TABLE_LIMITS.reasonChars || !isPlain(reason)) {
    return fault(`${of} needs a reason: one sentence of at most ${TABLE_LIMITS.reasonChars} characters.`)
  }
  if (typeof enabled !== 'boolean') return fault(`${of} is either enabled or not.`)
  const does = readEffect(effect)
  if (does === undefined) return fault(`${of} does nothing that is known: it refuses, holds, leaves out or cuts.`)
  if (!Array.isArray(when) || when.length > TABLE_LIMITS.conditions) {
    return fault(`${of} has a list of at most ${TABLE_LIMITS.conditions} conditions.`)
  }
  const conditions: TableCondition[] = []
  for (const [place, one] of when.entries()) {
    const condition = readCondition(one)
    if (condition === undefined) return fault(`${of}: condition ${place + 1} is not understood, or names nothing.`)
    conditions.push(condition)
  }
  return ok({ name, reason, enabled, effect: does, when: conditions })
}

function readEffect(value: unknown): RuleEffectText | undefined {
  if (!isRecord(value)) return undefined
  const { kind, properties } = value
  if (kind === 'hold-back' || kind === 'approve' || kind === 'leave-out' || kind === 'cut-marked') return { kind }
  if (kind !== 'cut' || !isTexts(properties, TABLE_LIMITS.properties)) return undefined
  const effect = { kind, properties } as const
  // Written out and read again it is the same, so nothing hides in a property’s name.
  const read = effectOf({ redact: redactOf(effect) ?? '' })
  return read?.kind === 'cut' && read.properties.length === properties.length ? effect : undefined
}

function readCondition(value: unknown): TableCondition | undefined {
  if (!isRecord(value)) return undefined
  const { about, is, of, atLeast, below, ...more } = value
  if (Object.keys(more).length > 0) return undefined
  const known = [...SINGLE_FACTS, ...SET_FACTS].find((name) => name === about)
  if (known !== undefined) {
    if ((is !== 'any' && is !== 'none') || !isTexts(of, TABLE_LIMITS.values)) return undefined
    return { about: known, is, of }
  }
  if (about === 'tlp' || about === 'recordMarking') {
    const tlp = TLP_NAMES.find((name) => name === atLeast)
    return tlp && { about, atLeast: tlp }
  }
  if (about === 'pap') {
    const pap = PAP_NAMES.find((name) => name === atLeast)
    return pap && { about, atLeast: pap }
  }
  if (about !== 'confidence' || !Number.isInteger(below)) return undefined
  const bound = Number(below)
  return bound >= 1 && bound <= 100 ? { about, below: bound } : undefined
}

function isTexts(value: unknown, most: number): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= most &&
    new Set(value).size === value.length &&
    value.every((one) => typeof one === 'string' && one !== '' && one.length <= TABLE_LIMITS.valueChars && isPlain(one))
  )
}

/** No control characters, which would make one line look like two, and no half characters. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}

function fault(message: string) {
  return refuse('release/table-rule', message)
}
