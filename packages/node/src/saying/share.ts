// Sharing STIX of any size: a first reading of the whole decides, a second cuts the same bytes into parts and seals them
// for as few records as the agreement's limits allow; then all of these are said at once. What is read twice is a private
// copy that nobody else can reach, so the bytes that leave are the bytes that were judged. Nothing leaves unless
// everything may, and then everything does.

import { isDeepStrictEqual } from 'node:util'
import {
  BundleSplitter,
  judgeBundle,
  judgeObject,
  MarkingDefinitions,
  type ObjectDecision,
  PartCutter,
  ReleaseGate,
  type ReleaseRefusal,
  type ReleaseRequest,
  type ReleaseRules,
  readObject,
  type SplitElement,
  type StixObject,
  TogetherJudge,
} from '@countersign/intel'
import type { DiskFile } from '@countersign/ledger'
import { ok, type Refusal, type Result, refuse, toHex } from '@countersign/log'
import { type Agreement } from '@countersign/pact'
import { STIX_MEDIA_TYPE } from '@countersign/record'
import { OBJECTS_PER_FOLD_MAX } from '@countersign/views'
import type { GiveWay } from '../folding/right-of-way.ts'
import { LIMITS } from '../limits.ts'
import { refusalOf } from '../releasing/decide.ts'
import { RecordInMaking } from './record-in-making.ts'

/** A refusal of the gate names the objects it is about. */
export interface ShareRefusal extends Refusal {
  refusals?: readonly ReleaseRefusal[]
  refusalsTotal?: number
  /** What was found of the objects besides. */
  looked?: { objects: number; remarks: Remarks }
}

export type ShareResult = { ok: true; value: Shared } | ShareRefusal

export interface Shared {
  /** `held-here`: kept, and said once the start-up check of the log is over. */
  state: 'said' | 'held-here'
  /** Whose copies of our log are still awaited, where it is held here. */
  awaited: string[]
  /** The share's UUID, as each of its records names it. */
  share: string
  /** `origin#index`, in order; none while it is held here. */
  records: string[]
  objects: number
  /** Where STIX 2.1 is broken, kept and passed on as it came; the first of them, and how many there are. */
  errors: Remark[]
  errorsTotal: number
  /** Where its advice is not followed, or something may be meant otherwise. */
  warnings: Remark[]
  warningsTotal: number
}

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
  progress?(stage: 'read' | 'said', done: number, total: number): void
  met?(object: { id: string; version: string | null } | undefined): void
}

export interface ShareMeans extends JudgeMeans {
  share: string
  random(bytes: number): Uint8Array
  /** Begins a record of this share; its parts follow one by one. */
  begin(body: Record<string, unknown>): Result<RecordInMaking>
  /** A refusal where the node or the log ended meanwhile. */
  mayGoOn(): Result<undefined>
}

/** The private copy that is read twice. */
export interface Spooled {
  file: DiskFile
  size: number
}

const READ_BYTES = 65_536
const REMARKS_TOLD = 100
const SHARED_BEFORE = {
  ...{ path: 'id', section: '' },
  message: 'Another content was shared before under this id; readers keep the first.',
}

/** Takes the input into `file`, up to `bytesMax`. Closes it where that fails. */
export async function spool(
  input: AsyncIterable<Uint8Array>,
  file: DiskFile,
  bytesMax: number,
): Promise<Result<Spooled>> {
  let size = 0
  let isWhole = false
  try {
    for await (const chunk of input) {
      size += chunk.length
      if (size > bytesMax) {
        return refuse('release/too-large', `The input has more than the ${bytesMax} bytes that may be taken here.`)
      }
      await file.write(chunk, size - chunk.length)
    }
    isWhole = true
    return ok({ file, size })
  } finally {
    if (!isWhole) await file.close()
  }
}

export interface Judged {
  objects: number
  /** How many objects stand in each record that will be said. */
  pieces: number[]
  remarks: Remarks
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

type Remarks = Pick<Shared, 'errors' | 'errorsTotal' | 'warnings' | 'warningsTotal'>

/** The first reading: whether all of it may leave, and in how many records. */
export async function judge(
  { file, size }: Spooled,
  means: JudgeMeans,
): Promise<{ ok: true; value: Judged } | ShareRefusal> {
  const learned = await learn({ file, size }, means)
  if (!learned.ok) return learned
  const gate = new ReleaseGate(means.request, means.rules, learned.value)
  const pieces = new Pieces(means.limits.parts)
  const cutter = new PartCutter(means.limits.partBytes, () => NIL_UUID)
  const remarks: Remarks = { errors: [], errorsTotal: 0, warnings: [], warningsTotal: 0 }
  const judged: Judged = { objects: 0, pieces: [], remarks }
  let tooLarge: Result<never> | undefined
  const unmatched: { decided: ObjectDecision; object: StixObject; source: Uint8Array }[] = []
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
      for (const [i, { decided, object, source }] of some.entries()) {
        const text = before[i]
        if (text === undefined || sameContent(text, source)) continue
        if (object.version !== null) gate.refuseOtherBytes(decided, object.version)
        else remark('warnings', object.id, SHARED_BEFORE)
      }
    }
    return ok(undefined)
  }
  const read = await eachElement(
    file,
    size,
    means,
    (element) => {
      const object = element.ok ? readObject(element.source) : element
      means.met?.(object.ok ? object.value : undefined)
      if (!element.ok) return void gate.refuseUnreadable(element)
      if (!object.ok) return void gate.refuseUnreadable(object)
      const decided = gate.decide(object.value)
      const { id } = object.value
      judged.objects++
      const { errors, warnings } = judgeObject(object.value)
      for (const error of errors) remark('errors', id, error)
      for (const warning of warnings) remark('warnings', id, warning)
      together.add(object.value, element.source.length)
      unmatched.push({ decided, object: object.value, source: element.source })
      const cut = cutter.add({ id, source: element.source })
      if (!cut.ok) tooLarge ??= cut
      else if (cut.value !== undefined) pieces.add(cut.value.objects)
      return undefined
    },
    compare,
  )
  if (!read.ok) return read
  await compare()
  const bundle = read.value === undefined ? [] : [['bundle', judgeBundle(read.value)] as const]
  for (const [id, { errors, warnings }] of [...together.conclude(), ...bundle]) {
    for (const error of errors) remark('errors', id, error)
    for (const warning of warnings) remark('warnings', id, warning)
  }
  const decision = gate.conclude()
  if (decision.verdict === 'refused') {
    const { objects, refusals, refusalsTotal } = decision
    return { ...refusalOf(decision), refusals, refusalsTotal, looked: { objects, remarks: judged.remarks } }
  }
  if (tooLarge !== undefined) return tooLarge
  if (judged.objects === 0) return refuse('stix/empty', 'There is no object in this input; nothing left.')
  const last = cutter.end()
  if (last !== undefined) pieces.add(last.objects)
  if (pieces.objects.length > LIMITS.shareRecords) {
    return refuse(
      'release/too-large',
      `This share would need ${pieces.objects.length} records and may have ${LIMITS.shareRecords}; share it in several pieces.`,
    )
  }
  return ok({ ...judged, pieces: pieces.objects })
}

