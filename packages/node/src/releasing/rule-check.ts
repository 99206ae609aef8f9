// Whether a set of rules may be put in force: it is read as every share would read it, with all that lies beside it, and
// the cases are asked of the gate with it. What cannot be read, or makes a case fail, is no set to put in force.

import { type GateCase, missedBy } from '@countersign/intel'
import { ok, type Result, utf8 } from '@countersign/log'
import { type EngineParts, othersOf } from '../engine-parts.ts'
import type { StoredPact } from '../pacts.ts'
import type { Saying } from '../saying/saying.ts'
import { readCases } from './cases.ts'
import { type RulesDisk, readHouseRules } from './house-rules.ts'
import { casesName } from './rules-set.ts'

/** What became of one case. */
export interface CaseOutcome {
  file: string
  case: string
  /** Under which agreement it was asked. */
  pact: string
  holds: boolean
  /** Why it does not, as a sentence. */
  why: string
  /** Whether it fails with the rules that are in force too, and is not this set’s to mend: then it is no reason against it. */
  failedBefore: boolean
}

export interface RuleCheckMeans {
  parts: Pick<EngineParts, 'around' | 'identity' | 'pacts'>
  tryShare: Saying['tryShare']
}

const NO_PACT = '0'.repeat(32)

/** A sentence for each way in which the rules cannot be read; none where they can. */
export async function readableWith(rules: RulesDisk, scope: string, { parts }: RuleCheckMeans): Promise<string[]> {
  const { dir, party: us } = parts.identity
  const pacts = parts.pacts.all()
  const isPact = pacts.some(({ id }) => id === scope)
  const alone = { pact: isPact ? scope : NO_PACT, us, to: isPact || scope === 'house' ? [] : [scope] }
  const asked = [alone, ...pacts.flatMap((pact) => channelsOf(pact, us).map((to) => ({ pact: pact.id, us, to })))]
  const troubles = new Set<string>()
  for (const of of asked) {
    const read = await readHouseRules(rules, dir, of)
    if (!read.ok) troubles.add(read.message)
  }
  return [...troubles]
}

/** Asks the gate about every case of every agreement that the scope is about. Refuses what is no case. */
export async function askCases(rules: RulesDisk, scope: string, means: RuleCheckMeans): Promise<Result<CaseOutcome[]>> {
  const { around, identity, pacts } = means.parts
  const asked: { one: GateCase; pact: string; why: string | undefined }[] = []
  for (const pact of pacts.all()) {
    const parties = channelsOf(pact, identity.party).flat()
    if (parties.length === 0 || !(scope === 'house' || scope === pact.id || parties.includes(scope))) continue
    const cases = await readCases(rules, identity.dir, pact.id)
    if (!cases.ok) return cases
    for (const one of cases.value) {
      // The file of a party says nothing under an agreement that the party is not of.
      if (one.to?.some((party) => !parties.includes(party)) === true) continue
      asked.push({ one, pact: pact.id, why: await missed(one, pact.id, rules, means) })
    }
  }
  const outcomes: CaseOutcome[] = []
  for (const { one, pact, why } of asked) {
    // Of this scope’s own file each must hold, under one agreement at the least: another may permit less.
    const isOther = one.file !== casesName(scope)
    const mayFail = isOther || asked.some((also) => also.one.name === one.name && also.why === undefined)
    const failedBefore = why !== undefined && mayFail && (await missed(one, pact, around.disk, means)) !== undefined
    outcomes.push({ file: one.file, case: one.name, pact, holds: why === undefined, why: why ?? '', failedBefore })
  }
  return ok(outcomes)
}

/** Whether a case that failed is a reason against the set. */
export function isAgainst({ holds, failedBefore }: CaseOutcome): boolean {
  return !holds && !failedBefore
}

async function missed(
  { objects, to, marking, ...expected }: GateCase,
  pact: string,
  rules: RulesDisk,
  { tryShare }: RuleCheckMeans,
): Promise<string | undefined> {
  const bytes = utf8(JSON.stringify({ objects }))
  const tried = await tryShare(
    {
      ...{ pact, account: '', input: once(bytes) },
      ...(to === undefined ? {} : { to: [...to] }),
      ...(marking === undefined ? {} : { marking: { tlp: marking } }),
    },
    rules,
  )
  return tried.ok ? missedBy(expected, tried.value.told) : tried.message
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Of each channel that we are on, who else is. */
function channelsOf({ agreement }: StoredPact, us: string): string[][] {
  const ours = agreement.channels.filter(({ parties }) => parties.includes(us))
  return ours.map(({ name }) => othersOf(agreement, name, us))
}
