/**
 * Single sightings between STIX and MISP: what one says of an attribute that the other side has already. MISP's kinds are
 * 0 (seen), 1 (a false positive) and 2 (it expires then); it never changes a sighting (`Sighting::captureSightings`).
 */

import { MarkingDefinitions, tlpOf } from '../markings.ts'
import { own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { strictest, type Tlp } from '../tlp.ts'
import { type StixSource, secondsOf, textIn, textsIn } from './back.ts'

export interface SightingToPush {
  /** Of the STIX object. */
  readonly id: string
  /** The object that was seen, or is no threat. */
  readonly about: string
  readonly type: '0' | '1'
  /** Seconds since 1970; undefined where none can be read. */
  readonly date: string | undefined
  /** The widest distribution of MISP in which it may be seen: 0, 1 or 3. */
  readonly distribution: string
}

/** What a sighting or an opinion says in MISP's words; undefined for what was made of MISP's own, is revoked, or has no place there. */
export function mispSightingOf(object: StixObject): Pick<SightingToPush, 'about' | 'type' | 'date'> | undefined {
  const { type, value } = object
  if (object.revoked || own(value, 'x_misp_sighting') !== undefined) return undefined
  const isFalse = type === 'opinion' && textIn(value, 'opinion') === 'strongly-disagree'
  const about = isFalse ? textsIn(value, 'object_refs')[0] : textIn(value, 'sighting_of_ref')
  if ((type !== 'sighting' && !isFalse) || about === undefined) return undefined
  return {
    ...{ about, type: isFalse ? '1' : '0' },
    date: secondsOf(own(value, 'last_seen') ?? own(value, 'modified')),
  }
}

/** `saidAs` gives the marking of the record in which an object was said; null where it is not known, which counts as TLP:RED. */
export function sightingsToPush(
  sources: readonly StixSource[],
  definitions: readonly StixSource[],
  saidAs: (id: string) => Tlp | null,
): readonly SightingToPush[] {
  const known = new MarkingDefinitions()
  for (const { object } of definitions) known.learn(object)
  return sources.flatMap(({ object }) => {
    const said = mispSightingOf(object)
    if (said === undefined) return []
    const marked = tlpOf(object, known)
    const itsOwn = marked.kind === 'tlp' ? marked.tlp : marked.kind === 'unclear' ? 'TLP:RED' : undefined
    const record = saidAs(object.id)
    // The record counts as well as what the object says of itself: whoever has it has it under both.
    const closest = strictest(...(itsOwn === undefined ? [] : [itsOwn]), ...(record === null ? [] : [record]))
    return [{ id: object.id, ...said, distribution: distributionFor(closest ?? 'TLP:RED') }]
  })
}

/** The widest distribution of MISP for a colour: 0 the organisation alone, 1 its community, 3 all. */
export function distributionFor(tlp: Tlp): string {
  return tlp === 'TLP:CLEAR' ? '3' : tlp === 'TLP:GREEN' ? '1' : '0'
}
