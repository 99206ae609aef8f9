// The readings that decide on a share: what its markings mean, what the gate says of each object, and, where something of it
// is redacted, what the gate says of that. Nothing leaves but what passes whole in the last of them.

import { isDeepStrictEqual } from 'node:util'
import {
  afterRevoked,
  type Decided,
  type Decision,
  isCommon,
  judgeBundle,
  judgeObject,
  MarkingDefinitions,
  type ObjectDecision,
  ofOriginators,
  onceMended,
  otherBytes,
  PartCutter,
  ReleaseGate,
  type ReleaseRefusal,
  type ReleaseRequest,
  type ReleaseRules,
  readObject,
  type SplitElement,
  type StixObject,
  TogetherJudge,
  type Verdict,
} from '@countersign/intel'
import type { DiskFile } from '@countersign/ledger'
import { fromUtf8, ok, type Refusal, type Result, refuse, utf8 } from '@countersign/log'
import type { Agreement } from '@countersign/pact'
import { type GoingObject, OBJECTS_PER_FOLD_MAX, type Passage } from '@countersign/views'
import type { GiveWay } from '../folding/right-of-way.ts'
import { LIMITS } from '../limits.ts'
import { refusalOf } from '../releasing/decide.ts'
import { type GoneByInRecord, GoneByPlaces } from './gone-by.ts'
import { eachElement, type Spooled } from './spooled.ts'

/** About one object, by its id, or about the `bundle` around them: the path of the property, and the section of STIX 2.1, empty where none speaks of it. */
export interface Remark {
  object: string
  path: string
  message: string
  section: string
}

export interface JudgeMeans {
  /** Awaited between two reads. */
  giveWay: GiveWay
  request: ReleaseRequest
  rules: ReleaseRules
  limits: Agreement['limits']
  /** For each of at most OBJECTS_PER_FOLD_MAX objects the text that was shared before under its id and version. */
  sharedBefore(objects: readonly { id: string; version: string | null }[]): Promise<(string | undefined)[]>
  /** Of at most OBJECTS_PER_FOLD_MAX ids those whose newest version that we share is revoked. */
  revoked(ids: readonly string[]): Promise<ReadonlySet<string>>
  /** For each of at most OBJECTS_PER_FOLD_MAX objects the parties whose consent is missing, and the consents by which it goes. */
  passages(objects: readonly GoingObject[]): Promise<Passage[]>
  /** A private file that nobody else can reach; whoever gives it closes it. */
  scratch(): Promise<DiskFile>
  progress?(stage: 'read' | 'said', done: number, total: number): void
  met?(object: { id: string; version: string | null } | undefined): void
}

const REMARKS_TOLD = 100
const SHARED_BEFORE = {
  ...{ path: 'id', section: '' },
  message: 'Another content was shared before under this id; readers keep the first.',
}

/** A refusal of the gate names the objects it is about. */
export interface ShareRefusal extends Refusal {
  refusals?: readonly ReleaseRefusal[]
  refusalsTotal?: number
  /** What was found of the objects besides. */
  looked?: { decision: Decision; remarks: Remarks }
}

export interface Judged {
  /** What the gate said of what came; what leaves passes whole, or waits. */
  decision: Decision
  leaving: Spooled
  /** How many objects leave. */
  objects: number
  /** Of the texts of these. */
  bytes: number
  /** How many objects stand in each record that will be said. */
  pieces: number[]
  /** By whose consents how much of each of these goes on. */
  goneBy: GoneByInRecord[][]
  remarks: Remarks
}

export type Remarks = Pick<Looked['remarks'], 'errors' | 'errorsTotal' | 'warnings' | 'warningsTotal'>

/**
 * Whether the share may leave, as which bytes, and in how many records. Where the decision says that it waits, it leaves
 * only once a second person has approved it: that is for whoever asks.
 */
