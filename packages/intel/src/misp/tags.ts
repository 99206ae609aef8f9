/**
 * What the tags and the distribution of MISP mean as markings. A mapping never opens what was closed: of several colours the
 * strictest holds, a tag that looks like one and is none counts as the strictest, and what MISP gives to few has a colour
 * that keeps it with few.
 */

import { type Pap, parsePap, strictestPap } from '../marking/pap.ts'
import { markingIdOf, papMarkingIdOf, TLP_2_EXTENSION } from '../markings.ts'
import type { Properties } from '../properties.ts'
import { parseTlp, strictest, type Tlp } from '../tlp.ts'
import type { MispTag } from './schema.ts'

/** Each null where nothing says one. */
export interface MispMarking {
  readonly tlp: Tlp | null
  readonly pap: Pap | null
}

export const UNMARKED: MispMarking = { tlp: null, pap: null }

export function joinMispMarkings(...markings: readonly MispMarking[]): MispMarking {
  return {
    tlp: strictest(...markings.flatMap(({ tlp }) => tlp ?? [])) ?? null,
    pap: strictestPap(...markings.flatMap(({ pap }) => pap ?? [])) ?? null,
  }
}

/** What the tags of one element and its distribution say; what it inherits is not in it. */
export function markingOfTags(tags: readonly MispTag[] = [], distribution?: string): MispMarking {
  return joinMispMarkings(
    { tlp: floorOf(distribution), pap: null },
    ...tags.map(({ name }) => ({ tlp: tlpOfTag(name) ?? null, pap: papOfTag(name) ?? null })),
  )
}

/** RED for a tag that begins as TLP does and says what TLP 2.0 does not have; undefined for any other tag. */
function tlpOfTag(name: string): Tlp | undefined {
  const word = wordBehind('tlp', name)
  if (word === undefined) return undefined
  return parseTlp(`TLP:${word === 'WHITE' ? 'CLEAR' : word}`) ?? 'TLP:RED'
}

/** As `tlpOfTag`, of PAP. */
function papOfTag(name: string): Pap | undefined {
  const word = wordBehind('pap', name)
  return word === undefined ? undefined : (parsePap(`PAP:${word}`) ?? 'PAP:RED')
}

/** The tags that MISP has for a marking. */
export function tagsOfMarking({ tlp, pap }: MispMarking): readonly string[] {
  return [...(tlp === null ? [] : [tlp.toLowerCase()]), ...(pap === null ? [] : [pap])]
}

/** Whether a marking binds more than another in TLP or PAP. TLP:CLEAR binds no more than none. */
export function isStricter(marking: MispMarking, than: MispMarking): boolean {
  const both = joinMispMarkings(marking, than)
  return (both.tlp !== than.tlp && both.tlp !== 'TLP:CLEAR') || both.pap !== than.pap
}

/** Whether a tag stays on the MISP that gave it: it then binds, and is not passed on. */
export function isLocal({ exportable, local }: MispTag): boolean {
  return local === true || exportable === false
}

/** The published markings, for `object_marking_refs`. */
export function markingRefs({ tlp, pap }: MispMarking): readonly string[] {
  return [...(tlp === null ? [] : [markingIdOf(tlp)]), ...(pap === null ? [] : [papMarkingIdOf(pap)])]
}

/** The marking objects of TLP 2.0 as OASIS published them, for whoever does not know them by their ids. */
export function tlpDefinition(tlp: Tlp): Properties {
  return {
    type: 'marking-definition',
    spec_version: '2.1',
    id: markingIdOf(tlp),
    created: '2022-10-01T00:00:00.000Z',
    name: tlp,
    extensions: {
      [TLP_2_EXTENSION]: { extension_type: 'property-extension', tlp_2_0: tlp.slice('TLP:'.length).toLowerCase() },
    },
  }
}

/**
 * MISP's distribution: 0 our organisation only, 1 this community, 2 connected communities, 3 all, 4 a sharing group, 5 as
 * the event. An unknown number is held as closely as the closest.
 */
function floorOf(distribution: string | undefined): Tlp | null {
  if (distribution === undefined || distribution === '3' || distribution === '5') return null
  return distribution === '1' || distribution === '2' ? 'TLP:GREEN' : 'TLP:AMBER+STRICT'
}

function wordBehind(scheme: string, name: string): string | undefined {
  const lower = name.trim().toLowerCase()
  // A letter or a digit behind the scheme makes another word of it.
  if (!lower.startsWith(scheme) || /^[a-z0-9]/.test(lower.slice(scheme.length))) return undefined
  return lower
    .slice(scheme.length)
    .replace(/^[^a-z0-9]+/, '')
    .replaceAll(/["'\s]/g, '')
    .toUpperCase()
}
