// A draft of the rules: the lines of the table as an officer has changed them, beside those that are in force. It lives on
// this page alone and counts for nothing.

import type { RuleCase, RuleEdit, RuleInFile, RulesDraft, RulesLook, TableRule } from '@countersign/client'
import { useState } from 'react'

export interface DraftRow {
  /** Stays the same while the line is edited. */
  key: string
  /** As it is in force; null where it is new. */
  was: RuleInFile | null
  /** As the draft has it; null where the draft deletes it, and where only a hand could change it. */
  now: TableRule | null
  state: 'same' | 'added' | 'changed' | 'removed' | 'by-hand'
}

export interface Draft {
  base: string
  /** By the name of the rule in force. */
  changed: ReadonlyMap<string, TableRule | null>
  added: readonly { key: string; rule: TableRule }[]
  cases: readonly RuleCase[] | undefined
}

export interface Drafting {
  draft: Draft
  rows: DraftRow[]
  cases: readonly RuleCase[]
  /** Whether it would change anything. */
  isEmpty: boolean
  /** Whether the rules in force are others by now. */
  isOutdated: boolean
  asked: RulesDraft
  put(row: DraftRow | undefined, rule: TableRule): void
  remove(row: DraftRow): void
  /** As it is in force. */
  restore(row: DraftRow): void
  setCases(cases: readonly RuleCase[]): void
  discard(): void
}

/** By account and scope: drafts outlive a visit to another room, and nothing else. */
const kept = new Map<string, Draft>()
let keys = 0

export function useDraft(look: RulesLook, account: string): Drafting {
  const place = `${account} ${look.scope}`
  const [, setTurn] = useState(0)
  const begun: Draft = { base: look.base, changed: new Map(), added: [], cases: undefined }
  const draft = kept.get(place) ?? begun
  const set = (next: Draft) => {
    kept.set(place, next)
    setTurn((turn) => turn + 1)
  }
  const edits = editsOf(draft)
  const isEmpty = edits.length === 0 && draft.cases === undefined
  return {
    ...{ draft, isEmpty, rows: rowsOf(look, draft), cases: draft.cases ?? look.cases },
    isOutdated: !isEmpty && draft.base !== look.base,
    asked: {
      ...{ scope: look.scope, base: isEmpty ? look.base : draft.base, edits },
      ...(draft.cases === undefined ? {} : { cases: draft.cases }),
    },
    put(row, rule) {
      const from = isEmpty ? { ...draft, base: look.base } : draft
      if (row === undefined) return set({ ...from, added: [...from.added, { key: `new ${++keys}`, rule }] })
      if (row.was === null) {
        return set({ ...from, added: from.added.map((one) => (one.key === row.key ? { ...one, rule } : one)) })
      }
      const changed = new Map(from.changed)
      // What was changed back is no change.
      if (JSON.stringify(row.was.table) === JSON.stringify(rule)) changed.delete(row.was.name)
      else changed.set(row.was.name, rule)
      return set({ ...from, changed })
    },
    remove(row) {
      const from = isEmpty ? { ...draft, base: look.base } : draft
      if (row.was === null) return set({ ...from, added: from.added.filter(({ key }) => key !== row.key) })
      return set({ ...from, changed: new Map([...from.changed, [row.was.name, null]]) })
    },
    restore({ was }) {
      const changed = new Map(draft.changed)
      if (was !== null) changed.delete(was.name)
      set({ ...draft, changed })
    },
    setCases(cases) {
      const isSame = JSON.stringify(cases) === JSON.stringify(look.cases)
      const from = isEmpty ? { ...draft, base: look.base } : draft
      set({ ...from, cases: isSame ? undefined : cases })
    },
    discard() {
      kept.delete(place)
      setTurn((turn) => turn + 1)
    },
  }
}

function rowsOf({ rules }: RulesLook, { changed, added }: Draft): DraftRow[] {
  const rows = rules.map((was): DraftRow => {
    const key = was.name
    if (was.table === null) return { key, was, now: null, state: 'by-hand' }
    const now = changed.get(was.name)
    if (now === undefined) return { key, was, now: was.table, state: 'same' }
    return { key, was, now, state: now === null ? 'removed' : 'changed' }
  })
  return [...rows, ...added.map(({ key, rule }): DraftRow => ({ key, was: null, now: rule, state: 'added' }))]
}

function editsOf({ changed, added }: Draft): RuleEdit[] {
  return [
    ...[...changed].map(([was, rule]): RuleEdit => (rule === null ? { remove: was } : { put: rule, was })),
    ...added.map(({ rule }): RuleEdit => ({ put: rule })),
  ]
}

/** Those of the cases that name the rule. */
export function testsOf(name: string, cases: readonly RuleCase[]): readonly RuleCase[] {
  return cases.filter(({ by }) => [by].flat().includes(name))
}
