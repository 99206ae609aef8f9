/**
 * What the markings of a STIX object come to. The published ids of TLP 2.0, of PAP and of the TLP 1.0 that STIX 2.1 itself
 * defines are known without being carried; other definitions mean what their object says, and what the parties' table of
 * equivalents says of their own classifications. A marking that is not known, of a kind that is not known, or defined
 * twice in two ways is `unclear`, never "no marking".
 */

import type { StixId } from './identifier.ts'
import type { Equivalent } from './marking/equivalence.ts'
import { type Pap, parsePap, strictestPap } from './marking/pap.ts'
import { isRecord } from './properties.ts'
import type { StixObject } from './stix-object.ts'
import { parseTlp, strictest, TLP_NAMES, type Tlp } from './tlp.ts'

/** What one marking definition says: a colour, a statement (which has no colour), or something we cannot read. */
export type MarkingMeaning = Tlp | 'statement' | 'unclear'

/** What an object's markings come to together. `unclear` names a marking that could not be read. */
export type ObjectMarking =
  | { readonly kind: 'tlp'; readonly tlp: Tlp }
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear'; readonly ref: StixId }

/** What one marking definition gives. One that gives neither is a statement in words. */
export interface MarkingSaid {
  readonly tlp: Tlp | null
  readonly pap: Pap | null
  readonly statement: boolean
}

/** The marking definitions known so far: the published ones, and those learned from the objects that carry them. */
export class MarkingDefinitions {
  readonly #learned = new Map<StixId, MarkingSaid | 'unclear'>()
  readonly #equivalents = new Map<string, Tlp>()

  constructor(equivalence: readonly Equivalent[] = []) {
    for (const { theirs, tlp } of equivalence) {
      this.#equivalents.set(theirs, strictest(tlp, this.#equivalents.get(theirs) ?? tlp) ?? tlp)
    }
  }

  /** Takes note of a marking definition; other objects are passed over. */
  learn(object: StixObject): void {
    if (object.type !== 'marking-definition') return
    const said = this.#saidBy(object)
    const before = this.#learned.get(object.id)
    this.#learned.set(object.id, before === undefined || same(before, said) ? said : 'unclear')
  }