export async function judge(spooled: Spooled, means: JudgeMeans): Promise<{ ok: true; value: Judged } | ShareRefusal> {
  const definitions = await learn(spooled, means)
  if (!definitions.ok) return definitions
  let leftOut: Decision['leftOut'] = new Set()
  let looked: Looked
  // What refers to something that is left out may have to be left out itself.
  for (;;) {
    const read = await look(spooled, { ...means, definitions: definitions.value, leftOut })
    if (!read.ok) return read
    looked = read.value
    if (looked.decision.verdict === 'refused' || looked.decision.leftOut.size === leftOut.size) break
    leftOut = looked.decision.leftOut
    delete means.met
  }
  const { decision } = looked
  if (decision.verdict === 'refused') return refusedBy(decision, looked.remarks)
  if (decision.altered === 0) return leavingAs(spooled, looked, decision)

  const mended = await mend(spooled, { ...means, definitions: definitions.value, leftOut })
  if (!mended.ok) return mended
  if (mended.value.objects === 0) {
    const nothing = { code: 'release/nothing-left' as const, message: 'All of it is left out by rules of this house.' }
    return refusedBy({ ...decision, refusals: [nothing], refusalsTotal: 1 }, looked.remarks)
  }
  const { spooled: leaving } = mended.value
  const meaning = await learn(leaving, means)
  if (!meaning.ok) return meaning
  const { met: _, ...quietly } = means
  // Whose each object is was asked of it as it came.
  const asked = { passages: async (objects: readonly GoingObject[]) => objects.map(() => ({ lacking: [], by: [] })) }
  const again = await look(leaving, { ...quietly, ...asked, definitions: meaning.value, leftOut })
  if (!again.ok) return again
  const mendedAs = onceMended(decision, again.value.decision)
  if (mendedAs.verdict === 'refused') return refusedBy(mendedAs, again.value.remarks)
  // In the same order: an object that is left out stands in neither.
  return leavingAs(leaving, { ...again.value, goneBy: looked.goneBy }, mendedAs)
}

function refusedBy(decision: Decision, remarks: Remarks): ShareRefusal {
  const { refusals, refusalsTotal } = decision
  return { ...refusalOf(decision), refusals, refusalsTotal, looked: { decision, remarks } }
}

function leavingAs(
  leaving: Spooled,
  { objects, bytes, pieces, goneBy, remarks, tooLarge }: Looked,
  decision: Decision,
): { ok: true; value: Judged } | ShareRefusal {
  if (tooLarge !== undefined) return tooLarge
  if (objects === 0) return refuse('stix/empty', 'There is no object in this input; nothing left.')
  if (pieces.length > LIMITS.shareRecords) {
    return refuse(
      'release/too-large',
      `This share would need ${pieces.length} records and may have ${LIMITS.shareRecords}; share it in several pieces.`,
    )
  }
  return ok({ decision, leaving, objects, bytes, pieces, goneBy: goneBy.perRecord(pieces), remarks })
}

interface LookMeans extends JudgeMeans {
  definitions: MarkingDefinitions
  leftOut: Decision['leftOut']
}

interface Looked {
  decision: Decision
  objects: number
  bytes: number
  pieces: number[]
  goneBy: GoneByPlaces
  remarks: { errors: Remark[]; errorsTotal: number; warnings: Remark[]; warningsTotal: number }
  tooLarge: Refusal | undefined
}

