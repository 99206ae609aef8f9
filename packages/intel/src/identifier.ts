/**
 * STIX identifiers, `type--UUID` (STIX 2.1 section 2.9). `parseId` and `isId` are the only makers of a `StixId`: of
 * bounded length, with a type name as section 3.1 has it and a UUID in its usual form. The case of the hex digits and
 * the version of the UUID are kept as they came: the sender's id is its name.
 */

import { ok, type Result, refuse } from '@countersign/log'
import { LIMITS } from './limits.ts'

declare const stixId: unique symbol

/** An identifier of well-formed shape; nothing says that an object of that name exists. */
export type StixId = string & { readonly [stixId]: true }

/** Refuses with `stix/id-too-long` or `stix/id`. */
export function parseId(text: string): Result<StixId> {
  if (text.length > LIMITS.idChars) {
    return refuse('stix/id-too-long', `The id is ${text.length} characters long; at most ${LIMITS.idChars} are taken.`)
  }
  return isId(text) ? ok(text) : refuse('stix/id', 'The id is not of the form type--UUID.')
}

export function isId(text: unknown): text is StixId {
  if (typeof text !== 'string' || text.length > LIMITS.idChars) return false
  return UUID.test(text.slice(-38)) && isType(text.slice(0, -38))
}

/** Lower-case words and digits joined by single hyphens, 3 to 250 characters; a hyphen at the end is tolerated. */
export function isType(text: unknown): text is string {
  return typeof text === 'string' && text.length >= 3 && text.length <= LIMITS.typeChars && TYPE.test(text)
}

/** The type an identifier names. */
export function typeOfId(id: StixId): string {
  return id.slice(0, -38)
}

/** Whether the UUID says that it follows RFC 9562: the variant 10, a version from 1 to 8. */
export function hasStandardUuid(id: StixId): boolean {
  return /[1-8]...-[89abAB]...-............$/.test(id)
}

/** The version that the UUID says it is of. */
export function uuidVersion(id: StixId): number {
  return Number.parseInt(id.at(-22) ?? '', 16)
}

const TYPE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*-?$/
/** Two hyphens before it: this is the end of an id, in a place that is known. */
const UUID = /^--[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/
