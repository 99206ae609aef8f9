// The rules of this house, as they lie in DIR/rules: `house.cedar` for every agreement, `<agreement>.cedar` for one,
// `<party>.cedar` for what goes to one, each with terms beside it in `….json`, and lists of addresses under `lists/<name>.txt`. They are read anew for each share, so a change counts at once; what cannot
// be read refuses the share, for a rule that is passed over lets out what it should hold back.

import { createHash } from 'node:crypto'
import { join, relative } from 'node:path'
import { AddressList, type HouseRules, type HouseTerms, joinTerms, readTerms, termsForAll } from '@countersign/intel'
import type { Disk } from '@countersign/ledger'
import { fromUtf8, ok, type Result, refuse } from '@countersign/log'
import { checkJson } from '@countersign/record'
import type { RulesFile } from './cedar-rules.ts'

export const RULES_FOLDER = 'rules'
export const RULES_BYTES_MAX = 1_048_576
const LIST_BYTES_MAX = 67_108_864
const LISTS_MAX = 64
const NO_TERMS: HouseTerms = { equivalents: [] }
export const LIST_NAME = /^([a-z0-9][a-z0-9-]{0,63})\.txt$/

/** Where rules are read from: the disk, or what would lie there (rules-set.ts). */
export type RulesDisk = Pick<Disk, 'read' | 'list'>

export interface House {
  /** Undefined where the house has written none for that agreement and these recipients. */
  rules: HouseRules | undefined
  terms: HouseTerms
  /** SHA-256, in hex, over the names and the bytes of every file that was read. */
  digest: string
}

/**
 * What holds of `pact` for what goes to `to`, parties of it. Refuses `release/rules`, `release/terms`, `equivalence/…` and
 * `release/address-list`.
 */
export async function readHouseRules(
  disk: RulesDisk,
  dir: string,
  of: { pact: string; us: string; to: readonly string[] },
): Promise<Result<House>> {
  const folder = join(dir, RULES_FOLDER)
  const seen = new Seen(disk, folder)
  const files: RulesFile[] = []
  const terms = new Map<string, HouseTerms>()
  for (const scope of ['house', of.pact, ...of.to]) {
    const rules = await seen.read(join(folder, `${scope}.cedar`))
    if (rules !== undefined) {
      const text = rules.length > RULES_BYTES_MAX ? undefined : fromUtf8(rules)
      if (text === undefined) {
        return refuse('release/rules', `${scope}.cedar: this is no text in UTF-8 of at most ${RULES_BYTES_MAX} bytes.`)
      }
      files.push({ name: `${scope}.cedar`, text })
    }
    const bytes = await seen.read(join(folder, `${scope}.json`))
    const read = bytes === undefined ? ok(undefined) : termsIn(bytes)
    if (!read.ok) return refuse(read.code, `${scope}.json: ${read.message}`)
    if (read.value !== undefined) terms.set(scope, read.value)
  }
  const general = ['house', of.pact].flatMap((scope) => terms.get(scope) ?? [])
  const joined = termsForAll(of.to.map((party) => joinTerms([...general, terms.get(party) ?? NO_TERMS])))
  if (files.length === 0) return ok({ rules: undefined, terms: joined, digest: seen.digest() })
  const lists = await readLists(seen, join(folder, 'lists'))
  if (!lists.ok) return lists
  // It takes a moment to load, and most nodes that start have nothing to ask yet.
  const { readCedarRules } = await import('./cedar-rules.ts')
  const rules = readCedarRules(files, of.us, lists.value)
  return rules.ok ? ok({ rules: rules.value, terms: joined, digest: seen.digest() }) : rules
}

/** Reads, and remembers what was read, a file that is not there too. */
class Seen implements RulesDisk {
  private readonly disk: RulesDisk
  private readonly folder: string
  private readonly hash = createHash('sha256')

  constructor(disk: RulesDisk, folder: string) {
    this.disk = disk
    this.folder = folder
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const bytes = await this.disk.read(path)
    this.hash.update(JSON.stringify([relative(this.folder, path), bytes?.length ?? null])).update(bytes ?? '')
    return bytes
  }

  list(path: string): Promise<string[]> {
    return this.disk.list(path)
  }

  digest(): string {
    return this.hash.digest('hex')
  }
}

export function termsIn(bytes: Uint8Array): Result<HouseTerms> {
  const fault = checkJson(bytes, { maxBytes: RULES_BYTES_MAX, maxDepth: 4 })
  if (fault !== undefined) return refuse('release/terms', `This is no proper JSON: ${fault.message}.`)
  return readTerms(JSON.parse(fromUtf8(bytes) ?? ''))
}

async function readLists(disk: RulesDisk, folder: string): Promise<Result<Map<string, AddressList>>> {
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
