/**
 * Reads one STIX 2.1 object from its source text. What is refused leaves open which object this is, which version, or
 * how it is marked; everything else that breaks the standard is kept and told as a warning with its place, for real
 * data is imperfect. Nothing is ever written back from what was parsed: numbers past 2^53, the order of keys and a key
 * `__proto__` live on in the source text, which the caller keeps. Trusts nothing in the source.
 */

import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import { checkJson } from '@countersign/record'
import { hasStandardUuid, isId, isType, parseId, type StixId, typeOfId } from './identifier.ts'
import { LIMITS } from './limits.ts'
import { knownType, type ObjectKind, TIME_ORDER, TIMES } from './stix-types.ts'
import { compareTimestamps, hasMilliseconds, isTimestamp } from './timestamp.ts'
import { isUri } from './uri.ts'

/** A break of the standard that does not keep the object from being used. `path` such as `external_references[2].url`. */
export interface StixWarning {
  readonly code: string
  readonly path: string
  readonly message: string
}

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
  readonly warnings: readonly StixWarning[]
  /** The parsed object, to be read and never to be written out again. */
  readonly value: { readonly [property: string]: unknown }
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
  const warnings = new Warnings()
  const kind = kindOf(type.value, value)
  const version = readVersion(value, kind, type.value, warnings)
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
  if (!hasStandardUuid(id.value)) warnings.add('stix/uuid', 'id', 'The UUID is of no version that RFC 9562 knows.')
  for (const property of knownType(type.value)?.required ?? []) {
    if (!Object.hasOwn(value, property)) {
      warnings.add('stix/required', property, `The standard asks for ${property} in every ${type.value}.`)
    }
  }
  checkTimes(value, warnings)
  checkUris(value, warnings)
  return ok({
    id: id.value,
    type: type.value,
    kind,
    specVersion: '2.1',
    version: version.value,
    revoked,
    labels: readLabels(value, warnings),
    markingRefs: markingRefs.value,
    references: readReferences(value, type.value, warnings),
    warnings: warnings.told(),
    value,
  })
}

type Properties = { readonly [property: string]: unknown }

function isRecord(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own(value: Properties, property: string): unknown {
  return Object.hasOwn(value, property) ? value[property] : undefined
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
  const known = knownType(type)
  if (known !== undefined) return known.kind
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
function readVersion(value: Properties, kind: ObjectKind, type: string, warnings: Warnings): Result<string | null> {
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
    if (!hasMilliseconds(time))
      warnings.add('stix/milliseconds', property, 'The time is less exact than a millisecond.')
  }
  const asked = kind !== 'sco'
  if (asked && created === undefined) return refuse('stix/no-created', `This ${type} does not say when it was created.`)
  // A marking definition has no versions (section 7.2).
  if (type === 'marking-definition') {
    if (modified !== undefined) warnings.add('stix/modified', 'modified', 'A marking definition has no versions.')
  } else if (asked && modified === undefined) {
    return refuse('stix/no-modified', `This ${type} does not say when it was modified, so its version is open.`)
  }
  if (isTimestamp(created) && isTimestamp(modified) && compareTimestamps(modified, created) < 0) {
    warnings.add('stix/time-order', 'modified', 'The object was modified before it was created.')
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

function readLabels(value: Properties, warnings: Warnings): readonly string[] {
  const labels = own(value, 'labels') ?? []
  if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels.slice(0, LIMITS.labels)
  warnings.add('stix/labels', 'labels', 'The labels are not a list of texts.')
  return []
}

function checkTimes(value: Properties, warnings: Warnings): void {
  for (const property of TIMES) {
    const time = own(value, property)
    if (time !== undefined && !isTimestamp(time)) {
      warnings.add('stix/timestamp', property, 'This is not a STIX timestamp.')
    }
  }
  for (const [from, to] of TIME_ORDER) {
    const start = own(value, from)
    const end = own(value, to)
    if (isTimestamp(start) && isTimestamp(end) && compareTimestamps(end, start) < 0) {
      warnings.add('stix/time-order', to, `This is before ${from}.`)
    }
  }
}

function checkUris(value: Properties, warnings: Warnings): void {
  const sources = own(value, 'external_references') ?? []
  if (!Array.isArray(sources)) return warnings.add('stix/list', 'external_references', 'This is not a list.')
  sources.forEach((source: unknown, index) => {
    const url = isRecord(source) ? own(source, 'url') : undefined
    if (url !== undefined && !(typeof url === 'string' && isUri(url))) {
      warnings.add('stix/uri', `external_references[${index}].url`, 'This is not a URL as RFC 3986 has it.')
    }
  })
  const address = own(value, 'type') === 'url' && own(value, 'defanged') !== true ? own(value, 'value') : undefined
  if (address !== undefined && !(typeof address === 'string' && isUri(address))) {
    warnings.add('stix/uri', 'value', 'This is not a URL as RFC 3986 has it.')
  }
}

/** Every property named `…_ref` or `…_refs` (section 3.1), however deep, but for the markings. */
function readReferences(value: Properties, type: string, warnings: Warnings): readonly StixReference[] {
  const references: StixReference[] = []
  const take = (property: string, id: unknown, path: string) => {
    if (isId(id)) references.push({ property, id })
    else warnings.add('stix/reference', path, 'This is not the id of a STIX object.')
  }
  const walk = (inside: unknown, path: string) => {
    if (Array.isArray(inside)) {
      inside.forEach((item: unknown, index) => {
        if (typeof item === 'object') walk(item, `${path}[${index}]`)
      })
      return
    }
    if (!isRecord(inside)) return
    for (const property of Object.keys(inside)) {
      const item = inside[property]
      if (path === '' && SEPARATE.has(property)) continue
      // The old form of observed data names its objects by keys of its own (section 4.14).
      if (path === '' && property === 'objects' && type === 'observed-data') continue
      if (property.endsWith('_ref')) {
        take(property, item, join(path, property))
      } else if (property.endsWith('_refs')) {
        if (Array.isArray(item)) {
          item.forEach((id: unknown, index) => take(property, id, `${join(path, property)}[${index}]`))
        } else {
          warnings.add('stix/reference', join(path, property), 'This is not a list of ids.')
        }
      } else if (typeof item === 'object' && item !== null) {
        walk(item, join(path, property))
      }
    }
  }
  walk(value, '')
  return references
}

const SEPARATE = new Set(['object_marking_refs', 'granular_markings'])

function join(path: string, property: string): string {
  const name = property.length > LIMITS.warningPathChars ? `${property.slice(0, LIMITS.warningPathChars)}…` : property
  return path === '' ? name : `${path}.${name}`
}

/** Gathers warnings up to the limit, and counts the rest. */
class Warnings {
  readonly #list: StixWarning[] = []
  #more = 0

  add(code: string, path: string, message: string): void {
    if (this.#list.length === LIMITS.warnings - 1) this.#more++
    else this.#list.push({ code, path: shortened(path), message })
  }

  told(): readonly StixWarning[] {
    if (this.#more > 0) {
      this.#list.push({ code: 'stix/more-warnings', path: '', message: `There are ${this.#more} more warnings.` })
    }
    return this.#list
  }
}

function shortened(path: string): string {
  return path.length > LIMITS.warningPathChars ? `${path.slice(0, LIMITS.warningPathChars)}…` : path
}
