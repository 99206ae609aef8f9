// The rules and the cases of one scope: as they lie on the disk, and as they would lie there. A scope is what a file is named
// by: `house`, an agreement’s id, a party. What would lie there is read by the very code that reads what does.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import { CASES_BYTES_MAX } from './cases.ts'
import { RULES_BYTES_MAX, RULES_FOLDER, type RulesDisk } from './house-rules.ts'

/** The text of each file; null where there is none. */
export interface RulesSet {
  rules: string | null
  cases: string | null
}

export const rulesName = (scope: string) => `${scope}.cedar`
export const casesName = (scope: string) => `${scope}.cases.json`

/** Refuses `release/rules` and `release/case` where a file is no text, or too large. */
export async function readRulesSet(disk: RulesDisk, dir: string, scope: string): Promise<Result<RulesSet>> {
  const rules = textOf(await disk.read(join(dir, RULES_FOLDER, rulesName(scope))), RULES_BYTES_MAX)
  if (rules === undefined) return refuse('release/rules', `${rulesName(scope)} is no text in UTF-8 of a fitting size.`)
  const cases = textOf(await disk.read(join(dir, RULES_FOLDER, casesName(scope))), CASES_BYTES_MAX)
  if (cases === undefined) return refuse('release/case', `${casesName(scope)} is no text in UTF-8 of a fitting size.`)
  return ok({ rules, cases })
}

/** Tells one set from another: a draft names the one that it was begun from. */
export function digestOf({ rules, cases }: RulesSet): string {
  return createHash('sha256')
    .update(JSON.stringify([rules, cases]))
    .digest('hex')
}

/** The disk as it would be read with that set in force. */
export function withSet(disk: RulesDisk, dir: string, scope: string, { rules, cases }: RulesSet): RulesDisk {
  const folder = join(dir, RULES_FOLDER)
  const texts = new Map([
    [join(folder, rulesName(scope)), rules],
    [join(folder, casesName(scope)), cases],
  ])
  return {
    async read(path) {
      const text = texts.get(path)
      return text === undefined ? disk.read(path) : text === null ? undefined : utf8(text)
    },
    async list(path) {
      const names = await disk.list(path)
      if (path !== folder) return names
      const others = names.filter((name) => !texts.has(join(folder, name)))
      const ours = [rules === null ? [] : rulesName(scope), cases === null ? [] : casesName(scope)].flat()
      return [...others, ...ours].sort()
    },
  }
}

/**
 * Puts the set in the place of what lies there, file by file, each at once and durable. The rules come last: what is in
 * force is the old set or the new one, whole, and never none.
 */
export async function writeRulesSet(disk: Disk, dir: string, scope: string, { rules, cases }: RulesSet): Promise<void> {
  const folder = join(dir, RULES_FOLDER)
  await disk.makeFolder(folder, true)
  await write(disk, folder, casesName(scope), cases)
  await write(disk, folder, rulesName(scope), rules)
}

async function write(disk: Disk, folder: string, name: string, text: string | null): Promise<void> {
  const path = join(folder, name)
  if (text !== null) return disk.replace(path, utf8(text), true)
  if (!(await disk.exists(path))) return
  await disk.remove(path)
  await disk.syncFolder(folder)
}

function textOf(bytes: Uint8Array | undefined, most: number): string | null | undefined {
  if (bytes === undefined) return null
  return bytes.length > most ? undefined : fromUtf8(bytes)
}
