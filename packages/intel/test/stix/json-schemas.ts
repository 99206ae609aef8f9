// The JSON Schemas that the standard's committee publishes beside it: informative, "a best effort", and a referee here.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** By the name of the type; `core` and `cyber-observable-core` for types of others. Undefined where there is no data. */
export function jsonSchemas(): ReadonlyMap<string, ValidateFunction> | undefined {
  const data = process.env['COUNTERSIGN_TEST_DATA']
  if (data === undefined) return undefined
  const folder = join(data, 'schemas', 'stix-2.1')
  // Half of them are no patterns with the flag u, which ajv sets unless it is told otherwise.
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, logger: false })
  addFormats.default(ajv)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
  const schemas = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as { $id: string })
  for (const schema of schemas) ajv.addSchema(schema)
  return new Map(
    schemas.map(({ $id }) => [$id.slice($id.lastIndexOf('/') + 1, -'.json'.length), compiled(ajv, $id)] as const),
  )
}

function compiled(ajv: Ajv2020, id: string): ValidateFunction {
  const validate = ajv.getSchema(id)
  if (validate === undefined) throw new Error(`There is no schema ${id}.`)
  return validate as ValidateFunction
}
