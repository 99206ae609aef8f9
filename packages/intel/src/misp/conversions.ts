/**
 * How a value of MISP is spelled in STIX, where the two differ: what may stand behind the colon of a placeholder. Each way
 * back gives one spelling; where a value was spelled otherwise, its object says so beside it (`x_misp_value`).
 */

import { networkFamily } from '../pattern/network.ts'

export interface Conversion {
  /** Undefined where the value is none of the kind. */
  readonly write: (value: string) => string | number | undefined
  /** Undefined where nothing of the value is learned from it: it must then be what would be written. */
  readonly read?: (written: string | number) => string
  /** Whether others may have written something else, which is then lost. */
  readonly loose?: true
}

const plain: Conversion = { write: (value) => value, read: String }

const BY_NAME = new Map<string, Conversion>([
  ['', plain],
  ['integer', { write: wholeNumber, read: String }],
  ['as-number', { write: (value) => wholeNumber(value.replace(/^AS/i, '')), read: (number) => `AS${number}` }],
  ['ip-type', { write: (value) => byFamily(value, 'ipv4-addr', 'ipv6-addr') }],
  ['ip-protocol', { write: (value) => byFamily(value, 'ipv4', 'ipv6'), loose: true }],
  // The standard asks for a protocol; a host name with a port tells of none but IP.
  ['any-protocol', { write: () => 'ip', loose: true }],
  ['mac', { write: (value) => value.toLowerCase().replaceAll('-', ':'), read: String }],
  ['registry-key', { write: fullHive, read: String }],
  ['cpe-product', { write: (value) => /^cpe:2\.3:[^:]+:[^:]+:((?:\\.|[^:\\])+)/.exec(value)?.[1], loose: true }],
])

export interface Placeholder {
  readonly part: 0 | 1
  readonly conversion: Conversion
}

/** `$0`, `$1:integer` and so on; undefined for any other text. */
export function placeholderOf(text: string): Placeholder | undefined {
  const [, part, name = ''] = /^\$([01])(?::([a-z-]+))?$/.exec(text) ?? []
  if (part === undefined) return undefined
  const conversion = BY_NAME.get(name)
  if (conversion === undefined) throw new Error(`No conversion is named ${name}.`)
  return { part: part === '0' ? 0 : 1, conversion }
}

function wholeNumber(value: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(value) ? Number(value) : undefined
}

function byFamily(value: string, four: string, six: string): string | undefined {
  const family = networkFamily(value)
  return family === undefined ? undefined : family === 4 ? four : six
}

/** STIX 2.1 section 6.17 asks for the hive in full. */
function fullHive(value: string): string {
  const [hive = ''] = value.split('\\', 1)
  const full = HIVES.get(hive.toUpperCase())
  return full === undefined ? value : full + value.slice(hive.length)
}

const HIVES = new Map([
  ['HKLM', 'HKEY_LOCAL_MACHINE'],
  ['HKCU', 'HKEY_CURRENT_USER'],
  ['HKCR', 'HKEY_CLASSES_ROOT'],
  ['HKU', 'HKEY_USERS'],
  ['HKCC', 'HKEY_CURRENT_CONFIG'],
])