/** What the gate says of a share that is only tried. */
export interface Tried extends Remarks {
  passes: boolean
  objects: number
  /** How many records it would be said in; 0 where it does not pass. */
  records: number
  /** Why it does not pass: the first reasons, and how many there are. */
  refusals: readonly ReleaseRefusal[]
  refusalsTotal: number
}

/** A share that is no STIX at all, or too large to judge, is refused. */
export function triedOf(judged: Awaited<ReturnType<typeof judge>>): Result<Tried> {
  if (judged.ok) {
    const { pieces, objects, remarks } = judged.value
    return ok({ ...remarks, passes: true, objects, records: pieces.length, refusals: [], refusalsTotal: 0 })
  }
  const { looked, refusals, refusalsTotal = 0 } = judged
  if (refusals === undefined || looked === undefined) return judged
  return ok({ ...looked.remarks, passes: false, objects: looked.objects, records: 0, refusals, refusalsTotal })
}

/** The second reading: cut, sealed, each part durable; then all records of the share are said at once. */
export async function sayJudged({ file, size }: Spooled, judged: Judged, means: ShareMeans): Promise<ShareResult> {
  const { share } = means
  const makings: RecordInMaking[] = []
  const ready: { bytes: Uint8Array; objects: number }[] = []
  const cutter = new PartCutter(means.limits.partBytes, () => uuidOf(means.random(16)))
  const total = judged.pieces.length
  let parts = 0

  const sealReady = async (): Promise<Result<undefined>> => {
    for (const { bytes } of ready.splice(0)) {
      const goOn = means.mayGoOn()
      if (!goOn.ok) return goOn
      if (parts % means.limits.parts === 0) {
        const piece = makings.length
        const begun = means.begin({ share, piece: piece + 1, pieces: total, objects: judged.pieces[piece] ?? 0 })
        if (!begun.ok) return begun
        makings.push(begun.value)
        means.progress?.('said', piece, total)
      }
      await makings.at(-1)?.seal({ role: 'bundle', mediaType: STIX_MEDIA_TYPE, bytes })
      parts++
    }
    return ok(undefined)
  }

  let refused: Result<never> | undefined
  const read = await eachElement(
    file,
    size,
    { ...means, progress: () => {} },
    (element) => {
      if (!element.ok || refused !== undefined) return
      const object = readObject(element.source)
      const cut = object.ok ? cutter.add({ id: object.value.id, source: element.source }) : object
      if (!cut.ok) refused = cut
      else if (cut.value !== undefined) ready.push(cut.value)
    },
    sealReady,
  )
  if (!read.ok) return read
  if (refused !== undefined) return refused
  const last = cutter.end()
  if (last !== undefined) ready.push(last)
  const sealed = await sealReady()
  if (!sealed.ok) return sealed
  const goOn = means.mayGoOn()
  if (!goOn.ok) return goOn
  const said = await RecordInMaking.sayAll(makings)
  if (!said.ok) return said
  means.progress?.('said', total, total)
  const { objects, remarks } = judged
  return ok({ state: 'said', awaited: [], share, records: said.value, objects, ...remarks })
}

/** Reads the spooled input from its beginning; between two reads the event loop turns, and `between` may work. */
async function eachElement(
  file: DiskFile,
  size: number,
  means: Pick<JudgeMeans, 'progress' | 'giveWay'>,
  take: (element: SplitElement) => void,
  between: () => Promise<Result<undefined>> = async () => ok(undefined),
): Promise<Result<BundleSplitter['bundle']>> {
  const splitter = new BundleSplitter(take)
  for (let at = 0; at < size; ) {
    const bytes = await file.read(at, Math.min(READ_BYTES, size - at))
    if (bytes.length === 0) break
    at += bytes.length
    const pushed = splitter.push(bytes)
    if (!pushed.ok) return pushed
    const worked = await between()
    if (!worked.ok) return worked
    means.progress?.('read', at, size)
    await means.giveWay()
  }
  const ended = splitter.end()
  return ended.ok ? ok(splitter.bundle) : ended
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

/** A random UUID (RFC 9562 section 5.4) of 16 random bytes. */
export function uuidOf(random: Uint8Array): string {
  const bytes = Uint8Array.from(random)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
