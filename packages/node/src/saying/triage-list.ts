// What there is to triage: the shares of others, what we say of each, and the objects that have no verdict of ours yet.

import { ok, type Result } from '@countersign/log'
import type { FeedbackVerdict } from '@countersign/record'
import type { ReceivedObject } from '@countersign/views'
import { type EngineParts, noSuchPact } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import { destinationOf, fits, noVerdicts, queryOf, type TriageFilter, type TriageScope } from './triage-choice.ts'

/** A share of another party, and what we say of it. */
export interface TriagedShare {
  share: string
  from: string
  /** Of its first record, as it claims. */
  time: string
  records: number
  objects: number
  verdicts: Record<FeedbackVerdict, number>
  /** Without a verdict of ours; and of which types. */
  open: number
  /** The most frequent of them. */
  openTypes: Record<string, number>
}

export interface TriageList {
  pact: string
  /** The last that came first. */
  shares: TriagedShare[]
  sharesTotal: number
  /** Those that are asked for, the first of them. */
  objects: ReceivedObject[]
  objectsTotal: number
}

export interface TriageListAsked extends TriageScope, Omit<TriageFilter, 'ids'> {
  /** Also objects that have a verdict of ours. */
  all?: boolean
  /** How many objects are listed at most. */
  limit?: number
}

/** What there is to triage. Refuses times that are none. */
export async function triageList(
  { pacts, views, giveWay, around }: Pick<EngineParts, 'pacts' | 'views' | 'giveWay' | 'around'>,
  { all = false, limit = 50, ...scope }: TriageListAsked,
): Promise<Result<TriageList>> {
  if (pacts.get(scope.pact) === undefined) return noSuchPact(scope.pact)
  const isWide = scope.share === undefined && scope.record === undefined && scope.since === undefined
  const query = queryOf(scope)
  if (!query.ok) return query
  if (isWide) query.value.fromMs = around.now() - LIMITS.triageListDays * DAY_MS
  const shares = new Map<string, Counting>()
  const objects: ReceivedObject[] = []
  const listed = new Set<string>()
  const most = Math.min(Math.max(limit, 0), LIMITS.triageObjectsListed)
  for (const stretch of views.received(query.value)) {
    for (const one of stretch) {
      const key = `${one.from} ${one.share}`
      const share = shares.get(key) ?? {
        ...{ share: one.share, from: one.from, time: one.time, records: 0, objects: 0, verdicts: noVerdicts() },
        ...{ open: 0, types: new Map<string, number>(), seen: new Set<string>(), last: '' },
      }
      shares.set(key, share)
      if (share.last !== one.record) share.records++
      share.last = one.record
      if (!share.seen.has(one.id)) {
        share.seen.add(one.id)
        share.objects++
        if (one.verdict !== null) share.verdicts[one.verdict]++
        else {
          share.open++
          share.types.set(one.type, (share.types.get(one.type) ?? 0) + 1)
        }
      }
      const isNew = !listed.has(destinationOf(one))
      if (!isNew || !fits(one, scope) || (one.verdict !== null && !all)) continue
      listed.add(destinationOf(one))
      if (objects.length < most) objects.push(one)
    }
    await giveWay()
  }
  const rows = [...shares.values()].reverse().map(({ types, ...counted }) => {
    const { share, from, time, records, objects: count, verdicts, open } = counted
    const openTypes = [...types].sort(([, a], [, b]) => b - a).slice(0, LIMITS.triageTypesListed)
    return { share, from, time, records, objects: count, verdicts, open, openTypes: Object.fromEntries(openTypes) }
  })
  return ok({
    ...{ pact: scope.pact, shares: rows.slice(0, LIMITS.triageSharesListed), sharesTotal: rows.length },
    ...{ objects, objectsTotal: listed.size },
  })
}

const DAY_MS = 86_400_000

interface Counting extends Omit<TriagedShare, 'openTypes'> {
  types: Map<string, number>
  seen: Set<string>
  /** The record that was counted last. */
  last: string
}
