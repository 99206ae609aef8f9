/**
 * How a type of the standard is declared: its own properties and rules, to which the common properties of its kind
 * (section 3.2) are added. One schema each.
 */

import { z } from 'zod'
import { own } from '../properties.ts'
import { compareTimestamps, isTimestamp } from '../timestamp.ts'
import { must, rule } from './checks.ts'
import { type ExtensionRules, extensionsOf, type PredefinedExtensions } from './extensions.ts'
import { externalReferences } from './external-reference.ts'
import { granularMarkings } from './granular-markings.ts'
import type { ObjectKind } from './object-kinds.ts'
import { flag, integer, language, list, text, versionTime } from './property-types.ts'
import { idOf, referenceTo } from './references.ts'

export type Shape = Readonly<Record<string, z.core.$ZodType>>

export interface ObjectType {
  readonly type: string
  readonly kind: ObjectKind
  /** Where the type's properties are listed, such as `4.7.1`. */
  readonly section: string
  readonly schema: z.ZodType
  /** Every property that the standard defines for the type, the common ones too. */
  readonly properties: ReadonlySet<string>
  /** Of a cyber-observable: the properties that contribute to its id, in no order. */
  readonly contributing: readonly string[]
}

export interface Declaration {
  readonly shape: Shape
  /** Common properties that do not apply to the type. */
  readonly without?: readonly string[]
  readonly rules?: readonly Rule[]
  readonly extensions?: PredefinedExtensions
  readonly contributing?: readonly string[]
}

export type Rule = ReturnType<typeof rule>

export function objectType(kind: ObjectKind, type: string, section: string, declared: Declaration): ObjectType {
  const { shape, without = [], rules = [], extensions = {}, contributing = [] } = declared
  const common = commonProperties({ kind, predefined: extensions, section })
  const applying = Object.fromEntries(Object.entries(common).filter(([property]) => !without.includes(property)))
  const named = {
    type: text.check(must((name: string) => name === type, 'stix/type', `The type must be ${type}.`, section)),
    id: idOf(type),
  }
  const properties = { ...named, ...applying, ...shape }
  const commonRules = kind === 'sco' ? [] : [notBefore('created', 'modified', '3.2')]
  return {
    ...{ type, kind, section, contributing },
    schema: z.object(properties).check(...commonRules, ...rules),
    properties: new Set(Object.keys(properties)),
  }
}

/** What an object of a type outside the standard must have all the same (sections 7.3.2.2 and 11.2.1). */
export function customType(kind: ObjectKind): ObjectType {
  const section = '3.2'
  const properties = { type: text, id: text, ...commonProperties({ kind, predefined: {}, section }) }
  const rules = kind === 'sco' ? [] : [notBefore('created', 'modified', '3.2')]
  return {
    ...{ type: '', kind, section, contributing: [] },
    schema: z.object(properties).check(...rules),
    properties: new Set(Object.keys(properties)),
  }
}

/** Whether a property belongs to every object, so that section 3.2 speaks of it and not the type's own. */
export function isCommonProperty(property: string): boolean {
  return COMMON.has(property)
}

const specVersion = text.check(
  must((version: string) => version === '2.1', 'stix/spec-version', 'The spec_version must be 2.1.', '3.2'),
)
const markings = {
  object_marking_refs: list(referenceTo('3.2', 'marking-definition')).optional(),
  granular_markings: granularMarkings.optional(),
}
const createdBy = referenceTo('3.2', 'identity')

/** The table of section 3.2: what each kind requires and permits. What does not apply to a kind is judged elsewhere. */
function commonProperties(extended: ExtensionRules): Shape {
  const extensions = extensionsOf(extended).optional()
  if (extended.kind === 'sco') {
    return { spec_version: specVersion.optional(), ...markings, defanged: flag.optional(), extensions }
  }
  return {
    spec_version: specVersion,
    created_by_ref: createdBy.optional(),
    created: versionTime,
    modified: versionTime,
    revoked: flag.optional(),
    labels: list(text).optional(),
    confidence: integer({ min: 0, max: 100, section: '3.2' }).optional(),
    lang: language('3.2').optional(),
    external_references: externalReferences.optional(),
    ...markings,
    extensions,
  }
}

const COMMON = new Set([
  ...['type', 'spec_version', 'id', 'created_by_ref', 'created', 'modified', 'revoked', 'labels', 'confidence'],
  ...['lang', 'external_references', 'object_marking_refs', 'granular_markings', 'defanged', 'extensions'],
])

/** Of two times, where both are there: the second must not come before the first. */
export function notBefore(first: string, second: string, section: string): Rule {
  return inOrder(first, second, section, (order) => order >= 0, `This must not be before ${first}.`)
}

/** Of two times, where both are there: the second must come after the first. */
export function after(first: string, second: string, section: string): Rule {
  return inOrder(first, second, section, (order) => order > 0, `This must be later than ${first}.`)
}

function inOrder(
  first: string,
  second: string,
  section: string,
  fine: (order: number) => boolean,
  message: string,
): Rule {
  return rule((object, tell) => {
    const from = own(object, first)
    const to = own(object, second)
    if (!isTimestamp(from) || !isTimestamp(to) || fine(compareTimestamps(to, from))) return
    tell({ code: 'stix/time-order', message, section, path: [second] })
  })
}

/** At least one of the properties must be there. */
export function atLeastOne(properties: readonly string[], section: string): Rule {
  const message =
    properties.length > 4
      ? 'At least one of the properties of its type must be there.'
      : `At least one of ${properties.join(', ')} must be there.`
  return rule((object, tell) => {
    if (properties.every((property) => own(object, property) === undefined)) {
      tell({ code: 'stix/one-of', message, section })
    }
  })
}

/** The one property asks for the other. */
export function goesWith(property: string, asked: string, section: string): Rule {
  return rule((object, tell) => {
    if (own(object, property) === undefined || own(object, asked) !== undefined) return
    const message = `Where there is ${property}, there must be ${asked}.`
    tell({ code: 'stix/required', message, section, path: [asked] })
  })
}

/** The two properties never stand beside each other. */
export function notBeside(one: string, other: string, section: string): Rule {
  return rule((object, tell) => {
    if (own(object, one) === undefined || own(object, other) === undefined) return
    tell({ code: 'stix/beside', message: `There must not be both ${one} and ${other}.`, section, path: [other] })
  })
}
