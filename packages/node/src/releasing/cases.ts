// The cases that lie beside the rules of this house, as one agreement meets them: those of the house, its own and those of
// its parties.

import { join } from 'node:path'
import { type GateCase, readGateCases } from '@countersign/intel'
import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import { checkJson } from '@countersign/record'
import { RULES_FOLDER, type RulesDisk } from './house-rules.ts'

const FILE = /^(.+)\.cases\.json$/
const AGREEMENT = /^[0-9a-f]{32}$/
const DEPTH_MAX = 68
export const CASES_BYTES_MAX = 8_388_608
/** One after the other the gate is asked about each. */
const CASES_MAX = 2_000

/** Refuses `release/case` with the file and the place of what is no case. */
export async function readCases(disk: RulesDisk, dir: string, pact: string): Promise<Result<GateCase[]>> {
  const folder = join(dir, RULES_FOLDER)
  const cases: GateCase[] = []
  for (const file of await disk.list(folder)) {
    const scope = FILE.exec(file)?.[1]
    if (scope === undefined || (AGREEMENT.test(scope) && scope !== pact)) continue
    const bytes = await disk.read(join(folder, file))
    if (bytes === undefined) continue
    const list = readCasesJson(bytes, file)
    if (!list.ok) return list
    const read = readGateCases(list.value, file, scope === 'house' || scope === pact ? undefined : [scope])
    if (!read.ok) return read
    cases.push(...read.value)
    if (cases.length > CASES_MAX) return refuse('release/case', `There are more than ${CASES_MAX} cases.`)
  }
  return ok(cases)
}

export function readCasesJson(bytes: Uint8Array, file: string): Result<unknown> {
  const broken = checkJson(bytes, { maxBytes: CASES_BYTES_MAX, maxDepth: DEPTH_MAX })
  if (broken !== undefined) return refuse('release/case', `${file}: it is no proper JSON: ${broken.message}.`)
  return ok(JSON.parse(fromUtf8(bytes) ?? ''))
}
