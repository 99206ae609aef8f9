/** Values of MISP in patterns and observables that others made: what they name, of the types that fit them plainly. */

import type { ComparisonExpression, Pattern } from '../pattern/ast.ts'
import { isRecord, own, type Properties } from '../properties.ts'
import { ATTRIBUTE_TYPES, type ObservableMapping } from './attribute-types.ts'
import { readObjects } from './observable-template.ts'
import { readPattern } from './pattern-template.ts'

/** An attribute to be: its type, its value, its part in an object. */
export interface Said {
  readonly type: string
  readonly value: string
  readonly relation?: string
}

/** Types that say more than STIX does: a value that others wrote is not known to be one of them. */
const CLOSER = new Set([
  ...[
    'hostname',
    'onion-address',
    'uri',
    'link',
    'attachment',
    'malware-sample',
    'eppn',
    'target-user',
    'target-email',
  ],
  ...['whois-registrant-email', 'dns-soa-email', 'email-reply-to', 'email-x-mailer', 'email-thread-index'],
])

const CANDIDATES = [...ATTRIBUTE_TYPES.values()].flatMap(({ type, mapping }) => {
  return mapping.to === 'observable' && !CLOSER.has(type) ? [{ type, mapping }] : []
})

/** An address alone, which MISP knows as one end or the other. */
const ADDRESSES: readonly { type: string; mapping: ObservableMapping }[] = ['ipv4-addr', 'ipv6-addr'].map((type) => ({
  type: 'ip-dst',
  mapping: { to: 'observable', pattern: `[${type}:value = '$0']`, objects: [{ type, value: '$0' }] },
}))

/** The values that a pattern looks for, each alone enough to match; undefined where it says anything else. */
export function patternValues(pattern: Pattern): readonly Said[] | undefined {
  if (pattern.kind === 'qualified') return undefined
  if (pattern.kind === 'combined') {
    if (pattern.operator !== 'OR') return undefined
    const values = pattern.operands.map(patternValues)
    return values.every((each) => each !== undefined) ? values.flat() : undefined
  }
  const whole = oneValue(pattern)
  if (whole !== undefined) return [whole]
  const { comparison, at } = pattern
  const each = alternatives(comparison)?.map((operand) => oneValue({ kind: 'observation', comparison: operand, at }))
  return each?.every((value) => value !== undefined) === true ? each : undefined
}

/** What an observable says: one value, or an object of MISP with several. Undefined where MISP has no word for it. */
export function observableValues(
  main: Properties,
  find: (id: string) => Properties | undefined,
):
  | {
      readonly values: readonly Said[]
      readonly object: { readonly [member: string]: unknown } | undefined
      readonly taken: readonly Properties[]
      /** Whether it says nothing beside these. */
      readonly whole: boolean
    }
  | undefined {
  const found = [...CANDIDATES, ...ADDRESSES].flatMap(({ type, mapping }) => {
    const read = readObjects(mapping.objects ?? [], main, find)
    const template = mapping.objects?.[0]
    if (read === undefined || template === undefined) return []
    const size = Object.keys(main).filter((name) => !COMMON.has(name) && own(template, name) === undefined).length
    return [{ type, ...read, more: size }]
  })
  const best = found.sort((a, b) => a.more - b.more || b.taken.length - a.taken.length)[0]
  const file = main['type'] === 'file' ? fileValues(main) : undefined
  if (file !== undefined && (file.values.length > 1 || best === undefined)) {
    return file.values.length === 0 ? undefined : { ...file, object: FILE, taken: [main] }
  }
  if (best === undefined) return undefined
  const value = best.parts.join('|')
  return {
    values: [{ type: best.type, value }],
    object: undefined,
    taken: best.taken,
    whole: best.more === 0 && best.exact,
  }
}

function oneValue(pattern: Extract<Pattern, { kind: 'observation' }>): Said | undefined {
  for (const { type, mapping } of [...CANDIDATES, ...ADDRESSES]) {
    const parts = readPattern(mapping.pattern, pattern)
    if (parts !== undefined) return { type, value: parts.join('|') }
  }
  return undefined
}

/** The operands of OR, and the members of a set, one by one. */
function alternatives(comparison: ComparisonExpression): readonly ComparisonExpression[] | undefined {
  if (comparison.kind === 'in' && !comparison.negated) {
    const { path, constants, at } = comparison
    return constants.map((constant) => ({ kind: 'comparison', path, negated: false, operator: '=', constant, at }))
  }
  if (comparison.kind !== 'boolean' || comparison.operator !== 'OR') return undefined
  return comparison.operands.flatMap((operand) => alternatives(operand) ?? [operand])
}

/** The object template of MISP for files, with the parts that this mapping knows. */
const FILE = {
  name: 'file',
  'meta-category': 'file',
  description: 'File object describing a file with meta-information',
  template_uuid: '688c46fb-5edb-40a3-8273-1af7923e2215',
  template_version: '24',
  distribution: '5',
  comment: '',
  deleted: false,
}

function fileValues(file: Properties): { readonly values: readonly Said[]; readonly whole: boolean } {
  const values: Said[] = []
  let whole = Object.keys(file).every((name) => COMMON.has(name) || IN_FILE.has(name))
  const name = own(file, 'name')
  if (typeof name === 'string') values.push({ type: 'filename', value: name, relation: 'filename' })
  const hashes = own(file, 'hashes')
  for (const [algorithm, digest] of isRecord(hashes) ? Object.entries(hashes) : []) {
    const type = HASHES.get(algorithm.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''))
    if (type === undefined || typeof digest !== 'string') whole = false
    else values.push({ type, value: digest, relation: type })
  }
  const size = own(file, 'size')
  if (typeof size === 'number') values.push({ type: 'size-in-bytes', value: String(size), relation: 'size-in-bytes' })
  const kind = own(file, 'mime_type')
  if (typeof kind === 'string') values.push({ type: 'mime-type', value: kind, relation: 'mimetype' })
  return { values, whole }
}

/** By the name of the algorithm, however others write it. */
const HASHES = new Map(
  CANDIDATES.flatMap(({ type, mapping }) => {
    const hashes =
      mapping.objects?.[0]?.type === 'file' && mapping.split === undefined ? mapping.objects[0]['hashes'] : undefined
    return isRecord(hashes) ? Object.keys(hashes).map((name) => [name.replaceAll(/[^A-Z0-9]/g, ''), type] as const) : []
  }),
)

const IN_FILE = new Set(['name', 'hashes', 'size', 'mime_type'])
const COMMON = new Set(['type', 'spec_version', 'id', 'object_marking_refs', 'granular_markings'])
