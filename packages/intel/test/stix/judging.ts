// What the tests of validation say of an object in short: `code path §section` of each error, or warning.

import { validateObject } from '../../src/index.ts'
import type { Example } from './examples.ts'

export function errorsIn(object: Example): string[] {
  return validateObject(JSON.stringify(object)).errors.map(short)
}

export function warningsIn(object: Example): string[] {
  return validateObject(JSON.stringify(object)).warnings.map(short)
}

function short({ code, path, section }: { code: string; path: string; section: string }): string {
  return [code.replace('stix/', ''), path, section === '' ? '' : `§${section}`].filter((part) => part !== '').join(' ')
}
