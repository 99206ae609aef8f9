// Whose rules there may be: of the house, of each agreement held here, of each other party of these. And what lies beside
// them in the folder: terms, and the names of lists.

import { join } from 'node:path'
import type { HouseTerms } from '@countersign/intel'
import { fromUtf8 } from '@countersign/log'
import { type EngineParts, othersOf } from '../engine-parts.ts'
import { LIST_NAME, RULES_FOLDER, termsIn } from './house-rules.ts'

type Parts = Pick<EngineParts, 'around' | 'identity' | 'pacts'>

export interface RulesScope {
  scope: string
  kind: 'house' | 'agreement' | 'party'
  /** Of an agreement its title. */
  title: string
}

export interface RulesBeside {
  /** Null where there are none, or where they cannot be read, which `fault` then says. */
  terms: HouseTerms | null
  /** By their names. */
  lists: string[]
}

export function scopesOf({ identity, pacts }: Parts): RulesScope[] {
  const us = identity.party
  const held = pacts.all().filter(({ agreement }) => agreement.channels.some(({ parties }) => parties.includes(us)))
  const others = held.flatMap(({ agreement }) =>
    agreement.channels.flatMap(({ name }) => othersOf(agreement, name, us)),
  )
  return [
    { scope: 'house', kind: 'house', title: '' },
    ...held.map(({ id, agreement }) => ({ scope: id, kind: 'agreement' as const, title: agreement.title })),
    ...[...new Set(others)].sort().map((scope) => ({ scope, kind: 'party' as const, title: '' })),
  ]
}

/** Whatever is no scope names no file. */
export function isScope(scope: string, parts: Parts): boolean {
  return scopesOf(parts).some((one) => one.scope === scope)
}

export async function besideRules({ around, identity }: Parts, scope: string): Promise<RulesBeside> {
  const folder = join(identity.dir, RULES_FOLDER)
  const bytes = await around.disk.read(join(folder, `${scope}.json`))
  const terms = bytes === undefined ? undefined : termsIn(bytes)
  const lists = await around.disk.list(join(folder, 'lists'))
  return {
    terms: terms?.ok === true ? terms.value : null,
    lists: lists.flatMap((file) => LIST_NAME.exec(file)?.[1] ?? []),
  }
}

/** Whether the house has anything wait for a second person; also where that cannot be read. */
export async function asksForTwo({ around, identity }: Parts): Promise<boolean> {
  const folder = join(identity.dir, RULES_FOLDER)
  for (const name of await around.disk.list(folder)) {
    if (!/\.(?:cedar|json)$/.test(name) || name.endsWith('.cases.json')) continue
    const bytes = (await around.disk.read(join(folder, name))) ?? new Uint8Array()
    if (name.endsWith('.json')) {
      const terms = termsIn(bytes)
      if (!terms.ok || terms.value.approval !== undefined) return true
      continue
    }
    const { rulesIn } = await import('./rules-file.ts')
    const text = fromUtf8(bytes)
    const rules = text === undefined ? undefined : rulesIn({ name, text })
    if (rules?.ok !== true || rules.value.some(({ effect, enabled }) => effect === 'approve' && enabled)) return true
  }
  return false
}
