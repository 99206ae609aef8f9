// What may leave. One decision on the whole of what is about to be said: the record against its type and the agreement,
// and every STIX object it carries. Anything unclear is refused with its reason, and then nothing leaves.

import { type Decision, decideRelease, type ReleaseRequest, type ReleaseRules } from '@countersign/intel'
import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import { type Agreement, channelOf } from '@countersign/pact'
import { checkType, type Statement, typeNamed } from '@countersign/record'
import type { House } from './house-rules.ts'

/** The rules of one channel of an agreement for what `from` says on it, with those of its own house where it has some. */
export function rulesOf(agreement: Agreement, channel: string, from: string, house?: House): ReleaseRules {
  return {
    from,
    parties: channelOf(agreement, channel)?.parties ?? [],
    markingMax: agreement.marking.max,
    records: agreement.share.records,
    stix: agreement.share.stix,
    ...(agreement.sightings === undefined ? {} : { sighter: agreement.sightings.sighter }),
    ...house?.terms,
    ...(house?.rules === undefined ? {} : { house: { rules: house.rules, pact: agreement.id, channel } }),
  }
}

/** A record that carries no STIX. `statement` is complete but for what the log itself adds. */
export function decideRecord(statement: Statement, rules: ReleaseRules): Result<undefined> {
  const fault = checkType(statement, new Set(rules.parties))
  if (fault !== undefined) return refuse('release/record', fault.message)
  const { decision } = decideRelease({ ...requestOf(statement), objects: [] }, rules)
  return decision.verdict === 'passes' ? ok(undefined) : refusalOf(decision)
}

/** What is about to be sealed, against the rules of its type: a recipient would have to reject it. */
export function decideContent(statement: Statement, plaintexts: readonly Uint8Array[]): Result<undefined> {
  const type = typeNamed(statement.type)
  for (const [i, part] of statement.content.entries()) {
    const sentence = type?.checkContent?.(part, plaintexts[i] ?? new Uint8Array())
    if (sentence !== undefined) return refuse('release/content', `A ${statement.type} is refused: ${sentence}.`)
  }
  return ok(undefined)
}

export function requestOf(statement: Pick<Statement, 'type' | 'marking' | 'to'>): ReleaseRequest {
  return { type: statement.type, marking: statement.marking.tlp, to: statement.to }
}

/** The first reason for which it does not leave now as a sentence, with how many more there are. */
export function refusalOf(decision: Decision): Refusal {
  const { refusals, refusalsTotal, waits, waitsTotal } = decision
  const [first, total] = refusalsTotal > 0 ? [refusals[0], refusalsTotal] : [waits[0], waitsTotal]
  const where =
    first?.object === undefined
      ? ''
      : ` (object ${first.object.index}${first.object.id === null ? '' : `, ${first.object.id}`})`
  const more = total - 1
  return refuse(
    first?.code ?? 'release/unclear',
    `${first?.message ?? 'The gate could not decide.'}${where}${more > 0 ? ` And ${more} more.` : ''} Nothing left.`,
  )
}
