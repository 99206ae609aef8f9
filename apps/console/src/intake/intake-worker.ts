// The worker that reads what is to be shared: STIX in chunks, one object at a time, judged by the rules that the node
// itself uses; MISP events are made STIX first. Nothing is sent anywhere.

import {
  BundleSplitter,
  bundleOfMisp,
  checkPattern,
  INTEL_LIMITS,
  judgeBundle,
  judgeObject,
  parsePattern,
  pointAt,
  readObject,
  type StixObject,
  searchName,
  TogetherJudge,
  validateObject,
} from '@countersign/intel'
import {
  type Answers,
  type Asked,
  type DraftRow,
  MARK,
  type MispTaken,
  type PatternRemark,
  type Remark,
  type Taken,
} from './protocol.ts'

const TOLD = 200
const TELL_EVERY_BYTES = 1_048_576

interface Kept {
  taken: Taken
  unreadable: Map<number, string>
  /** What is said of objects together, by id. */
  together: ReturnType<TogetherJudge['conclude']>
}

const sources = new Map<number, Kept>()

addEventListener('message', async (event: MessageEvent<Asked & { n: number }>) => {
  const { n, ...asked } = event.data
  try {
    postMessage({ n, answer: await answerTo(asked, (done, total) => postMessage({ n, done, total })) })
  } catch (cause) {
    postMessage({ n, broken: String(cause) })
  }
})

async function answerTo(asked: Asked, tell: (done: number, total: number) => void): Promise<Answers[keyof Answers]> {
  if (asked.kind === 'pattern') return patternRemarks(asked.text)
  if (asked.kind === 'rows') return rowsOf(asked.source, asked.indexes)
  const read = await readAny(asked.blob, tell)
  if (!read.ok) return read
  sources.set(asked.source, read.kept)
  return { ok: true, value: read.kept.taken }
}

type Read = { ok: true; kept: Kept } | { ok: false; message: string }

async function readAny(blob: Blob, tell: (done: number, total: number) => void): Promise<Read> {
  if (blob.size > INTEL_LIMITS.bundleBytes) {
    return { ok: false, message: 'It has more than a gigabyte, and so much is not shared at once. Split it.' }
  }
  const stix = await readStix(blob, tell)
  if (stix.ok || blob.size > INTEL_LIMITS.mispBytes) return stix
  const made = bundleOfMisp(new Uint8Array(await blob.arrayBuffer()))
  if (!made.ok) {
    const isMisp = made.code !== 'misp/no-event' && !made.code.startsWith('json/')
    return isMisp ? { ok: false, message: made.message } : stix
  }
  const of = await readStix(new Blob([made.value.text]), tell)
  if (!of.ok) return of
  const notices = made.value.events.flatMap(({ carried, leftOut }) => [...carried, ...leftOut])
  const misp: MispTaken = {
    events: made.value.events.length,
    attributes: made.value.events.reduce((sum, { figures }) => sum + figures.attributes, 0),
    mapped: made.value.events.reduce((sum, { figures }) => sum + figures.mapped, 0),
    notices: notices.slice(0, TOLD).map(({ path, what, why }) => `${path} ${what}: ${why}`.trim()),
    noticesTotal: notices.length,
  }
  of.kept.taken.misp = misp
  return of
}

async function readStix(blob: Blob, tell: (done: number, total: number) => void): Promise<Read> {
  const offsets: number[] = []
  const lengths: number[] = []
  const marks: number[] = []
  const unreadable = new Map<number, string>()
  const places = new Map<string, number[]>()
  const judge = new TogetherJudge()
  const splitter = new BundleSplitter((element) => {
    offsets.push(element.offset)
    const object = element.ok ? readObject(element.source) : element
    if (!object.ok) {
      lengths.push(0)
      marks.push(MARK.unreadable)
      if (unreadable.size < TOLD) unreadable.set(element.index, object.message)
      return
    }
    const size = element.ok ? element.source.length : 0
    lengths.push(size)
    const { errors, warnings } = judgeObject(object.value)
    marks.push(errors.length > 0 ? MARK.broken : warnings.length > 0 ? MARK.advice : MARK.fine)
    judge.add(object.value, size)
    notePlace(places, object.value, element.index)
  })
  let done = 0
  let told = 0
  for await (const chunk of chunksOf(blob)) {
    const fine = splitter.push(chunk)
    if (!fine.ok) return fine
    done += chunk.length
    if (done - told < TELL_EVERY_BYTES) continue
    told = done
    tell(done, blob.size)
  }
  const ended = splitter.end()
  if (!ended.ok) return ended
  if (offsets.length === 0) return { ok: false, message: 'There is no object in it, so there is nothing to share.' }
  const together = judge.conclude()
  for (const [id, { errors, warnings }] of together) {
    const mark = errors.length > 0 ? MARK.broken : warnings.length > 0 ? MARK.advice : MARK.fine
    for (const index of places.get(id) ?? []) marks[index] = Math.max(marks[index] ?? 0, mark)
  }
  const { errors, warnings } = splitter.bundle === undefined ? NOTHING : judgeBundle(splitter.bundle)
  const taken: Taken = {
    blob,
    offsets: Float64Array.from(offsets),
    lengths: Uint32Array.from(lengths),
    marks: Uint8Array.from(marks),
    errors: errors.map(remarkOf),
    warnings: warnings.map(remarkOf),
  }
  return { ok: true, kept: { taken, unreadable, together } }
}

const NOTHING = { errors: [], warnings: [] }

/** As far as objects are judged together at all. */
function notePlace(places: Map<string, number[]>, { id }: StixObject, index: number): void {
  if (places.size >= INTEL_LIMITS.togetherObjects) return
  const known = places.get(id)
  if (known === undefined) places.set(id, [index])
  else known.push(index)
}

async function* chunksOf(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

async function rowsOf(source: number, indexes: number[]): Promise<DraftRow[]> {
  const kept = sources.get(source)
  if (kept === undefined) return []
  return Promise.all(indexes.map((index) => rowOf(kept, index)))
}

async function rowOf({ taken, unreadable, together }: Kept, index: number): Promise<DraftRow> {
  const offset = taken.offsets[index] ?? 0
  const length = taken.lengths[index] ?? 0
  const why = unreadable.get(index) ?? 'It cannot be read as a STIX object.'
  const none = { id: '', type: '', name: '', errors: [], warnings: [] }
  if (length === 0) return { ...none, unreadable: why }
  const source = new Uint8Array(await taken.blob.slice(offset, offset + length).arrayBuffer())
  const { object, errors, warnings } = validateObject(source)
  // A file that was changed on the disk after it was chosen.
  if (object === undefined) return { ...none, unreadable: errors[0]?.message ?? why }
  const others = together.get(object.id)
  return {
    id: object.id,
    type: object.type,
    name: searchName(object) ?? '',
    errors: [...errors, ...(others?.errors ?? [])].map(remarkOf),
    warnings: [...warnings, ...(others?.warnings ?? [])].map(remarkOf),
  }
}

/** The first fault of its grammar; of a pattern that can be read, every rule that it breaks. */
function patternRemarks(text: string): PatternRemark[] {
  const parsed = parsePattern(text)
  const faults = parsed.ok ? checkPattern(parsed.value) : [{ ...parsed, severity: 'error' }]
  return faults.map(({ severity, message, at }) => ({
    ...{ isError: severity === 'error', message, shown: pointAt(text, { at }) },
    ...{ offset: at.offset, length: at.length, line: at.line, column: at.column },
  }))
}

function remarkOf({ path, message, section }: Remark): Remark {
  return { path, message, section }
}
