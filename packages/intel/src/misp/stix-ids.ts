/**
 * Ids of what is made of a MISP event. They follow from the event alone, so that the same event gives the same bytes. An
 * object takes the UUID that MISP gave, where STIX permits it: a UUID of a known version (section 2.9), and no two
 * objects of different types with one UUID. Otherwise it takes a UUIDv5 of it, in a namespace of our own.
 */

import { fromHex } from '@countersign/log'
import { hasStandardUuid, isId } from '../identifier.ts'
import type { Properties } from '../properties.ts'
import { deterministicId, uuidV5 } from '../stix/deterministic-id.ts'
import { objectTypeOf } from '../stix/object-types.ts'

export class StixIds {
  readonly #taken = new Set<string>()

  /** An id of the type with the UUID of MISP, or one that follows from it and from `seed`. */
  take(type: string, uuid: string | undefined, ...seed: readonly string[]): string {
    const same = `${type}--${uuid}`
    if (uuid !== undefined && isId(same) && hasStandardUuid(same) && !this.#taken.has(uuid.toLowerCase())) {
      this.#taken.add(uuid.toLowerCase())
      return same
    }
    return this.derive(type, uuid ?? '', ...seed)
  }

  /** Gives back the UUID of an id whose object came to nothing. */
  release(id: string): void {
    this.#taken.delete(uuidOf(id).toLowerCase())
  }

  /** An id that follows from the words alone, and that nothing before it has. */
  derive(type: string, ...words: readonly string[]): string {
    for (let time = 0; ; time++) {
      const uuid = uuidV5(NAMESPACE, JSON.stringify([type, ...words, ...(time === 0 ? [] : [time])]))
      if (this.#taken.has(uuid)) continue
      this.#taken.add(uuid)
      return `${type}--${uuid}`
    }
  }
}

/**
 * The id of an observable. The standard's own, which others come to as well, where the observable has nothing beside what
 * contributes to it: then whoever has the same id has the same object. One that bears a marking, or anything else that
 * may differ elsewhere, has an id that follows from the UUID in MISP.
 */
export function observableId(observable: Properties, derived: () => string): string {
  const { contributing } = objectTypeOf(String(observable['type']), 'sco')
  const more = Object.keys(observable).some((name) => !SAID.has(name) && !contributing.includes(name))
  return (more ? undefined : deterministicId(observable)) ?? derived()
}

/** A UUIDv5 that follows from the words. */
export function derivedUuid(...words: readonly string[]): string {
  return uuidV5(NAMESPACE, JSON.stringify(words))
}

/** The UUID of an id. */
function uuidOf(id: string): string {
  return id.slice(-36)
}

const SAID = new Set(['type', 'spec_version'])

/** 8b2d1e64-5f0c-4c39-9a57-3d1b0f6e7a28 */
const NAMESPACE = fromHex('8b2d1e645f0c4c399a573d1b0f6e7a28') ?? new Uint8Array(0)
