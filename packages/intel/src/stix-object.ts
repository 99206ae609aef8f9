/**
 * Reads one STIX 2.1 object from its source text. What is refused leaves open which object this is, which version, or
 * how it is marked; everything else that breaks the standard is kept, and told by `stix/validate.ts` with its place, for
 * real data is imperfect. Nothing is ever written back from what was parsed: numbers past 2^53, the order of keys and a key
 * `__proto__` live on in the source text, which the caller keeps. Trusts nothing in the source.
 */

import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import { checkJson } from '@countersign/record'
import { isId, isType, parseId, type StixId, typeOfId } from './identifier.ts'
import { LIMITS } from './limits.ts'
import { isRecord, own, type Properties } from './properties.ts'
import { eachReference } from './references.ts'
import { kindOfType, type ObjectKind } from './stix/object-kinds.ts'
import { isTimestamp } from './timestamp.ts'

/** That this object names another one: under which property (its last name, such as `source_ref`), and its id. */
export interface StixReference {
  readonly property: string
  readonly id: StixId
}

export interface StixObject {
  readonly id: StixId
  readonly type: string
  readonly kind: ObjectKind
  readonly specVersion: '2.1'
  /** What tells this version from others of the same id, as it came: `modified`, else `created`, else null. */
  readonly version: string | null
  readonly revoked: boolean
  readonly labels: readonly string[]
  /** The marking definitions named for the whole object and for parts of it, each once. */
  readonly markingRefs: readonly StixId[]
  /** Every other reference, nested ones included, in the order of the source. */
  readonly references: readonly StixReference[]
  /** The parsed object, to be read and never to be written out again. */
  readonly value: Properties
}

/**
 * Reads one object. Refuses with the codes of the JSON scan (`json/…`) and with `stix/not-an-object`,
 * `stix/nested-bundle`, `stix/no-type`, `stix/type`, `stix/no-id`, `stix/id-too-long`, `stix/id`, `stix/id-type`,
 * `stix/spec-version`, `stix/no-created`, `stix/no-modified`, `stix/timestamp`, `stix/revoked`, `stix/markings`.
 */
export function readObject(source: string | Uint8Array): Result<StixObject> {
  // Encoding would quietly replace half of a surrogate pair.
  if (typeof source === 'string' && !source.isWellFormed()) {
    return refuse('json/lone-surrogate', 'The text holds half of a surrogate pair.')
  }
  const bytes = typeof source === 'string' ? utf8(source) : source
  const fault = checkJson(bytes, { maxBytes: LIMITS.objectBytes, maxDepth: LIMITS.objectDepth })
  if (fault !== undefined) return refuse(fault.code, `This is no proper JSON: ${fault.message}.`)
  return readChecked(bytes)
}

/** As `readObject`, for bytes that passed the JSON scan already. */
export function readChecked(source: Uint8Array): Result<StixObject> {
  const value: unknown = JSON.parse(fromUtf8(source) ?? '')
  if (!isRecord(value)) return refuse('stix/not-an-object', 'This is not a STIX object: a JSON object is expected.')
  const type = readType(value)
  if (!type.ok) return type
  const id = readId(value, type.value)
  if (!id.ok) return id
  const kind = kindOf(type.value, value)
  const version = readVersion(value, kind, type.value)
  if (!version.ok) return version
  const { revoked = false } = value
  if (typeof revoked !== 'boolean') {
    return refuse(
      'stix/revoked',
      'The property revoked is neither true nor false: whether the object still holds is open.',
    )
  }
  const markingRefs = readMarkings(value)
  if (!markingRefs.ok) return markingRefs
  return ok({
    id: id.value,
    type: type.value,
    kind,
    specVersion: '2.1',
    version: version.value,
    revoked,
    labels: readLabels(value),
    markingRefs: markingRefs.value,
    references: readReferences(value, type.value),
    value,
  })
}

function readType(value: Properties): Result<string> {
  const type = own(value, 'type')
  if (type === undefined) return refuse('stix/no-type', 'The object has no type.')
  if (!isType(type)) return refuse('stix/type', 'The type is not the name of a STIX type.')
  if (type === 'bundle')
    return refuse('stix/nested-bundle', 'This is a bundle, not an object; STIX puts no bundle in a bundle.')
  return ok(type)
}

