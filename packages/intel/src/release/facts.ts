/**
 * What the rules of a house may ask of an object before it leaves: facts that are read off it, and never what it says in
 * prose. They are few, so that one decision serves for all objects with the same facts, and the rules stay readable.
 */

import { typeOfId } from '../identifier.ts'
import { own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { TLP_NAMES, type Tlp } from '../tlp.ts'
import { type AddressList, hostsOf } from './address-list.ts'

/** The language of rules has no fractions and no null: what an object does not have is left out. */
export interface ObjectFacts {
  readonly id: string
  readonly type: string
  /** `sdo`, `sro`, `sco` or `meta`. */
  readonly kind: string
  /** The strictest TLP of the object and of its parts, 0 for TLP:CLEAR to 4 for TLP:RED; left out where it bears none. */
  readonly tlp?: number
  /** The same of PAP, 0 for PAP:CLEAR to 3 for PAP:RED. */
  readonly pap?: number
  readonly labels: readonly string[]
  /** The names of its properties at the top. */
  readonly properties: readonly string[]
  /** The types of the objects it refers to. */
  readonly refersTo: readonly string[]
  readonly revoked: boolean
  /** Of those objects that have one: 0 to 100. */
  readonly confidence?: number
  readonly createdBy?: string
  /** The names of those lists that name a host of it. */
  readonly lists: readonly string[]
}

export type FactName = keyof ObjectFacts

/** Lists by name: `own-infrastructure`, and those of warnings. */
export type NamedLists = ReadonlyMap<string, AddressList>

/** How strict a TLP is: its place from TLP:CLEAR, 0, to TLP:RED, 4. */
export function tlpLevel(tlp: Tlp): number {
  return TLP_NAMES.indexOf(tlp)
}

/**
 * Those facts of `wanted` that need no other object; `tlp` and `pap` are none of them. Throws where one that is wanted cannot be told:
 * a rule that asks for it would hold back nothing.
 */
export function factsOf(object: StixObject, wanted: ReadonlySet<FactName>, lists: NamedLists): Partial<ObjectFacts> {
  const { id, type, kind, revoked, value, references } = object
  // All of them, and not those that are kept for search: one label more must not slip past a rule.
  const labels = own(value, 'labels')
  const confidence = own(value, 'confidence')
  const createdBy = own(value, 'created_by_ref')
  const facts: { [name in FactName]?: () => ObjectFacts[name] | undefined } = {
    id: () => id,
    type: () => type,
    kind: () => kind,
    labels: () => sorted(Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : []),
    properties: () => sorted(Object.keys(value)),
    refersTo: () => sorted(references.map((reference) => typeOfId(reference.id))),
    revoked: () => revoked,
    confidence: () => (Number.isInteger(confidence) ? Number(confidence) : undefined),
    createdBy: () => (typeof createdBy === 'string' ? createdBy : undefined),
    lists: () => {
      const hosts = hostsOf(object)
      if (hosts === undefined) throw new Error(`the pattern of ${id} cannot be read, so nobody knows what it names`)
      return sorted([...lists].flatMap(([name, list]) => (hosts.some((host) => list.has(host)) ? name : [])))
    },
  }
  const entries = [...wanted].flatMap((name) => {
    const fact = facts[name]?.()
    return fact === undefined ? [] : [[name, fact] as const]
  })
  return Object.fromEntries(entries)
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}
