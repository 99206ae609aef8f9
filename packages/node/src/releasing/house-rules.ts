// The rules of this house, as they lie in DIR/rules: `house.cedar` for every agreement, `<agreement>.cedar` for one, and
// lists of addresses under `lists/<name>.txt`. They are read anew for each share, so a change counts at once; what cannot
// be read refuses the share, for a rule that is passed over lets out what it should hold back.

import { join } from 'node:path'
import { AddressList, type HouseRules } from '@countersign/intel'
import type { Disk } from '@countersign/ledger'
import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import type { RulesFile } from './cedar-rules.ts'

export const RULES_FOLDER = 'rules'
const RULES_BYTES_MAX = 1_048_576
const LIST_BYTES_MAX = 67_108_864
const LISTS_MAX = 64
const LIST_NAME = /^([a-z0-9][a-z0-9-]{0,63})\.txt$/

/** Undefined where the house has no rules for that agreement. Refuses `release/rules` and `release/address-list`. */
export async function readHouseRules(
  disk: Pick<Disk, 'read' | 'list'>,
  dir: string,
  of: { pact: string; us: string },
): Promise<Result<HouseRules | undefined>> {
  const folder = join(dir, RULES_FOLDER)
  const files: RulesFile[] = []
  for (const name of ['house.cedar', `${of.pact}.cedar`]) {
    const bytes = await disk.read(join(folder, name))
    if (bytes === undefined) continue
    const text = bytes.length > RULES_BYTES_MAX ? undefined : fromUtf8(bytes)
    if (text === undefined) {
      return refuse('release/rules', `${name}: this is no text in UTF-8 of at most ${RULES_BYTES_MAX} bytes.`)
    }
    files.push({ name, text })
  }
  if (files.length === 0) return ok(undefined)
  const lists = await readLists(disk, join(folder, 'lists'))
  if (!lists.ok) return lists
  // It takes a moment to load, and most nodes that start have nothing to ask yet.
  const { readCedarRules } = await import('./cedar-rules.ts')
  return readCedarRules(files, of.us, lists.value)
}

async function readLists(disk: Pick<Disk, 'read' | 'list'>, folder: string): Promise<Result<Map<string, AddressList>>> {
  const lists = new Map<string, AddressList>()
  for (const file of await disk.list(folder)) {
    const name = LIST_NAME.exec(file)?.[1]
    if (name === undefined) continue
    const bytes = await disk.read(join(folder, file))
    const text = bytes === undefined || bytes.length > LIST_BYTES_MAX ? undefined : fromUtf8(bytes)
    const list =
      text === undefined
        ? refuse('release/address-list', `This is no text in UTF-8 of at most ${LIST_BYTES_MAX} bytes.`)
        : AddressList.parse(text)
    if (!list.ok) return refuse(list.code, `lists/${file}: ${list.message}`)
    if (lists.size >= LISTS_MAX) return refuse('release/address-list', `There are more than ${LISTS_MAX} lists.`)
    lists.set(name, list.value)
  }
  return ok(lists)
}
