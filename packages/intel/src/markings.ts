/**
 * What the markings of a STIX object come to. The published ids of TLP 2.0 and of the TLP 1.0 that STIX 2.1 itself
 * defines are known without being carried; other definitions mean what their object says. A marking that is not known,
 * of a kind that is not known, or defined twice in two ways is `unclear`, never "no marking".
 */

import type { StixId } from './identifier.ts'
import { isRecord } from './properties.ts'
import type { StixObject } from './stix-object.ts'
import { strictest, TLP_NAMES, type Tlp } from './tlp.ts'

/** What one marking definition says: a colour, a statement (which has no colour), or something we cannot read. */
export type MarkingMeaning = Tlp | 'statement' | 'unclear'

/** What an object's markings come to together. `unclear` names a marking that could not be read. */
export type ObjectMarking =
  | { readonly kind: 'tlp'; readonly tlp: Tlp }
  | { readonly kind: 'none' }
  | { readonly kind: 'unclear'; readonly ref: StixId }

/** The marking definitions known so far: the published ones, and those learned from the objects that carry them. */
export class MarkingDefinitions {
  readonly #learned = new Map<StixId, MarkingMeaning>()

  /** Takes note of a marking definition; other objects are passed over. */
  learn(object: StixObject): void {
    if (object.type !== 'marking-definition') return
    const meaning = meaningOf(object)
    const before = this.#learned.get(object.id)
    this.#learned.set(object.id, before === undefined || before === meaning ? meaning : 'unclear')
  }

  /** Undefined for a marking that is neither published nor learned. */
  meaning(ref: StixId): MarkingMeaning | undefined {
    const learned = this.#learned.get(ref)
    const published = PUBLISHED.get(ref)
    // A definition that takes a published id and says something else is nobody's marking.
    if (published !== undefined) return learned === undefined || learned === published ? published : 'unclear'
    return learned
  }
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

const PUBLISHED = new Map<string, Tlp>([
  ...TLP_1_IDS.map(([, id, tlp]) => [id, tlp] as const),
  ...TLP_NAMES.map((tlp) => [TLP_2_IDS[tlp], tlp] as const),
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
 * A definition must say exactly one thing: a TLP 2.0 extension, or a `definition` of type tlp or statement. Extensions
 * of other makers are passed over; they add to a marking but do not give one.
 */
function meaningOf({ value }: StixObject): MarkingMeaning {
  const said = new Set<MarkingMeaning>()
  const { extensions, definition, definition_type: type } = value
  if (isRecord(extensions) && Object.hasOwn(extensions, TLP_2_EXTENSION)) {
    const extension = extensions[TLP_2_EXTENSION]
    said.add((isRecord(extension) ? WORDS.get(extension['tlp_2_0']) : undefined) ?? 'unclear')
  }
  if (isRecord(definition)) {
    if (type === 'statement' && typeof definition['statement'] === 'string') said.add('statement')
    else if (type === 'tlp') said.add(WORDS.get(definition['tlp']) ?? 'unclear')
    else said.add('unclear')
  } else if (definition !== undefined) {
    said.add('unclear')
  }
  const [meaning = 'unclear'] = said
  return said.size === 1 ? meaning : 'unclear'
}