  /** Whether this definition is among those learned, in these words or as one of several that contradict each other. */
  hasLearned(object: StixObject): boolean {
    const learned = this.#learned.get(object.id)
    return learned !== undefined && (learned === 'unclear' || same(learned, this.#saidBy(object)))
  }

  /** Undefined for a marking that is neither published, learned nor in the table of equivalents. */
  said(ref: StixId): MarkingSaid | 'unclear' | undefined {
    const learned = this.#learned.get(ref)
    const published = PUBLISHED.get(ref)
    // A definition that takes a published id and says something else is nobody's marking.
    if (published !== undefined && learned !== undefined && !same(published, learned)) return 'unclear'
    const said = published ?? learned
    const equivalent = this.#equivalents.get(ref)
    // What is defined in two ways stays unclear whatever the table says.
    if (equivalent === undefined || said === 'unclear') return said
    return said === undefined
      ? { tlp: equivalent, pap: null, statement: false }
      : { ...said, tlp: said.tlp === null ? equivalent : (strictest(said.tlp, equivalent) ?? said.tlp) }
  }

  /** The same with regard to TLP alone. A definition of PAP alone is unclear here. */
  meaning(ref: StixId): MarkingMeaning | undefined {
    const said = this.said(ref)
    if (said === undefined || said === 'unclear') return said
    return said.tlp ?? (said.statement ? 'statement' : 'unclear')
  }

  #saidBy(object: StixObject): MarkingSaid | 'unclear' {
    // What a published marking means is not the parties' to say by its name.
    return saidBy(object, PUBLISHED.has(object.id) ? NO_EQUIVALENTS : this.#equivalents)
  }
}

function same(a: MarkingSaid | 'unclear', b: MarkingSaid | 'unclear'): boolean {
  if (a === 'unclear' || b === 'unclear') return a === b
  return a.tlp === b.tlp && a.pap === b.pap && a.statement === b.statement
}

/** The strictest colour among all markings of an object and of its parts. */
export function tlpOf(object: Pick<StixObject, 'markingRefs'>, definitions: MarkingDefinitions): ObjectMarking {
  let tlp: Tlp | undefined
  for (const ref of object.markingRefs) {
    const meaning = definitions.meaning(ref)
    if (meaning === undefined || meaning === 'unclear') return { kind: 'unclear', ref }
    if (meaning !== 'statement') tlp = tlp === undefined ? meaning : strictest(tlp, meaning)
  }
  return tlp === undefined ? { kind: 'none' } : { kind: 'tlp', tlp }
}

/** The id under which TLP 2.0 is published for STIX 2.1, to mark objects with. */
export function markingIdOf(tlp: Tlp): string {
  return TLP_2_IDS[tlp]
}

/** The id under which PAP is published for STIX 2.1. */
export function papMarkingIdOf(pap: Pap): string {
  return PAP_IDS.find(([, name]) => name === pap)?.[0] ?? ''
}

/** The colour that a published marking of TLP gives, 1.0 or 2.0; undefined for any other. */
export function publishedTlp(ref: string): Tlp | undefined {
  return PUBLISHED.get(ref)?.tlp ?? undefined
}

/** The PAP that a published marking gives. */
export function publishedPap(ref: string): Pap | undefined {
  return PUBLISHED.get(ref)?.pap ?? undefined
}

/** The one marking of a colour that STIX 2.1 itself defines (section 7.2.1.4); undefined for any other word. */
export function fixedTlp1(colour: unknown): { id: string; name: string; created: string } | undefined {
  const fixed = TLP_1_IDS.find(([word]) => word === colour)
  if (fixed === undefined) return undefined
  const [word, id] = fixed
  return { id, name: `TLP:${word.toUpperCase()}`, created: '2017-01-20T00:00:00.000Z' }
}

/** The id under which TLP 2.0 publishes a colour, by the word that its extension has for it. */
export function tlp2IdOf(colour: unknown): string | undefined {
  const tlp = colour === 'white' ? undefined : WORDS.get(colour)
  return tlp === undefined ? undefined : TLP_2_IDS[tlp]
}

/** OASIS, the TLP 2.0 marking extension for STIX 2.1. */
export const TLP_2_EXTENSION = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d'

const TLP_2_IDS: Record<Tlp, string> = {
  'TLP:CLEAR': 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487',
  'TLP:GREEN': 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  'TLP:AMBER': 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421',
  'TLP:AMBER+STRICT': 'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003',
  'TLP:RED': 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1',
}

/** STIX 2.1 section 7.2.1.4; the WHITE of TLP 1.0 is the CLEAR of 2.0. */
const TLP_1_IDS: readonly (readonly [word: string, id: string, Tlp])[] = [
  ['white', 'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9', 'TLP:CLEAR'],
  ['green', 'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da', 'TLP:GREEN'],
  ['amber', 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82', 'TLP:AMBER'],
  ['red', 'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed', 'TLP:RED'],
]

/** OASIS, the PAP marking extension for STIX 2.1. */
const PAP_EXTENSION = 'extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b'

const PAP_IDS: readonly (readonly [string, Pap])[] = [
  ['marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92', 'PAP:CLEAR'],
  ['marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730', 'PAP:CLEAR'],
  ['marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9', 'PAP:GREEN'],
  ['marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab', 'PAP:AMBER'],
  ['marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e', 'PAP:RED'],
]

const PUBLISHED = new Map<string, MarkingSaid>([
  ...[
    ...TLP_1_IDS.map(([, id, tlp]) => [id, tlp] as const),
    ...TLP_NAMES.map((tlp) => [TLP_2_IDS[tlp], tlp] as const),
  ].map(([id, tlp]) => [id, { tlp, pap: null, statement: false }] as const),
  ...PAP_IDS.map(([id, pap]) => [id, { tlp: null, pap, statement: false }] as const),
])

/** The colour words as marking definitions write them. */
const WORDS = new Map<unknown, Tlp>([
  ['white', 'TLP:CLEAR'],
  ['clear', 'TLP:CLEAR'],
  ['green', 'TLP:GREEN'],
  ['amber', 'TLP:AMBER'],
  ['amber+strict', 'TLP:AMBER+STRICT'],
  ['red', 'TLP:RED'],
])

/**
 * A definition gives at most one TLP, by the TLP 2.0 extension or a `definition` of type tlp, and at most one PAP, by its
 * extension; or it is a statement. A statement whose text or name is exactly that of a TLP or a PAP is taken at its word:
 * tools that know no extension write them so. Extensions of other makers add to a marking but do not give one.
 */
function saidBy({ value, id }: StixObject, equivalents: ReadonlyMap<string, Tlp>): MarkingSaid | 'unclear' {
  const { extensions, definition, definition_type: type, name } = value
  const tlps: (Tlp | undefined)[] = []
  let pap: Pap | undefined
  let statement = false
  const byTlp = extensionOf(extensions, TLP_2_EXTENSION)
  if (byTlp !== undefined) tlps.push(WORDS.get(byTlp['tlp_2_0']))
  const byPap = extensionOf(extensions, PAP_EXTENSION)
  if (byPap !== undefined) {
    const word = byPap['pap']
    const read =
      typeof word === 'string' && word === word.toLowerCase() ? parsePap(`PAP:${word.toUpperCase()}`) : undefined
    if (read === undefined) return 'unclear'
    pap = read
  }
  const words = typeof name === 'string' ? [name] : []
  let own = false
  if (isRecord(definition) && type === 'tlp') {
    tlps.push(WORDS.get(definition['tlp']))
  } else if (isRecord(definition) && type === 'statement' && typeof definition['statement'] === 'string') {
    statement = true
    words.push(definition['statement'])
  } else if (definition !== undefined) {
    own = true
  }
  const [tlp = null] = tlps
  if (tlps.includes(undefined) || new Set(tlps).size > 1 || (statement && tlps.length > 0)) return 'unclear'
  const equivalent = strictest(...[id, ...words].flatMap((word) => equivalents.get(word) ?? []))
  if (own && equivalent === undefined) return 'unclear'
  const spoken = statement ? words : []
  const strict = strictest(...[tlp, equivalent, ...spoken.map(parseTlp)].flatMap((each) => each ?? []))
  pap = strictestPap(...[pap, ...spoken.map(parsePap)].flatMap((each) => each ?? []))
  if (strict === undefined && pap === undefined && !statement) return 'unclear'
  return { tlp: strict ?? null, pap: pap ?? null, statement }
}

const NO_EQUIVALENTS: ReadonlyMap<string, Tlp> = new Map()

function extensionOf(extensions: unknown, id: string): { readonly [property: string]: unknown } | undefined {
  if (!isRecord(extensions) || !Object.hasOwn(extensions, id)) return undefined
  const extension = extensions[id]
  return isRecord(extension) ? extension : {}
}
