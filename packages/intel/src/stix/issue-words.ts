/** What a schema found, in words: a value of the wrong JSON type gets its sentence, and the section it follows from. */

import type { Finding, Issue } from './checks.ts'
import { isCommonProperty, type ObjectType } from './object-type.ts'
import type { PathPart } from './problems.ts'

export function problemOf(issue: Issue, type: ObjectType): Finding {
  if (issue.finding !== undefined) return { ...issue.finding, path: issue.path }
  const { path } = issue
  const section = sectionOf(path, type)
  if (issue.missing) {
    const what = path.length <= 1 && type.type !== '' ? `every ${type.type}` : 'this'
    return { code: 'stix/required', message: `The standard asks for ${String(path.at(-1))} in ${what}.`, section, path }
  }
  const asked = WORDS[issue.expected] ?? issue.expected
  return { code: 'stix/json-type', message: `This must be ${asked}.`, section, path }
}

const WORDS: { readonly [expected: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** Of properties that have a data type of their own, the section of that; else the type's, or that of all objects. */
function sectionOf(path: readonly PathPart[], type: ObjectType): string {
  for (const part of [...path].reverse()) {
    const section = typeof part === 'string' && path.length > 1 ? DATA_TYPES[part] : undefined
    if (section !== undefined) return section
  }
  return isCommonProperty(String(path[0])) ? '3.2' : type.section
}

const DATA_TYPES: { readonly [property: string]: string } = {
  external_references: '2.5.1',
  kill_chain_phases: '2.11',
  granular_markings: '7.2.3.1',
  hashes: '2.7',
  body_multipart: '6.6.2.1',
  values: '6.17.2.1',
  x509_v3_extensions: '6.18.2.1',
  'archive-ext': '6.7.2.1',
  'ntfs-ext': '6.7.3.1',
  'pdf-ext': '6.7.4.1',
  'raster-image-ext': '6.7.5.1',
  'windows-pebinary-ext': '6.7.6.1',
  'http-request-ext': '6.12.2.1',
  'icmp-ext': '6.12.3.1',
  'socket-ext': '6.12.4.1',
  'tcp-ext': '6.12.5.1',
  'windows-process-ext': '6.13.2.1',
  'windows-service-ext': '6.13.3.1',
  'unix-account-ext': '6.16.2.1',
}
