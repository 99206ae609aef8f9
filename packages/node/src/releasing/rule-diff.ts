// What is another between two sets of rules, told rule by rule and case by case: what a second officer reads.

import { isDeepStrictEqual } from 'node:util'
import { utf8 } from '@countersign/log'
import { readCasesJson } from './cases.ts'
import type { RuleInFile } from './rules-file.ts'
import { casesName, type RulesSet, rulesName } from './rules-set.ts'

export interface RuleDiff {
  added: RuleInFile[]
  removed: RuleInFile[]
  changed: { before: RuleInFile; after: RuleInFile }[]
  /** By their names. */
  casesAdded: string[]
  casesRemoved: string[]
  /** Whether nothing of this could be told, as one of the two cannot be read. */
  isUnclear: boolean
}

export async function diffOf(scope: string, before: RulesSet, after: RulesSet): Promise<RuleDiff> {
  const { rulesIn } = await import('./rules-file.ts')
  const [old, now] = [before, after].map(({ rules }) => rulesIn({ name: rulesName(scope), text: rules ?? '' }))
  const [oldCases, newCases] = [before, after].map(({ cases }) => casesIn(scope, cases))
  const none: RuleDiff = { added: [], removed: [], changed: [], casesAdded: [], casesRemoved: [], isUnclear: true }
  if (old?.ok !== true || now?.ok !== true || oldCases === undefined || newCases === undefined) return none
  const known = new Map(old.value.map((rule) => [rule.name, rule]))
  const names = new Set(now.value.map(({ name }) => name))
  return {
    added: now.value.filter(({ name }) => !known.has(name)),
    removed: old.value.filter(({ name }) => !names.has(name)),
    changed: now.value.flatMap((rule) => {
      const was = known.get(rule.name)
      return was === undefined || was.text === rule.text ? [] : [{ before: was, after: rule }]
    }),
    casesAdded: lacking(newCases, oldCases),
    casesRemoved: lacking(oldCases, newCases),
    isUnclear: false,
  }
}

/** The cases of a file as they stand there; undefined where it is no list. */
export function casesIn(scope: string, text: string | null): unknown[] | undefined {
  if (text === null) return []
  const read = readCasesJson(utf8(text), casesName(scope))
  return read.ok && Array.isArray(read.value) ? read.value : undefined
}

function lacking(some: readonly unknown[], others: readonly unknown[]): string[] {
  return some.filter((one) => !others.some((other) => isDeepStrictEqual(one, other))).map(nameOf)
}

function nameOf(one: unknown): string {
  const name = typeof one === 'object' && one !== null && 'case' in one ? one.case : ''
  return typeof name === 'string' ? name : ''
}
