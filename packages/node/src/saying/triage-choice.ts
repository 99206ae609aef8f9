// Which of what others shared a triage is about, and which answer each object gets.

import { ok, type Result, refuse } from '@countersign/log'
import { FEEDBACK_VERDICTS, type FeedbackVerdict } from '@countersign/record'
import type { ReceivedObject, ReceivedQuery } from '@countersign/views'
import { timeOf } from '../balance.ts'
import type { EngineParts } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import { nobodyShares } from './feedback-routes.ts'

export interface TriageScope extends Pick<ReceivedQuery, 'pact' | 'from' | 'share' | 'record'> {
  /** RFC 3339 times, or dates, by the time of the records: from then on, and before then. */
  since?: string
  until?: string
}

/** What an answer is given to: exactly these objects, whatever was said of them; or those that have no verdict of ours yet. */
export interface TriageFilter {
  ids?: readonly string[]
  /** Of these types of STIX. */
  types?: readonly string[]
  /** Whose name or id has this in it, in capitals or not. */
  text?: string
}

export interface TriageAnswer extends TriageFilter {
  verdict: FeedbackVerdict
  reason?: string
}

export interface ToChoose extends TriageScope {
  /** Of each object the first that fits it counts. */
  answers: readonly TriageAnswer[]
  /** Also what has a verdict of ours already. */
  again?: boolean
}

export interface JudgedObject {
  object: ReceivedObject
  answer: TriageAnswer
}

/** Refuses `say/triage` for answers that say nothing, or two things of one object. */
export function checkAnswers(answers: readonly TriageAnswer[]): Result<undefined> {
  if (answers.length === 0)
    return refuse('say/triage', 'Say a verdict: accepted, already-known, false-positive, stale.')
  const named = new Map<string, TriageAnswer>()
  for (const answer of answers) {
    const { verdict, reason, ids, types, text } = answer
    if (!Object.hasOwn(FEEDBACK_VERDICTS, verdict)) {
      return refuse('say/triage', `A verdict is one of ${Object.keys(FEEDBACK_VERDICTS).join(', ')}.`)
    }
    if (reason !== undefined && (reason.trim() === '' || reason.length > LIMITS.triageReasonChars)) {
      return refuse(
        'say/triage',
        `A reason has 1 to ${LIMITS.triageReasonChars} characters; leave it out, or shorten it.`,
      )
    }
    if (ids !== undefined && (types !== undefined || text !== undefined)) {
      return refuse('say/triage', 'Name objects by their ids, or by what they are; not both in one answer.')
    }
    for (const id of ids ?? []) {
      const other = named.get(id)
      if (other !== undefined && (other.verdict !== verdict || other.reason !== reason)) {
        return refuse('say/triage', `${id.slice(0, 300)} is given two answers; give it one.`)
      }
      named.set(id, answer)
    }
  }
  return ok(undefined)
}

/** Every object with its answer, in the order of the records, once for each party that shared it. */
export async function choose(
  { views, giveWay }: Pick<EngineParts, 'views' | 'giveWay'>,
  request: ToChoose,
): Promise<Result<{ judged: JudgedObject[]; open: number }>> {
  const { answers, again = false, from, share, record, pact } = request
  const query = queryOf(request)
  if (!query.ok) return query
  const isScoped = [from, share, record, request.since].some((one) => one !== undefined)
  const byId = new Map(answers.flatMap((answer) => (answer.ids ?? []).map((id) => [id, answer] as const)))
  const others = answers.filter(({ ids }) => ids === undefined)
  if (others.length > 0 && !isScoped) {
    return refuse(
      'say/triage',
      'Say which share is triaged, or of which party or since when; or name objects by their ids.',
    )
  }
  const judged = new Map<string, JudgedObject>()
  const open = new Set<string>()
  const missing = new Set(byId.keys())
  const take = (object: ReceivedObject) => {
    const key = destinationOf(object)
    const named = byId.get(object.id)
    missing.delete(object.id)
    const isOpen = object.verdict === null || again
    const answer = named ?? (isOpen ? others.find((one) => fits(object, one)) : undefined)
    if (answer === undefined) {
      if (object.verdict === null) open.add(key)
      return
    }
    // Of several records the last is answered, in the order of the last.
    judged.delete(key)
    judged.set(key, { object, answer })
  }
  const tooMany = () => judged.size > LIMITS.triagedAtOnce
  if (isScoped) {
    for (const stretch of views.received(query.value)) {
      for (const object of stretch) take(object)
      if (tooMany()) break
      await giveWay()
    }
  } else {
    for (const [i, id] of [...byId.keys()].entries()) {
      for (const object of views.receivedObject(pact, id)) take(object)
      if (i % IDS_PER_TURN === 0) await giveWay()
    }
  }
  if (tooMany()) {
    const most = LIMITS.triagedAtOnce
    return refuse('say/triage', `That is more than ${most} objects; triage one share, or fewer types, at a time.`)
  }
  const [stranger] = missing
  if (stranger === undefined) return ok({ judged: [...judged.values()], open: open.size })
  if (!isScoped) return nobodyShares(stranger)
  return refuse(
    'not-found/object',
    `${stranger.slice(0, 300)} is not among what is triaged; nothing was said. See what there is: countersign triage`,
  )
}

const IDS_PER_TURN = 100

export function fits({ id, type, name }: ReceivedObject, { ids, types, text }: TriageFilter): boolean {
  if (ids !== undefined) return ids.includes(id)
  if (types !== undefined && !types.includes(type)) return false
  return text === undefined || `${name ?? ''}\n${id}`.toLowerCase().includes(text.toLowerCase())
}

export function queryOf({ pact, from, share, record, since, until }: TriageScope): Result<ReceivedQuery> {
  const [fromMs, untilMs] = [since, until].map((time) => (time === undefined ? undefined : timeOf(time)))
  if (Number.isNaN(fromMs) || Number.isNaN(untilMs)) {
    return refuse('say/triage', 'Give times as 2026-03-01, or as 2026-03-01T00:00:00Z.')
  }
  return ok({
    pact,
    ...(from === undefined ? {} : { from }),
    ...(share === undefined ? {} : { share }),
    ...(record === undefined ? {} : { record }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  })
}

/** One object of several records of one party is answered once. */
export function destinationOf({
  from,
  channel,
  mode,
  id,
}: Pick<ReceivedObject, 'from' | 'channel' | 'mode' | 'id'>): string {
  return JSON.stringify([from, channel, mode, id])
}

export function noVerdicts(): Record<FeedbackVerdict, number> {
  return { accepted: 0, 'already-known': 0, 'false-positive': 0, stale: 0 }
}
