/**
 * Ids of cyber-observables that follow from what they say (sections 2.9 and 3.4): a UUIDv5 (RFC 9562) over the
 * canonical JSON (RFC 8785) of the properties that contribute, in the namespace that the standard sets aside for it.
 */

import { concat, fromHex, toHex, utf8 } from '@countersign/log'
import { sha1 } from '@noble/hashes/legacy.js'
import canonicalize from 'canonicalize'
import { isRecord, own, type Properties } from '../properties.ts'
import { contributingHash } from './hashes.ts'
import { objectTypeOf } from './object-types.ts'

/**
 * The id that an observable of the standard has by what it says. Undefined for any other object, and for one that has
 * none of the properties that contribute: its id is to be random, a UUIDv4.
 */
export function deterministicId(object: Properties): string | undefined {
  const type = own(object, 'type')
  if (typeof type !== 'string') return undefined
  const said: Record<string, unknown> = {}
  for (const property of objectTypeOf(type, 'sco').contributing) {
    const value = own(object, property)
    if (value === undefined) continue
    // Only one of several hashes, so that an observer who knows fewer of them comes to the same id.
    said[property] = property === 'hashes' && isRecord(value) ? contributingHash(value) : value
  }
  const name = Object.keys(said).length === 0 ? undefined : canonicalize(said)
  return name === undefined ? undefined : `${type}--${uuidV5(NAMESPACE, name)}`
}

/** RFC 9562 section 5.5. `namespace` is 16 bytes. */
export function uuidV5(namespace: Uint8Array, name: string): string {
  const bytes = sha1(concat(namespace, utf8(name))).subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = toHex(bytes)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** 00abedb4-aa42-466c-9c01-fed23315a9b7 */
const NAMESPACE = fromHex('00abedb4aa42466c9c01fed23315a9b7') ?? new Uint8Array(0)
