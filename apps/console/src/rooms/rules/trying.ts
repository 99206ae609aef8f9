// What the gate says of objects by the rules in force and by a draft of them, object by object and side by side.

import type { ObjectVerdict, RuleCase, TriedShare, TriedSide } from '@countersign/client'

export interface Sides {
  /** By the place of the object in what was tried. */
  index: number
  id: string
  now: ObjectVerdict | undefined
  then: ObjectVerdict | undefined
  isOtherwise: boolean
}

/** What was told of one side or the other, in the order of the objects; those that are told of neither are left out. */
export function sideBySide(now: TriedSide, then: TriedSide): Sides[] {
  const [told, toldThen] = [byIndex(now), byIndex(then)]
  const all = new Set([...told.keys(), ...toldThen.keys()])
  return [...all]
    .sort((a, b) => a - b)
    .map((index) => {
      const [a, b] = [told.get(index), toldThen.get(index)]
      return { index, id: a?.id ?? b?.id ?? '', now: a, then: b, isOtherwise: outcome(a) !== outcome(b) }
    })
}

export function triedOf(side: TriedSide): TriedShare | undefined {
  return 'tried' in side ? side.tried : undefined
}

/** What decides whether two verdicts are alike: what becomes of it, what is cut, and by which rules. */
function outcome(told: ObjectVerdict | undefined): string {
  if (told === undefined) return ''
  const rules = told.reasons.map(({ code, rule }) => `${code} ${rule ?? ''}`).sort()
  return JSON.stringify([told.verdict, told.leftOut, rules, told.cut.map(({ selector }) => selector)])
}

function byIndex(side: TriedSide): Map<number, ObjectVerdict> {
  return new Map(triedOf(side)?.told.map((told) => [told.index, told]))
}

/** The objects of what was pasted, as the node reads them; none where it is no JSON. */
export function objectsIn(stix: string): unknown[] {
  try {
    const value: unknown = JSON.parse(stix)
    if (Array.isArray(value)) return value
    if (typeof value !== 'object' || value === null) return []
    return 'objects' in value && Array.isArray(value.objects) ? value.objects : [value]
  } catch {
    return []
  }
}

/** What the gate says of one object with the draft, as a case that must hold from then on. */
export function caseOf(object: object, told: ObjectVerdict, name: string, tlp: string): RuleCase {
  const [rule] = told.reasons.flatMap((reason) => reason.rule ?? [])
  return {
    ...{ case: name, marking: tlp, objects: [object], expect: told.leftOut ? 'left out' : told.verdict },
    ...(rule === undefined ? {} : { by: rule }),
  }
}
