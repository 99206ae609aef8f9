/**
 * What reading STIX back into an event of MISP has in common: the objects at hand, their markings, what was told of each.
 */

import type { StixId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { joinMarkings, NO_MARKING } from '../marking/lattice.ts'
import { MarkingDefinitions } from '../markings.ts'
import { isRecord, own, type Properties } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { compareTimestamps } from '../timestamp.ts'
import type { MispTag } from './schema.ts'
import { isStricter, joinMispMarkings, type MispMarking, markingOfTags, tagsOfMarking } from './tags.ts'

/** An element of an event as MISP writes it. */
export type Json = { readonly [member: string]: unknown }

/** A STIX object that MISP has no place for, or something of one that it has none for. */
export interface StixNotice {
  readonly id: string
  readonly type: string
  /** One sentence. */
  readonly why: string
}

/** One object and the text it came as. */
export interface StixSource {
  readonly object: StixObject
  readonly source: string
}

export class StixAtHand {
  readonly notices: StixNotice[] = []
  readonly #byId = new Map<string, StixSource>()
  readonly #definitions = new MarkingDefinitions()
  readonly #used = new Set<string>()
  /** By the UUID of an attribute, the object it was made of. */
  readonly standing = new Map<string, string>()

  /** Of several versions of one object the newest counts. */
  constructor(sources: readonly StixSource[]) {
    for (const source of sources) {
      const { object } = source
      this.#definitions.learn(object)
      const known = this.#byId.get(object.id)?.object.version
      if (known !== undefined && known !== null && object.version !== null) {
        if (compareTimestamps(known, object.version) >= 0) continue
      } else if (known !== undefined) continue
      this.#byId.set(object.id, source)
    }
  }

  get all(): readonly StixSource[] {
    return [...this.#byId.values()]
  }

  get(id: unknown): StixObject | undefined {
    return typeof id === 'string' ? this.#byId.get(id)?.object : undefined
  }

  /** Marks an object as having found its place. */
  use(id: string): void {
    this.#used.add(id)
  }

  isUsed(id: string): boolean {
    return this.#used.has(id)
  }

  /** Runs what uses objects; where it gives nothing, none of them was used and nothing told. */
  attempt<T>(read: () => T | undefined): T | undefined {
    const [used, told] = [new Set(this.#used), this.notices.length]
    const made = read()
    if (made !== undefined) return made
    this.#used.clear()
    for (const id of used) this.#used.add(id)
    this.notices.length = told
    return undefined
  }

  tell({ id, type }: Pick<StixObject, 'id' | 'type'>, why: string): void {
    this.notices.push({ id, type, why })
  }

  /** The markings of an object and its parts together; one that is not known counts as the strictest. */
  markingOf(object: StixObject): MispMarking {
    let joined = NO_MARKING
    for (const ref of object.markingRefs) {
      const said = this.#definitions.said(ref)
      const by: StixId = ref
      joined =
        said === undefined || said === 'unclear'
          ? joinMarkings(joined, { ...NO_MARKING, unclear: by })
          : joinMarkings(joined, { ...NO_MARKING, tlp: said.tlp, tlpBy: by, pap: said.pap, papBy: by })
      if (said !== undefined && said !== 'unclear' && said.statement) {
        this.tell(object, `Its statement ${ref} has no place in MISP.`)
      }
    }
    if (joined.unclear !== null) {
      this.tell(object, `What the marking ${joined.unclear} means is not known; the tag is tlp:red.`)
      return { tlp: 'TLP:RED', pap: joined.pap }
    }
    return { tlp: joined.tlp, pap: joined.pap }
  }

  /** The tags of an element, and one of TLP or PAP where its object is marked more strictly than they and the event say. */
  tagged(object: StixObject, tags: readonly Json[], distribution: string | undefined, inherited: MispMarking): Json {
    const marking = this.markingOf(object)
    const said = joinMispMarkings(inherited, markingOfTags(tags as MispTag[], distribution))
    const { tlp, pap } = joinMispMarkings(said, marking)
    const more = isStricter(marking, said)
      ? tagsOfMarking({ tlp: tlp === said.tlp ? null : tlp, pap: pap === said.pap ? null : pap })
      : []
    const all = [...tags, ...more.map((name) => ({ name }))]
    return all.length === 0 ? {} : { Tag: all }
  }
}

/** The UUID that an element had in MISP, or that the object has. */
export function uuidIn({ id, value }: StixObject): string {
  return textIn(value, 'x_misp_uuid') ?? id.slice(-36)
}

export function textIn(value: Properties, property: string): string | undefined {
  const said = own(value, property)
  return typeof said === 'string' ? said : undefined
}

export function textsIn(value: Properties, property: string): readonly string[] {
  const said = own(value, property)
  return Array.isArray(said) ? said.filter((item) => typeof item === 'string') : []
}

/** Members that stood as JSON text, a peer's: whoever reads them takes none that STIX says itself. */
export function membersIn(value: Properties): Json {
  const text = textIn(value, 'x_misp_members')
  if (text === undefined || text.length > LIMITS.mispRestChars) return {}
  try {
    const said: unknown = JSON.parse(text)
    return isRecord(said) ? said : {}
  } catch {
    return {}
  }
}

/** Seconds since 1970 of a STIX timestamp, as MISP writes them; undefined where it is none. */
export function secondsOf(timestamp: unknown): string | undefined {
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  return Number.isNaN(time) ? undefined : String(Math.max(0, Math.floor(time / 1000)))
}

/** The tags that the labels are, with what else is said of them. */
export function tagsIn(labels: readonly string[], members: Json): readonly Json[] {
  const said = own(members, 'Tag')
  const more = Array.isArray(said) && said.length === labels.length ? said : []
  return labels.map((name, i) => ({ name, ...(isRecord(more[i]) ? more[i] : {}) }))
}

/** The members of a list of names that are there. */
export function membersOf(value: Properties, names: { readonly [member: string]: string }): Json {
  return Object.fromEntries(
    Object.entries(names).flatMap(([member, property]) => {
      const said = textIn(value, property)
      return said === undefined ? [] : [[member, said]]
    }),
  )
}