/** One reading through the gate. */
async function look({ file, size }: Spooled, means: LookMeans): Promise<Result<Looked>> {
  const gate = new ReleaseGate(means.request, means.rules, means.definitions, means.leftOut)
  const pieces = new Pieces(means.limits.parts)
  const cutter = new PartCutter(means.limits.partBytes, () => NIL_UUID)
  const remarks: Looked['remarks'] = { errors: [], errorsTotal: 0, warnings: [], warningsTotal: 0 }
  let [objects, bytes] = [0, 0]
  let tooLarge: Refusal | undefined
  const unmatched: { decided: Decided; object: StixObject; source: Uint8Array; place: number }[] = []
  const goneBy = new GoneByPlaces()
  let leaves = 0
  const remark = (list: 'errors' | 'warnings', object: string, { path, message, section }: Omit<Remark, 'object'>) => {
    remarks[`${list}Total`]++
    if (remarks[list].length < REMARKS_TOLD) remarks[list].push({ object, path, message, section })
  }
  const together = new TogetherJudge()
  /** What was shared before under the same id and version must be the same: no reader would take the other. */
  const compare = async (): Promise<Result<undefined>> => {
    while (unmatched.length > 0) {
      const some = unmatched.splice(0, OBJECTS_PER_FOLD_MAX)
      const before = await means.sharedBefore(some.map(({ object }) => object))
      const passages = await means.passages(some.map(goingAs))
      const revoked = await means.revoked(some.map(({ object }) => object.id))
      for (const [i, { decided, object, place }] of some.entries()) {
        const { lacking, by } = passages[i] ?? { lacking: [], by: [] }
        if (lacking.length + by.length > 0 && !isCommon(object, means.rules.common)) {
          if (lacking.length > 0) {
            gate.refuseDecided(decided, ofOriginators(lacking))
            continue
          }
          gate.passBy(decided, by)
          goneBy.add(by, place)
        }
        if (revoked.has(object.id) && !object.revoked && decided.text !== null) {
          gate.refuseDecided(decided, afterRevoked())
          continue
        }
        const text = before[i]
        if (text === undefined || decided.text === null || sameContent(text, decided.text)) continue
        if (object.version !== null) gate.refuseDecided(decided, otherBytes(object.version))
        else remark('warnings', object.id, SHARED_BEFORE)
      }
    }
    return ok(undefined)
  }
  const take = (element: SplitElement) => {
    const object = element.ok ? readObject(element.source) : element
    means.met?.(object.ok ? object.value : undefined)
    if (!element.ok) return void gate.refuseUnreadable(element)
    if (!object.ok) return void gate.refuseUnreadable(object)
    const decided = gate.decide(object.value, element.source)
    const { id } = object.value
    objects++
    const { errors, warnings } = judgeObject(object.value)
    for (const error of errors) remark('errors', id, error)
    for (const warning of warnings) remark('warnings', id, warning)
    together.add(object.value, element.source.length)
    if (decided.text === null) return
    bytes += decided.text.length
    unmatched.push({ decided, object: object.value, source: element.source, place: leaves++ })
    const cut = cutter.add({ id, source: decided.text })
    if (!cut.ok) tooLarge ??= cut
    else if (cut.value !== undefined) pieces.add(cut.value.objects)
  }
  const read = await eachElement(file, size, means, take, compare)
  if (!read.ok) return read
  await compare()
  const bundle = read.value === undefined ? [] : [['bundle', judgeBundle(read.value)] as const]
  for (const [id, { errors, warnings }] of [...together.conclude(), ...bundle]) {
    for (const error of errors) remark('errors', id, error)
    for (const warning of warnings) remark('warnings', id, warning)
  }
  const last = cutter.end()
  if (last !== undefined) pieces.add(last.objects)
  return ok({ decision: gate.conclude(), objects, bytes, pieces: pieces.objects, goneBy, remarks, tooLarge })
}

/** As it came, and as it would leave where that is another text. */
function goingAs({ decided, object, source }: { decided: Decided; object: StixObject; source: Uint8Array }) {
  const { id, version } = object
  const all = decided.text === null || decided.text === source ? [source] : [source, decided.text]
  return { id, version, texts: () => all.flatMap((text) => fromUtf8(text) ?? []) }
}