function readId(value: Properties, type: string): Result<StixId> {
  const id = own(value, 'id')
  if (id === undefined) return refuse('stix/no-id', `The object, of type ${type}, has no id.`)
  if (typeof id !== 'string') return refuse('stix/id', 'The id is not a text.')
  const parsed = parseId(id)
  if (parsed.ok && typeOfId(parsed.value) !== type) {
    return refuse('stix/id-type', `The object is of type ${type}, but its id begins with another type.`)
  }
  return parsed
}

/**
 * The kind of a type outside the standard is what its extension says (section 7.3); without one, an object that has no
 * version is taken for a cyber-observable, as those alone need none.
 */
function kindOf(type: string, value: Properties): ObjectKind {
  const known = kindOfType(type)
  if (known !== undefined) return known
  const extensions = own(value, 'extensions')
  for (const extension of isRecord(extensions) ? Object.values(extensions) : []) {
    const what = isRecord(extension) ? own(extension, 'extension_type') : undefined
    if (what === 'new-sdo') return 'sdo'
    if (what === 'new-sro') return 'sro'
    if (what === 'new-sco') return 'sco'
  }
  return Object.hasOwn(value, 'created') || Object.hasOwn(value, 'modified') ? 'sdo' : 'sco'
}

/** Sections 3.2 and 3.6: without `spec_version` a cyber-observable is of 2.1 and everything else of 2.0. */
function readVersion(value: Properties, kind: ObjectKind, type: string): Result<string | null> {
  const specVersion = own(value, 'spec_version') ?? (kind === 'sco' ? '2.1' : '2.0')
  if (specVersion !== '2.1') {
    const missing = Object.hasOwn(value, 'spec_version')
      ? 'says another version'
      : 'has no spec_version, so it is of STIX 2.0'
    return refuse('stix/spec-version', `Only STIX 2.1 is taken; this ${type} ${missing}.`)
  }
  const created = own(value, 'created')
  const modified = own(value, 'modified')
  for (const [property, time] of Object.entries({ created, modified })) {
    if (time === undefined) continue
    if (!isTimestamp(time)) return refuse('stix/timestamp', `The property ${property} is not a STIX timestamp.`)
  }
  const asked = kind !== 'sco'
  if (asked && created === undefined) return refuse('stix/no-created', `This ${type} does not say when it was created.`)
  // A marking definition has no versions (section 7.2.1).
  if (asked && modified === undefined && type !== 'marking-definition') {
    return refuse('stix/no-modified', `This ${type} does not say when it was modified, so its version is open.`)
  }
  return ok(isTimestamp(modified) ? modified : isTimestamp(created) ? created : null)
}

/** Section 7.2: a marking that cannot be read must not be overlooked, so it refuses the object. */
function readMarkings(value: Properties): Result<readonly StixId[]> {
  const refs = new Set<StixId>()
  const whole = own(value, 'object_marking_refs') ?? []
  const parts = own(value, 'granular_markings') ?? []
  if (!Array.isArray(whole) || !Array.isArray(parts)) return refuse('stix/markings', 'The markings are not lists.')
  for (const ref of whole) {
    if (!isMarkingId(ref))
      return refuse('stix/markings', 'object_marking_refs names something that is no marking definition.')
    refs.add(ref)
  }
  for (const part of parts) {
    const ref = isRecord(part) ? own(part, 'marking_ref') : null
    // A granular marking may give a language instead.
    if (ref === undefined && isRecord(part) && typeof own(part, 'lang') === 'string') continue
    if (!isMarkingId(ref))
      return refuse('stix/markings', 'granular_markings names something that is no marking definition.')
    refs.add(ref)
  }
  return ok([...refs])
}

function isMarkingId(ref: unknown): ref is StixId {
  return isId(ref) && typeOfId(ref) === 'marking-definition'
}

function readLabels(value: Properties): readonly string[] {
  const labels = own(value, 'labels')
  return Array.isArray(labels) && labels.every((label) => typeof label === 'string')
    ? labels.slice(0, LIMITS.labels)
    : []
}

function readReferences(value: Properties, type: string): readonly StixReference[] {
  const references: StixReference[] = []
  eachReference(value, type, (property, id) => {
    if (id !== undefined) references.push({ property, id })
  })
  return references
}
