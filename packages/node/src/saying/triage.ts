// Triage of what others shared: for each object one verdict, in bulk or one by one, told to whoever shared it as feedback
// (spec/records.md, Feedback). One opinion names as many objects as a reader takes of it, so a triage of thousands is a
// few opinions in one record. What is chosen by kind or as the rest has no verdict of ours yet: doing it again after a
// run that ended half-way says nothing twice.

import { ok, type Result, refuse } from '@countersign/log'
import { type FeedbackVerdict, TLP_LABELS } from '@countersign/record'
import type { ReceivedObject } from '@countersign/views'
import { type EngineParts, noSuchPact } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import { type FeedbackGiven, type FeedbackRequest, sayAlong } from './feedback.ts'
import { opinionOf } from './feedback-objects.ts'
import type { FeedbackRoute } from './feedback-routes.ts'
import type { ShareRequest } from './saying.ts'
import { type ShareResult, type ShareState, uuidOf } from './share.ts'
import {
  checkAnswers,
  choose,
  type JudgedObject,
  noVerdicts,
  type ToChoose,
  type TriageAnswer,
} from './triage-choice.ts'
import { type TriageList, type TriageListAsked, triageList } from './triage-list.ts'
import { nameOf, toldBefore } from './triage-told.ts'

export interface TriageRequest extends ToChoose {
  account: string
  author?: FeedbackRequest['author']
}

export interface Triaged extends Omit<FeedbackGiven, 'objects'> {
  /** How many objects were answered, by the verdict. */
  verdicts: Record<FeedbackVerdict, number>
  /** How many of these had been told so before, in the records that are named too; nothing was said of them again. */
  told: number
  /** How many of what was looked at have no verdict of ours after it. */
  open: number
}

type Parts = Pick<EngineParts, 'pacts' | 'views' | 'giveWay' | 'around'>

export type TriageResult = Result<Triaged> | Extract<ShareResult, { ok: false }>

export interface TriagingMeans {
  share(request: ShareRequest): Promise<ShareResult>
  /** Resolves once the views know what we said under an agreement up to now. */
  ownFolded(pact: string): Promise<void>
  shareState(pact: string, share: string): Promise<ShareState>
  /** Whether feedback under an agreement is kept here and not said yet. */
  feedbackWaits(pact: string): boolean
}

export class Triaging {
  private readonly parts: Parts
  private readonly means: TriagingMeans
  private before: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts, means: TriagingMeans) {
    this.parts = parts
    this.means = means
  }

  /**
   * One after the other, for what is left depends on what was said. Refuses what is asked wrongly before anything is said,
   * and then what `share` refuses.
   */
  triage(request: TriageRequest): Promise<TriageResult> {
    const done = this.before.then(() => triage(this.parts, this.means, request))
    this.before = done.catch(() => {})
    return done
  }

  /** What there is to triage. Refuses times that are none. */
  async list(asked: TriageListAsked): Promise<Result<TriageList>> {
    await this.means.ownFolded(asked.pact)
    return triageList(this.parts, asked)
  }
}

async function triage(parts: Parts, means: TriagingMeans, request: TriageRequest): Promise<TriageResult> {
  const { pact: id, account, author, answers } = request
  const pact = parts.pacts.get(id)
  if (pact === undefined) return noSuchPact(id)
  const understood = checkAnswers(answers)
  if (!understood.ok) return understood
  if (answers.some(({ ids }) => ids === undefined) && means.feedbackWaits(id)) {
    return refuse(
      'say/triage',
      'Feedback of ours waits here to be said, so it is not known what is left without a verdict. Wait until it is said (countersign approvals, countersign status), or name objects by their ids.',
    )
  }
  await means.ownFolded(id)
  const chosen = await choose(parts, request)
  if (!chosen.ok) return chosen
  const { judged, open } = chosen.value
  const verdicts = noVerdicts()
  for (const { answer } of judged) verdicts[answer.verdict]++
  if (judged.length === 0) {
    return refuse('say/triage', 'Nothing fits that has no verdict of ours yet; see what there is: countersign triage')
  }
  const before = toldBefore(parts.views, id, judged)
  const { routes, ids, judgedBy } = routesOf(before.fresh, {
    nowMs: parts.around.now(),
    uuid: () => uuidOf(parts.around.random(16)),
    partBytes: pact.agreement.limits.partBytes,
  })
  for (const [i, route] of routes.entries()) route.share = await freeName(id, route, judgedBy[i] ?? [], means)
  const said = await sayAlong(means.share, routes, ids, {
    ...{ pact: id, account, namesSighter: false, to: [], marking: undefined },
    ...(author === undefined ? {} : { author }),
  })
  if (!said.ok) return said
  const { objects: _, ...given } = said.value
  return ok({
    ...{ ...given, verdicts, open, told: before.objects },
    records: [...new Set([...before.records, ...given.records])],
    ids: [...before.ids, ...given.ids],
    to: [...new Set([...before.to, ...given.to])],
  })
}