/** What would leave of the share, as a bundle in a copy of its own. */
async function mend({ file, size }: Spooled, means: LookMeans): Promise<Result<{ spooled: Spooled; objects: number }>> {
  const gate = new ReleaseGate(means.request, means.rules, means.definitions, means.leftOut)
  const copy = await means.scratch()
  const due: Uint8Array[] = [utf8(`{"type":"bundle","id":"bundle--${NIL_UUID}","objects":[`)]
  let [objects, at] = [0, 0]
  const write = async (): Promise<Result<undefined>> => {
    for (const bytes of due.splice(0)) {
      await copy.write(bytes, at)
      at += bytes.length
    }
    return ok(undefined)
  }
  const take = (element: SplitElement) => {
    const object = element.ok ? readObject(element.source) : element
    const { text } =
      element.ok && object.ok
        ? gate.decide(object.value, element.source)
        : gate.refuseUnreadable({ code: '', message: '' })
    if (text === null) return
    if (objects++ > 0) due.push(utf8(','))
    due.push(text)
  }
  const read = await eachElement(file, size, { ...means, progress: () => {} }, take, write)
  if (!read.ok) return read
  due.push(utf8(']}'))
  await write()
  return ok({ spooled: { file: copy, size: at }, objects })
}

/** What the markings of the share mean: a definition may stand behind what it marks. */
async function learn({ file, size }: Spooled, means: JudgeMeans): Promise<Result<MarkingDefinitions>> {
  const definitions = new MarkingDefinitions(means.rules.equivalents)
  const take = (element: SplitElement) => {
    const object = element.ok && mayDefine(element.source) ? readObject(element.source) : undefined
    if (object?.ok) definitions.learn(object.value)
  }
  const read = await eachElement(file, size, { ...means, progress: () => {} }, take)
  return read.ok ? ok(definitions) : read
}

/** Whether it may be a marking definition; one that hides behind escapes is looked at too. */
function mayDefine({ buffer, byteOffset, length }: Uint8Array): boolean {
  const source = Buffer.from(buffer, byteOffset, length)
  return source.includes('"marking-definition"') || source.includes('\\u')
}

/** What the gate says of a share that is only tried. */
export interface Tried extends Remarks {
  /** Whether all of it would leave at once, but for what is redacted. */
  passes: boolean
  verdict: Verdict
  objects: number
  counts: Decision['counts']
  /** How many objects are cut or left out. */
  altered: number
  /** How many records it would be said in; 0 where it is refused. */
  records: number
  /** What happens with each object: the first that do not pass as they came, and the first that do. */
  told: readonly ObjectDecision[]
  /** Why it does not pass: the first reasons, and how many there are. */
  refusals: readonly ReleaseRefusal[]
  refusalsTotal: number
  /** Why it would wait for a second person. */
  waits: readonly ReleaseRefusal[]
  waitsTotal: number
  /** By whose consents what came from others would go on. */
  by: Decision['by']
}

/** A share that is no STIX at all, or too large to judge, is refused. */
export function triedOf(judged: Awaited<ReturnType<typeof judge>>): Result<Tried> {
  if (!judged.ok && judged.looked === undefined) return judged
  const seen = judged.ok ? judged.value : judged.looked
  if (seen === undefined) return refuse('release/unclear', 'The gate could not decide.')
  const { leftOut: _, ...decision } = seen.decision
  const records = judged.ok ? judged.value.pieces.length : 0
  return ok({ ...seen.remarks, ...decision, passes: judged.ok && decision.verdict !== 'waits', records })
}

/** Key order and white space make no other content. */
function sameContent(text: string, source: Uint8Array): boolean {
  const other = new TextDecoder().decode(source)
  return text === other || isDeepStrictEqual(JSON.parse(text), JSON.parse(other))
}

/** Counts objects by record: each record has at most so many parts. */
class Pieces {
  readonly objects: number[] = []
  private readonly partsPerRecord: number
  private parts = 0

  constructor(partsPerRecord: number) {
    this.partsPerRecord = partsPerRecord
  }

  add(objects: number): void {
    if (this.parts % this.partsPerRecord === 0) this.objects.push(0)
    this.objects[this.objects.length - 1] = (this.objects.at(-1) ?? 0) + objects
    this.parts++
  }
}

const NIL_UUID = '00000000-0000-4000-8000-000000000000'
