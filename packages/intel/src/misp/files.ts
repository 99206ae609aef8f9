/** Whole files: of MISP events into a bundle of STIX 2.1, and of STIX into MISP events. The same file gives the same bytes. */

import { ok, type Result, refuse, sha256, toHex } from '@countersign/log'
import { splitBundle } from '../bundle-splitter.ts'
import { own, type Properties } from '../properties.ts'
import { readObject } from '../stix-object.ts'
import { compareTimestamps, isTimestamp } from '../timestamp.ts'
import type { Json, StixSource } from './back.ts'
import { eventToStix, type MispFigures } from './event-to-stix.ts'
import type { MispNotice } from './making.ts'
import { readMispEvents } from './read-events.ts'
import { derivedUuid } from './stix-ids.ts'
import { type MispOfStix, stixToMisp } from './stix-to-misp.ts'

export interface BundleOfMisp {
  /** A bundle, each object on a line of its own. */
  readonly text: string
  readonly objects: number
  /** In the order of the file. */
  readonly events: readonly {
    readonly uuid: string
    readonly info: string
    readonly figures: MispFigures
    readonly carried: readonly MispNotice[]
    readonly leftOut: readonly MispNotice[]
  }[]
}

/** Refuses as `readMispEvents` does. */
export function bundleOfMisp(bytes: Uint8Array): Result<BundleOfMisp> {
  const read = readMispEvents(bytes)
  if (!read.ok) return read
  // Events name the same organisations and clusters; what is the same stands once.
  const lines = new Set<string>()
  const events = read.value.map((event) => {
    const { objects, ...made } = eventToStix(event)
    for (const object of objects) lines.add(JSON.stringify(object))
    return { uuid: event.uuid, info: event.info, ...made }
  })
  const id = `bundle--${derivedUuid('bundle', ...read.value.flatMap(({ uuid, timestamp }) => [uuid, String(timestamp)]))}`
  const text = `{"type":"bundle","id":"${id}","objects":[\n${[...lines].join(',\n')}\n]}\n`
  return ok({ text, objects: lines.size, events })
}

export interface MispOfBundle extends Omit<MispOfStix, 'events' | 'standing'> {
  /** A list of events, as MISP imports it. */
  readonly text: string
  readonly events: number
}

/**
 * `distribution` is that of the event which holds what was not made of an event: as MISP counts, `0` for our organisation
 * only. Refuses as `splitBundle` and `readObject` do, so that of a file with an object that cannot be read nothing is
 * written by halves; and with `misp/no-objects`.
 */
export function mispOfBundle(bytes: Uint8Array, distribution: string): Result<MispOfBundle> {
  const sources: StixSource[] = []
  let faulty: { readonly code: string; readonly message: string } | undefined
  const split = splitBundle(bytes, {}, (element) => {
    const object = element.ok ? readObject(element.source) : element
    if (!object.ok) {
      const message = `Object ${element.index} cannot be read: ${object.message} Mend it or take it out.`
      faulty ??= { code: object.code, message }
    } else if (element.ok) {
      sources.push({ object: object.value, source: new TextDecoder().decode(element.source) })
    }
  })
  if (!split.ok) return split
  if (faulty !== undefined) return refuse(faulty.code, faulty.message)
  if (sources.length === 0) return refuse('misp/no-objects', 'There is no STIX object in the file.')
  const { events, figures, notices } = stixToMisp(sources, { ...freshFor(bytes, sources), distribution })
  const text = `${JSON.stringify(events.map((Event: Json) => ({ Event })))}\n`
  return ok({ text, events: events.length, figures, notices })
}

/** The event for what belongs to none: it follows from the file, so that the same file is the same event. */
function freshFor(bytes: Uint8Array, sources: readonly StixSource[]) {
  const times = sources.map(({ object }) => own(object.value as Properties, 'modified')).filter(isTimestamp)
  const last = times.sort(compareTimestamps).at(-1) ?? '1970-01-01T00:00:00.000Z'
  return {
    uuid: derivedUuid('event', toHex(sha256(bytes))),
    info: 'STIX 2.1 objects',
    date: last.slice(0, 10),
    timestamp: Math.floor(Date.parse(last) / 1000),
  }
}
