// What is to be shared: files and texts that were taken, and which of their objects an officer left out. Objects are
// numbered through all sources in order. What is sent is cut from the sources as they are, to the byte.

import { MARK, type Taken } from './protocol.ts'

export interface Source {
  key: number
  name: string
  taken: Taken
}

export interface Draft {
  sources: readonly Source[]
  leftOut: ReadonlySet<number>
  /** Another one for everything that may be sent otherwise. */
  version: string
}

export function emptyDraft(): Draft {
  return { sources: [], leftOut: new Set(), version: crypto.randomUUID() }
}

export function withSource({ sources, leftOut }: Draft, source: Source): Draft {
  return { sources: [...sources, source], leftOut, version: crypto.randomUUID() }
}

export function withLeftOut({ sources, leftOut }: Draft, objects: Iterable<number>, isOut: boolean): Draft {
  const changed = new Set(leftOut)
  for (const object of objects) {
    if (isOut) changed.add(object)
    else changed.delete(object)
  }
  return { sources, leftOut: changed, version: crypto.randomUUID() }
}

export function objectsOf({ sources }: Pick<Draft, 'sources'>): number {
  return sources.reduce((sum, { taken }) => sum + taken.marks.length, 0)
}

/** Where an object stands: its source, and which of it. */
export function placeOf({ sources }: Pick<Draft, 'sources'>, object: number): { source: Source; index: number } {
  let index = object
  for (const source of sources) {
    if (index < source.taken.marks.length) return { source, index }
    index -= source.taken.marks.length
  }
  throw new RangeError(`There is no object ${object}.`)
}

/** The objects of which this holds, in order. */
export function objectsWhere(draft: Draft, holds: (mark: number, object: number) => boolean): number[] {
  const found: number[] = []
  let object = 0
  for (const { taken } of draft.sources) {
    for (const mark of taken.marks) {
      if (holds(mark, object)) found.push(object)
      object++
    }
  }
  return found
}

/** Those that are neither left out nor readable. */
export function unreadableIn(draft: Draft): number[] {
  return objectsWhere(draft, (mark, object) => mark === MARK.unreadable && !draft.leftOut.has(object))
}

/** What is sent: the one source itself where nothing is left out of it, else a bundle of what is not. */
export function bytesToSend({ sources, leftOut }: Draft): Blob {
  const [only] = sources
  if (sources.length === 1 && only !== undefined && leftOut.size === 0) return only.taken.blob
  const parts: (Blob | string)[] = [`{"type":"bundle","id":"bundle--${crypto.randomUUID()}","objects":[`]
  let first = 0
  for (const { taken } of sources) {
    for (const [from, to] of runs(taken.marks.length, (index) => !leftOut.has(first + index))) {
      if (parts.length > 1) parts.push(',')
      const end = (taken.offsets[to] ?? 0) + (taken.lengths[to] ?? 0)
      parts.push(taken.blob.slice(taken.offsets[from], end))
    }
    first += taken.marks.length
  }
  parts.push(']}')
  return new Blob(parts)
}

/** First and last of each run of neighbours; what stands between two of them in the file is a comma and white space. */
function* runs(length: number, isIn: (index: number) => boolean): Generator<[from: number, to: number]> {
  let from = -1
  for (let index = 0; index <= length; index++) {
    const is = index < length && isIn(index)
    if (is && from < 0) from = index
    if (is || from < 0) continue
    yield [from, index - 1]
    from = -1
  }
}
