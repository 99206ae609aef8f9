// STIX objects judged a second, beside ajv with the JSON Schemas that the standard's committee publishes: the same parsed
// objects in the same run, in turns, by processor time: both compute and wait for nothing. The schemas and the objects are public data that stand outside the project.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { judgeObject, readObject, type StixObject, splitBundle } from '@countersign/intel'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { perSecond, type Row } from './table.ts'
import { inTurns } from './turns.ts'

const ROUNDS = 15
const BUNDLES = ['ics-attack-18.1.json', 'mobile-attack-17.1.json', 'capec-2.1.json']

export async function validate(): Promise<Row[]> {
  const data = process.env['COUNTERSIGN_TEST_DATA']
  if (data === undefined || !existsSync(join(data, 'schemas', 'stix-2.1'))) {
    process.stderr.write('validate: skipped; set COUNTERSIGN_TEST_DATA to the folder of public test data.\n')
    return []
  }
  const sources = BUNDLES.flatMap((file) => sourcesIn(readFileSync(join(data, 'stix', file))))
  const objects = sources.map(read)
  const judges = schemasOf(data)
  const asked = objects.map(({ type, value }) => ({ value, validate: judges.get(type) ?? judges.get('core') }))

  const ours = () => {
    for (const object of objects) judgeObject(object)
  }
  const theirs = () => {
    for (const { value, validate } of asked) validate?.(value)
  }
  const oursFromBytes = () => {
    for (const source of sources) judgeObject(read(source))
  }
  const theirsFromBytes = () => {
    for (const [i, source] of sources.entries()) asked[i]?.validate?.(JSON.parse(decoder.decode(source)))
  }
  const parsed = await inTurns(ROUNDS, [ours, theirs])
  const fromBytes = await inTurns(ROUNDS, [oursFromBytes, theirsFromBytes])
  return [
    row('validate: parsed objects', 'by all rules of STIX 2.1', 'by ajv with the JSON Schemas', parsed, ''),
    row(
      'validate: from the bytes, duplicate keys and depth checked',
      'read and judged',
      'JSON.parse and ajv',
      fromBytes,
      '',
    ),
  ]

  function row(what: string, did: string, beside: string, [mine = 0, other = 0]: readonly number[], aim: string): Row {
    return {
      what,
      measured: `${perSecond(objects.length, mine)} ${did}`,
      baseline: `${perSecond(objects.length, other)} ${beside}`,
      ratio: (other / mine).toFixed(2),
      aim,
    }
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function sourcesIn(bundle: Uint8Array): Uint8Array[] {
  const sources: Uint8Array[] = []
  splitBundle(bundle, {}, (element) => {
    if (element.ok) sources.push(element.source)
  })
  return sources
}

function read(source: Uint8Array): StixObject {
  const object = readObject(source)
  if (!object.ok) throw new Error(object.message)
  return object.value
}

function schemasOf(data: string): ReadonlyMap<string, ValidateFunction> {
  const folder = join(data, 'schemas', 'stix-2.1')
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, logger: false })
  addFormats.default(ajv)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
  const schemas = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as { $id: string })
  for (const schema of schemas) ajv.addSchema(schema)
  const name = (id: string) => id.slice(id.lastIndexOf('/') + 1, -'.json'.length)
  return new Map(schemas.map(({ $id }) => [name($id), ajv.getSchema($id) as ValidateFunction] as const))
}
