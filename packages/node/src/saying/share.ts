// Sharing STIX of any size: what the gate let pass is read once more, cut into parts and sealed for as few records as the
// agreement's limits allow; then all of these are said at once. What is read is the private copy that was judged
// (judging.ts), so the bytes that leave are the bytes that passed. Nothing leaves unless everything may.

import { type ObjectDecision, PartCutter, type ReleaseRefusal, readObject } from '@countersign/intel'
import { ok, type Result, toHex } from '@countersign/log'
import { STIX_MEDIA_TYPE } from '@countersign/record'
import type { GoneByInRecord } from './gone-by.ts'
import type { Judged, JudgeMeans, Remark, Remarks, ShareRefusal } from './judging.ts'
import { RecordInMaking } from './record-in-making.ts'
import { eachElement } from './spooled.ts'

export type ShareResult = { ok: true; value: Shared } | ShareRefusal

/** `waits`: for a second person. `ended`: it waited so, and was not approved. `unknown`: never said, or refused. */
export type ShareState = 'held-here' | 'waits' | 'said' | 'ended' | 'unknown'

export interface Shared {
  /** `held-here`: kept, and said once the start-up check of the log is over. `waits`: kept until a second person approves. */
  state: 'said' | 'held-here' | 'waits'
  /** Whose copies of our log are still awaited, where it is held here. */
  awaited: string[]
  /** The share's UUID, as each of its records names it. */
  share: string
  /** `origin#index`, in order; none while it is held here, or waits. */
  records: string[]
  /** Why it waits: the first reasons, and how many there are. */
  waits: readonly ReleaseRefusal[]
  waitsTotal: number
  objects: number
  /** It was asked for before under this UUID; what was sent now was not read. */
  saidBefore?: boolean
  /** What the gate cut or left out: the first of it, and how many objects it is. */
  redacted: ObjectDecision[]
  redactedTotal: number
  /** Where STIX 2.1 is broken, kept and passed on as it came; the first of them, and how many there are. */
  errors: Remark[]
  errorsTotal: number
  /** Where its advice is not followed, or something may be meant otherwise. */
  warnings: Remark[]
  warningsTotal: number
}

export interface ShareMeans extends JudgeMeans {
  share: string
  random(bytes: number): Uint8Array
  /** Begins a record of this share; its parts follow one by one. */
  begin(body: Record<string, unknown>, goneBy: readonly GoneByInRecord[]): Result<RecordInMaking>
  /** A refusal where the node or the log ended meanwhile. */
  mayGoOn(): Result<undefined>
}

/** The last reading: cut, sealed, each part durable; then all records of the share are said at once. */
export async function sayJudged(judged: Judged, means: ShareMeans): Promise<ShareResult> {
  const { share } = means
  const { file, size } = judged.leaving
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
        const body = { share, piece: piece + 1, pieces: total, objects: judged.pieces[piece] ?? 0 }
        const begun = means.begin(body, judged.goneBy[piece] ?? [])
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
  return ok({ state: 'said', awaited: [], share, records: said.value, ...outcomeOf(judged) })
}

/** What is told of a share that may leave. */
export function outcomeOf({
  decision,
  objects,
  remarks,
}: Judged): Remarks & Pick<Shared, 'objects' | 'redacted' | 'redactedTotal' | 'waits' | 'waitsTotal'> {
  const redacted = decision.told.filter(({ cut, leftOut }) => leftOut || cut.length > 0)
  const { altered, waits, waitsTotal } = decision
  return { objects, redacted, redactedTotal: altered, waits, waitsTotal, ...remarks }
}

/** A random UUID (RFC 9562 section 5.4) of 16 random bytes. */
export function uuidOf(random: Uint8Array): string {
  const bytes = Uint8Array.from(random)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
