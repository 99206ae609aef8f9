/**
 * What the standard says of any object, whatever its type: names of properties, reserved names, common properties that
 * do not apply, markings that mark themselves, and ids that follow from what an observable says. Judged on the parsed
 * source, in which the properties stand that no schema knows.
 */

import { hasStandardUuid, uuidVersion } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { own, type Properties } from '../properties.ts'
import { eachReference } from '../references.ts'
import type { StixObject } from '../stix-object.ts'
import type { Tell } from './checks.ts'
import { deterministicId } from './deterministic-id.ts'
import { extensionTypesOf, PROPERTY_NAME } from './extensions.ts'
import { judgeSelectors } from './granular-markings.ts'
import { kindOfType } from './object-kinds.ts'
import { isCommonProperty, type ObjectType } from './object-type.ts'
import { isBase64, isHex } from './property-types.ts'

export function judgeCommonRules(object: StixObject, type: ObjectType, tell: Tell): void {
  const { value } = object
  judgeProperties(object, type, tell)
  if (Object.hasOwn(value, 'granular_markings')) judgeSelectors(value, tell)
  judgeOwnMarking(object, tell)
  if (kindOfType(object.type) === undefined) judgeCustomType(object, tell)
  judgeId(object, tell)
}

function judgeProperties({ kind, type: name, value }: StixObject, type: ObjectType, tell: Tell): void {
  const others = Object.keys(value).filter((property) => !type.properties.has(property))
  if (others.length === 0) return
  const ofExtensions = extensionTypesOf(own(value, 'extensions'))
  const atTop = ofExtensions.has('toplevel-property-extension') || kindOfType(name) === undefined
  let told = 0
  const say: Tell = (finding) => {
    told++
    tell(finding)
  }
  for (const property of others) {
    if (told >= LIMITS.issuesPerList) return
    const path = [property]
    if (property === 'defanged') {
      say({ code: 'stix/not-applicable', message: 'Only cyber-observables are defanged.', section: '3.2', path })
    } else if (isCommonProperty(property)) {
      const message = `The property ${property} does not apply to ${type.type === '' ? `the kind ${kind}` : name}.`
      say({ code: 'stix/not-applicable', message, section: '3.2', path, remark: true })
    } else if (RESERVED.has(property)) {
      say({ code: 'stix/reserved', message: 'The standard reserves this name for later.', section: '3.8', path })
    } else if (!PROPERTY_NAME.test(property)) {
      const message = 'A property is named by 3 to 250 lower-case letters, digits and underscores.'
      say({ code: 'stix/property-name', message, section: '11.1.1', path })
    } else if (!atTop && !property.startsWith('x_')) {
      const message = 'The standard has no such property; one of your own should be in an extension, or begin with x_.'
      say({ code: 'stix/property-name', message, section: '11.1.1', path, remark: true })
    } else {
      judgeOwnValue(property, value[property], say)
    }
  }
  const unknown = Object.fromEntries(others.map((property) => [property, value[property]]))
  eachReference(unknown, name, (property, id, path) => {
    if (id !== undefined || told >= LIMITS.issuesPerList) return
    const message = `A property that ends in ${property.endsWith('s') ? '_refs' : '_ref'} names objects by their ids.`
    say({ code: 'stix/reference', message, section: '3.1', path, remark: true })
  })
}

/** Of a property that the standard does not know: nothing empty, no null, and what its name promises. */
function judgeOwnValue(property: string, value: unknown, tell: Tell): void {
  const path = [property]
  if (value === null) {
    tell({ code: 'stix/null', message: 'There is no null in STIX.', section: '2', path })
  } else if (Array.isArray(value) && value.length === 0) {
    tell({ code: 'stix/empty', message: 'A list must not be empty; leave the property out.', section: '2.12', path })
  } else if (property.endsWith('_hex') && !isHex(value)) {
    const message = 'A property that ends in _hex holds an even number of hexadecimal digits.'
    tell({ code: 'stix/hex', message, section: '3.1', path, remark: true })
  } else if (property.endsWith('_bin') && !isBase64(value)) {
    const message = 'A property that ends in _bin holds base64 as RFC 4648 has it.'
    tell({ code: 'stix/binary', message, section: '3.1', path, remark: true })
  }
}

const RESERVED = new Set(['severity', 'username', 'phone_number', 'action'])

/** "It cannot contain any circular references." */
function judgeOwnMarking({ id, type, markingRefs }: StixObject, tell: Tell): void {
  if (type !== 'marking-definition' || !markingRefs.includes(id)) return
  const message = 'A marking must not be marked by itself.'
  tell({ code: 'stix/circular', message, section: '3.2', path: ['object_marking_refs'] })
}

/** A type outside the standard should be that of an extension, or else be named so that no later standard takes it. */
function judgeCustomType({ type, value }: StixObject, tell: Tell): void {
  if (type.startsWith('x-') || NEW_TYPES.some((what) => extensionTypesOf(own(value, 'extensions')).has(what))) return
  const message = 'The standard has no such type; one of your own should be defined by an extension, or begin with x-.'
  tell({ code: 'stix/type', message, section: '11.2.1', path: ['type'], remark: true })
}

const NEW_TYPES = ['new-sdo', 'new-sro', 'new-sco']

function judgeId(object: StixObject, tell: Tell): void {
  const { id, kind, value } = object
  const path = ['id']
  if (!hasStandardUuid(id)) {
    tell({ code: 'stix/uuid', message: 'The UUID is of no version that RFC 9562 knows.', section: '2.9', path })
  } else if (kind !== 'sco' || kindOfType(object.type) === undefined) {
    return
  } else if (uuidVersion(id) === 5) {
    judgeDeterministic(id, value, tell)
  }
}

function judgeDeterministic(id: string, value: Properties, tell: Tell): void {
  const path = ['id']
  const expected = deterministicId(value)
  if (expected === undefined) {
    const message = 'Nothing in this observable contributes to its id, so it should be random (UUIDv4).'
    return tell({ code: 'stix/deterministic-id', message, section: '2.9', path, remark: true })
  }
  if (id.toLowerCase() !== expected) {
    const message = `By what it says its id would be ${expected}; others will not know it for the same.`
    return tell({ code: 'stix/deterministic-id', message, section: '2.9', path, remark: true })
  }
  const versioned = ['created_by_ref', 'created', 'modified', 'revoked'].find((property) =>
    Object.hasOwn(value, property),
  )
  if (versioned === undefined) return
  const message = 'An observable that has versions must not have the id that follows from what it says.'
  tell({ code: 'stix/deterministic-id', message, section: '3.6', path: [versioned] })
}
