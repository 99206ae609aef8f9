/**
 * What all STIX objects made of one MISP event have in common: who made it, when, its marking, and where they are gathered.
 * What MISP says and STIX does not is in properties `x_misp_…`, most of them as the public converter misp-stix names
 * them; members that are not known stand as JSON text in `x_misp_members`. A value of a type that STIX knows is in a
 * pattern or an observable and in no other place, so that whoever looks at these sees all of them.
 */

import { LIMITS } from '../limits.ts'
import type { Properties } from '../properties.ts'
import { validateObject } from '../stix/validate.ts'
import { type MispEvent, type MispOrganisation, type MispTag, restOf } from './schema.ts'
import { StixIds } from './stix-ids.ts'
import { isLocal, joinMispMarkings, type MispMarking, markingOfTags, markingRefs } from './tags.ts'

/** An element that went into STIX as a custom object; or one that stayed behind. */
export interface MispNotice {
  /** Its place in the event, such as `Object[2].Attribute[0]`. */
  readonly path: string
  /** The type of an attribute; else the name of a member. */
  readonly what: string
  /** One sentence. */
  readonly why: string
}

export class EventMaking {
  readonly event: MispEvent
  readonly ids = new StixIds()
  carried: MispNotice[] = []
  readonly leftOut: MispNotice[] = []
  /** Tags that were made labels. */
  tags = 0
  /** What all of the event inherits. */
  readonly marking: MispMarking
  /** The report or grouping that the event is. */
  readonly reportId: string
  readonly creator: string | undefined
  readonly #seconds: number
  readonly #created: number
  readonly #objects = new Map<string, Properties>()
  readonly #inReport = new Set<string>()
  readonly #sound = new WeakSet<Properties>()
  readonly #organisations = new Map<string, string>()

  constructor(event: MispEvent) {
    this.event = event
    const day = Date.parse(`${event.date}T00:00:00.000Z`) / 1000
    this.#seconds = event.timestamp ?? day
    // A version keeps the time at which the first one was made: MISP tells the day of the event alone.
    this.#created = day
    this.marking = markingOfTags(event.Tag, event.distribution)
    this.reportId = this.ids.take(event.published === true ? 'report' : 'grouping', event.uuid)
    this.creator = this.organisation(event.Orgc)
  }

  /** The properties that every domain object and relationship begins with. */
  head(id: string, seconds: number | undefined, marking: MispMarking, labels: readonly string[] = []): Properties {
    const modified = seconds ?? this.#seconds
    const refs = markingRefs(marking)
    return {
      type: id.slice(0, -38),
      spec_version: '2.1',
      id,
      ...(this.creator === undefined ? {} : { created_by_ref: this.creator }),
      created: stamp(Math.min(this.#created, modified)),
      modified: stamp(modified),
      ...(labels.length === 0 ? {} : { labels: [...labels] }),
      ...(refs.length === 0 ? {} : { object_marking_refs: [...refs] }),
    }
  }

  seconds(of: number | undefined): number {
    return of ?? this.#seconds
  }

  /** The marking of a part of the event. */
  markingOf(...markings: readonly MispMarking[]): MispMarking {
    return joinMispMarkings(this.marking, ...markings)
  }

  /** The names of tags that may be passed on, and what else they say, as a rest of their element. */
  tagsOf(
    tags: readonly MispTag[] | undefined,
    path: string,
  ): { readonly labels: readonly string[]; readonly rest: Properties } {
    const ours = (tags ?? []).filter((tag, i) => {
      if (!isLocal(tag)) return true
      this.leaveOut(`${path}Tag[${i}]`, 'Tag', 'The tag is local to the MISP that gave it; what it marks stays marked.')
      return false
    })
    this.tags += ours.length
    const said = ours.map((tag) => restOf(tag, ['id', 'name', 'exportable', 'local', 'user_id', 'count', 'is_galaxy']))
    const more = said.some((rest) => Object.keys(rest).length > 0)
    return { labels: ours.map(({ name }) => name), rest: more ? { Tag: said } : {} }
  }

  /** What is left of an element as `x_misp_members`; nothing where nothing is left. */
  members(rest: Properties, path: string): Properties {
    if (Object.keys(rest).length === 0) return {}
    const text = JSON.stringify(rest)
    if (text.length <= LIMITS.mispRestChars) return { x_misp_members: text }
    const names = Object.keys(rest).join(', ')
    this.leaveOut(path, names.slice(0, LIMITS.mispShortChars), `It is longer than ${LIMITS.mispRestChars} characters.`)
    return {}
  }

  leaveOut(path: string, what: string, why: string): void {
    this.leftOut.push({ path, what, why })
  }

  /** Why an object cannot stand as it is: the first error of our own validator; undefined where it has none. */
  fault(object: Properties): string | undefined {
    if (this.#sound.has(object)) return undefined
    const { errors } = validateObject(JSON.stringify(object))
    const [error] = errors
    if (error === undefined) this.#sound.add(object)
    return error === undefined ? undefined : `${error.path === '' ? '' : `${error.path}: `}${error.message}`
  }

  /**
   * Takes an object into the result. Of observables alone two may have one id; they then say the same. Undefined where it
   * breaks the standard or is too large; it is then named among what was left out.
   */
  add(object: Properties, path: string, listed = true): boolean {
    const id = String(object['id'])
    const fault = this.fault(object)
    if (fault !== undefined) {
      this.leaveOut(path, String(object['type']), fault)
      return false
    }
    if (!this.#objects.has(id)) this.#objects.set(id, object)
    if (listed) this.#inReport.add(id)
    return true
  }

  get(id: string): Properties | undefined {
    return this.#objects.get(id)
  }

  replace(id: string, object: Properties): void {
    this.#objects.set(id, object)
  }

  get objects(): readonly Properties[] {
    return [...this.#objects.values()]
  }

  /** What the report refers to, in order. */
  get listed(): readonly string[] {
    return [...this.#inReport]
  }

  /** The identity of an organisation; its version is that of the event that names it. */
  organisation(organisation: MispOrganisation | undefined): string | undefined {
    const { uuid, name } = organisation ?? {}
    if (uuid === undefined || name === undefined || name === '') return undefined
    const known = this.#organisations.get(uuid)
    if (known !== undefined) return known
    const id = this.ids.take('identity', uuid)
    const { created_by_ref: _, ...head } = this.head(id, this.event.timestamp, this.marking)
    const rest = this.members(restOf(organisation ?? {}, ['id', 'uuid', 'name', 'local']), 'Orgc')
    const identity = { ...head, created: NEVER, name, identity_class: 'organization', ...ownUuid(id, uuid), ...rest }
    if (!this.add(identity, 'Orgc', false)) return undefined
    this.#organisations.set(uuid, id)
    return id
  }
}

/** Of what others made and MISP has only the UUID of, such as an organisation: the same for all events. */
export const NEVER = '1970-01-01T00:00:00.000Z'

/** A STIX timestamp (section 2.16) of seconds since 1970. */
export function stamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

/** The UUID of MISP, where the object could not have it. */
export function ownUuid(id: string, uuid: string | undefined): Properties {
  return uuid === undefined || id.endsWith(uuid) ? {} : { x_misp_uuid: uuid }
}

/** The properties whose value is there and not empty. */
export function present(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined && value !== ''))
}
