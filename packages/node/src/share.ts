// Sharing STIX of any size: a first reading of the whole decides, a second cuts the same bytes into parts, seals and
// says them in as few records as the agreement's limits allow. What is read twice is a private copy that nobody else
// can reach, so the bytes that leave are the bytes that were judged. Nothing leaves unless everything may.

import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BundleSplitter,
  PartCutter,
  ReleaseGate,
  type ReleaseRefusal,
  type ReleaseRequest,
  type ReleaseRules,
  readObject,
  type SplitElement,
} from '@countersign/intel'
import { ok, type Refusal, type Result, refuse, toHex } from '@countersign/log'
import { type Agreement } from '@countersign/pact'
import { STIX_MEDIA_TYPE } from '@countersign/record'
import { refusalOf } from './gate.ts'
import { LIMITS } from './limits.ts'
import type { PartToSeal } from './record-in-making.ts'

/** A refusal of the gate names the objects it is about. */
export interface ShareRefusal extends Refusal {
  refusals?: readonly ReleaseRefusal[]
  refusalsTotal?: number
}

export type ShareResult = { ok: true; value: Shared } | ShareRefusal

export interface Shared {
  /** The share's UUID, as each of its records names it. */
  share: string
  /** `origin#index`, in order. */
  records: string[]
  objects: number
  /** Breaks of the standard that were found, kept and passed on; the first of them, and how many there are. */
  warnings: { object: string; path: string; message: string }[]
  warningsTotal: number
}

export interface ShareMeans {
  request: ReleaseRequest
  rules: ReleaseRules
  limits: Agreement['limits']
  /** A private folder on the disk of the node. */
  spoolDir: string
  random(bytes: number): Uint8Array
  /** Begins a record of this share; its parts follow one by one. */
  begin(
    body: Record<string, unknown>,
  ): Result<{ seal(part: PartToSeal): Promise<void>; say(): Promise<Result<string>> }>
  progress?(stage: 'read' | 'said', done: number, total: number): void
}

const READ_BYTES = 65_536
const WARNINGS_TOLD = 100

export async function shareStix(input: AsyncIterable<Uint8Array>, means: ShareMeans): Promise<ShareResult> {
  const spooled = await spool(input, means)
  if (!spooled.ok) return spooled
  const { file, size } = spooled.value
  try {
    const judged = await judge(file, size, means)
    if (!judged.ok) return judged
    return await saySealed(file, size, judged.value, means)
  } finally {
    await file.close()
  }
}

/** Takes the input into a file that has no name any more: only this process reaches it, and a crash leaves nothing. */
async function spool(
  input: AsyncIterable<Uint8Array>,
  means: ShareMeans,
): Promise<Result<{ file: FileHandle; size: number }>> {
  const path = join(means.spoolDir, toHex(means.random(16)))
  const file = await open(path, 'wx+', 0o600)
  let isWhole = false
  try {
    await unlink(path)
    let size = 0
    for await (const chunk of input) {
      size += chunk.length
      if (size > LIMITS.shareBytes) {
        const message = `The input has more than the ${LIMITS.shareBytes} bytes that one share may have.`
        return refuse('release/too-large', message)
      }
      // All of it: a disk that fills up takes a part and says nothing.
      await file.appendFile(chunk)
    }
    isWhole = true
    return ok({ file, size })
  } finally {
    if (!isWhole) await file.close()
  }
}

interface Judged {
  objects: number
  /** How many objects stand in each record that will be said. */
  pieces: number[]
  warnings: Shared['warnings']
  warningsTotal: number
}