/** A name under which nothing was refused by a second person. */
async function freeName(
  pact: string,
  route: FeedbackRoute,
  judged: readonly JudgedObject[],
  { shareState }: TriagingMeans,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const name = nameOf(pact, route, judged, attempt)
    if ((await shareState(pact, name)) !== 'ended') return name
  }
}

interface Means {
  nowMs: number
  uuid(): string
  partBytes: number
}

/** Whom it goes to, in as few records as what one may answer allows, and there in as few opinions as what one may name. */
function routesOf(judged: readonly JudgedObject[], means: Means) {
  const open = new Map<string, { route: FeedbackRoute; records: Set<string>; judged: JudgedObject[] }>()
  const all: { route: FeedbackRoute; judged: JudgedObject[] }[] = []
  for (const one of judged) {
    const { from, channel, mode, record, tlp } = one.object
    const key = JSON.stringify([from, channel, mode])
    let going = open.get(key)
    if (going === undefined || (!going.records.has(record) && going.records.size === LIMITS.feedbackRecords)) {
      const route: FeedbackRoute = { channel, mode, to: from, alsoGiven: [], re: [], tlp: 'TLP:CLEAR', objects: [] }
      going = { route, records: new Set(), judged: [] }
      open.set(key, going)
      all.push(going)
    }
    going.judged.push(one)
    if (!going.records.has(record)) going.route.re.push(record)
    going.records.add(record)
    const label = labelOf(tlp)
    if (TLP_LABELS.indexOf(label) > TLP_LABELS.indexOf(going.route.tlp)) going.route.tlp = label
  }
  const ids: string[] = []
  for (const { route, judged: some } of all) {
    for (const opinion of opinionsOf(some, means)) {
      ids.push(opinion.id)
      route.objects.push(JSON.stringify(opinion))
    }
  }
  return { routes: all.map(({ route }) => route), ids, judgedBy: all.map(({ judged: some }) => some) }
}

/** Each says one verdict for one reason of objects that are marked alike, and is later than what it corrects. */
function opinionsOf(judged: readonly JudgedObject[], { nowMs, uuid, partBytes }: Means): { id: string }[] {
  const alike = new Map<string, { said: TriageAnswer; tlp: string; objects: ReceivedObject[] }>()
  for (const { object, answer } of judged) {
    const key = JSON.stringify([answer.verdict, answer.reason, object.tlp])
    const group = alike.get(key) ?? { said: answer, tlp: object.tlp, objects: [] }
    group.objects.push(object)
    alike.set(key, group)
  }
  return [...alike.values()].flatMap(({ said: { verdict, reason }, tlp, objects }) => {
    const said = { verdict, ...(reason === undefined ? {} : { explanation: reason }) }
    const room = partBytes - BYTES_BESIDE_IDS - Buffer.byteLength(JSON.stringify(reason ?? ''))
    return chunks(objects, room).map((some) => {
      const before = some.map(({ saidAt }) => (saidAt === null ? Number.NaN : Date.parse(saidAt) + 1))
      const at = before.reduce((latest, ms) => (ms > latest && ms < YEAR_9999 ? ms : latest), nowMs)
      const ids = some.map(({ id }) => id)
      const made = opinionOf(ids, said, { nowMs: at, uuid, tlp: labelOf(tlp) })
      if (!made.ok) throw new Error(made.message)
      return made.value as { id: string }
    })
  })
}

/** Of an opinion and the bundle around it. */
const BYTES_BESIDE_IDS = 1_024
const YEAR_9999 = Date.parse('9999-01-01T00:00:00Z')

function chunks(objects: readonly ReceivedObject[], room: number): ReceivedObject[][] {
  const all: ReceivedObject[][] = []
  let bytes = 0
  for (const object of objects) {
    const last = all.at(-1)
    // Quotes and a comma.
    const size = object.id.length + 3
    if (last === undefined || last.length === LIMITS.objectsPerOpinion || bytes + size > room) {
      all.push([object])
      bytes = size
    } else {
      last.push(object)
      bytes += size
    }
  }
  return all
}

function labelOf(tlp: string) {
  return TLP_LABELS.find((label) => label === tlp) ?? 'TLP:AMBER'
}
