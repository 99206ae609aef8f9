/**
 * The property `extensions` (sections 3.2, 3.10, 7.3 and 11.3): what the standard itself predefines for a type, what an
 * extension definition adds, and custom extensions of the old form.
 */

import { z } from 'zod'
import { isId, typeOfId } from '../identifier.ts'
import { LIMITS } from '../limits.ts'
import { isRecord, own, type Properties } from '../properties.ts'
import { anObject, judged, type Schema, type Tell, within } from './checks.ts'
import type { ObjectKind } from './object-kinds.ts'
import { EXTENSION_TYPE } from './vocabularies.ts'

/** The predefined extensions of one type: their schemas by name. */
export type PredefinedExtensions = { readonly [name: string]: Schema }

export interface ExtensionRules {
  readonly kind: ObjectKind
  readonly predefined: PredefinedExtensions
  /** Of the type's properties: where the predefined extensions are listed. */
  readonly section: string
}

export function extensionsOf({ kind, predefined, section }: ExtensionRules) {
  return anObject.check(
    z.check<Properties>((payload) => {
      const { value, issues } = payload
      const most = issues.length + LIMITS.issuesPerList
      for (const name of Object.keys(value)) {
        if (issues.length >= most) break
        const schema = own(predefined, name)
        if (schema !== undefined) within(schema as Schema, value[name], [name], payload)
      }
    }),
    judged((extensions: Properties, tell) => {
      const names = Object.keys(extensions)
      if (names.length === 0) {
        tell({ code: 'stix/empty', message: 'A dictionary must not be empty; leave the property out.', section: '2.3' })
      }
      for (const name of names.slice(0, LIMITS.issuesPerList)) {
        if (!Object.hasOwn(predefined, name)) judgeExtension(name, extensions[name], tell)
      }
    }),
  )

  function judgeExtension(name: string, extension: unknown, tell: Tell): void {
    const path = [name]
    if (!isRecord(extension)) {
      tell({ code: 'stix/json-type', message: 'An extension must be an object.', section: '3.2', path })
    } else if (isId(name) && typeOfId(name) === 'extension-definition') {
      judgeDefined(extension, name, tell)
    } else if (!CUSTOM_NAME.test(name)) {
      const message = 'An extension is named by the id of its definition, or as the standard names it.'
      const remark = Object.keys(predefined).length === 0 ? { remark: true as const } : {}
      tell({ code: 'stix/extension-name', message, section, path, ...remark })
    } else if (kind !== 'sco') {
      const message = 'Only cyber-observables have extensions without a definition.'
      tell({ code: 'stix/extension-name', message, section: '11.3', path })
    } else if (PREDEFINED_NAMES.has(name)) {
      const message = 'The standard defines this extension for another type of object.'
      tell({ code: 'stix/extension-name', message, section: '3.10', path, remark: true })
    } else if (Object.keys(extension).length === 0) {
      const message = 'A custom extension must have one or more properties.'
      tell({ code: 'stix/empty', message, section: '11.3.1', path })
    }
  }
}

/** An extension by a definition of its own (section 7.3) says of what kind it is, and names its properties plainly. */
function judgeDefined(extension: { readonly [property: string]: unknown }, name: string, tell: Tell): void {
  const what = own(extension, 'extension_type')
  const path = [name, 'extension_type']
  if (what === undefined) {
    tell({ code: 'stix/required', message: 'An extension must say its extension_type.', section: '3.2', path })
  } else if (typeof what !== 'string' || !EXTENSION_TYPE.terms.has(what)) {
    const message = `This is none of the values of ${EXTENSION_TYPE.name}: ${[...EXTENSION_TYPE.terms].join(', ')}.`
    tell({ code: 'stix/enumeration', message, section: EXTENSION_TYPE.section, path })
  }
  for (const property of Object.keys(extension).slice(0, LIMITS.issuesPerList)) {
    if (PROPERTY_NAME.test(property)) continue
    const message = 'A property of an extension is named by 3 to 250 lower-case letters, digits and underscores.'
    tell({ code: 'stix/property-name', message, section: '7.3.2.1', path: [name, property] })
  }
}

/** Whether an extension of one of these kinds says that properties at the top of the object are its own. */
export function extensionTypesOf(extensions: unknown): ReadonlySet<unknown> {
  const types = new Set<unknown>()
  if (!isRecord(extensions)) return types
  for (const extension of Object.values(extensions))
    if (isRecord(extension)) types.add(own(extension, 'extension_type'))
  return types
}

const CUSTOM_NAME = /^(?=.{3,250}$)[a-z0-9-]+-ext$/
/** Section 11.1.1: names of properties that the standard does not define. */
export const PROPERTY_NAME = /^[a-z0-9_]{3,250}$/

const PREDEFINED_NAMES = new Set([
  ...['archive-ext', 'ntfs-ext', 'pdf-ext', 'raster-image-ext', 'windows-pebinary-ext', 'http-request-ext', 'icmp-ext'],
  ...['socket-ext', 'tcp-ext', 'windows-process-ext', 'windows-service-ext', 'unix-account-ext'],
])