async function judge(
  file: FileHandle,
  size: number,
  means: ShareMeans,
): Promise<{ ok: true; value: Judged } | ShareRefusal> {
  const gate = new ReleaseGate(means.request, means.rules)
  const pieces = new Pieces(means.limits.parts)
  const cutter = new PartCutter(means.limits.partBytes, () => NIL_UUID)
  const judged: Judged = { objects: 0, pieces: [], warnings: [], warningsTotal: 0 }
  let tooLarge: Result<never> | undefined
  const read = await eachElement(file, size, means, (element) => {
    if (!element.ok) return gate.admitUnreadable(element)
    const object = readObject(element.source)
    if (!object.ok) return gate.admitUnreadable(object)
    gate.admit(object.value)
    const { id, warnings } = object.value
    judged.objects++
    judged.warningsTotal += warnings.length
    for (const { path, message } of warnings) {
      if (judged.warnings.length < WARNINGS_TOLD) judged.warnings.push({ object: id, path, message })
    }
    const cut = cutter.add({ id, source: element.source })
    if (!cut.ok) tooLarge ??= cut
    else if (cut.value !== undefined) pieces.add(cut.value.objects)
    return undefined
  })
  if (!read.ok) return read
  const decision = gate.conclude()
  if (!decision.passes) {
    return { ...refusalOf(decision), refusals: decision.refusals, refusalsTotal: decision.refusalsTotal }
  }
  if (tooLarge !== undefined) return tooLarge
  if (judged.objects === 0) return refuse('stix/empty', 'There is no object in this input; nothing left.')
  const last = cutter.end()
  if (last !== undefined) pieces.add(last.objects)
  return ok({ ...judged, pieces: pieces.objects })
}

async function saySealed(file: FileHandle, size: number, judged: Judged, means: ShareMeans): Promise<ShareResult> {
  const share = uuidOf(means.random(16))
  const records: string[] = []
  const ready: { bytes: Uint8Array; objects: number }[] = []
  const cutter = new PartCutter(means.limits.partBytes, () => uuidOf(means.random(16)))
  let making: { seal(part: PartToSeal): Promise<void>; say(): Promise<Result<string>> } | undefined
  let parts = 0

  const sayRecord = async (): Promise<Result<undefined>> => {
    const said = await making?.say()
    if (said?.ok === false) return said
    if (said !== undefined) records.push(said.value)
    making = undefined
    parts = 0
    means.progress?.('said', records.length, judged.pieces.length)
    return ok(undefined)
  }
  const sealReady = async (): Promise<Result<undefined>> => {
    for (const { bytes } of ready.splice(0)) {
      if (making === undefined) {
        const piece = records.length
        const objects = judged.pieces[piece] ?? 0
        const begun = means.begin({ share, piece: piece + 1, pieces: judged.pieces.length, objects })
        if (!begun.ok) return begun
        making = begun.value
      }
      await making.seal({ role: 'bundle', mediaType: STIX_MEDIA_TYPE, bytes })
      parts++
      if (parts < means.limits.parts) continue
      const said = await sayRecord()
      if (!said.ok) return said
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
  if (making !== undefined) {
    const said = await sayRecord()
    if (!said.ok) return said
  }
  const { objects, warnings, warningsTotal } = judged
  return ok({ share, records, objects, warnings, warningsTotal })
}

/** Reads the spooled input from its beginning; between two reads the event loop turns, and `between` may work. */
async function eachElement(
  file: FileHandle,
  size: number,
  means: Pick<ShareMeans, 'progress'>,
  take: (element: SplitElement) => void,
  between: () => Promise<Result<undefined>> = async () => ok(undefined),
): Promise<Result<undefined>> {
  const splitter = new BundleSplitter(take)
  for (let at = 0; at < size; ) {
    // A fresh buffer each time: the splitter may hand out views of it.
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(READ_BYTES, size - at)), 0, undefined, at)
    if (bytesRead === 0) break
    at += bytesRead
    const pushed = splitter.push(buffer.subarray(0, bytesRead))
    if (!pushed.ok) return pushed
    const worked = await between()
    if (!worked.ok) return worked
    means.progress?.('read', at, size)
  }
  const ended = splitter.end()
  return ended.ok ? ok(undefined) : ended
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
function uuidOf(random: Uint8Array): string {
  const bytes = Uint8Array.from(random)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
