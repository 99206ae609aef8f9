/**
 * Groups objects into STIX 2.1 bundles of a bounded size, so that a large share fits the content parts an agreement
 * permits. Objects are never cut, reordered or rewritten: each stands in its bundle byte for byte as it came. Trusts
 * that every source is one whole JSON object, as the splitter gives it.
 */

import { ok, type Result, refuse, utf8 } from '@countersign/log'

/** One object on its way out; the id only serves to name it. */
export interface OutgoingObject {
  readonly id: string
  readonly source: Uint8Array
}

/** One bundle: its bytes and how many objects stand in it. */
export interface Part {
  readonly bytes: Uint8Array
  readonly objects: number
}

/**
 * Fills one bundle after the other. `add` gives back a finished part when the object did not fit beside the earlier
 * ones, `end` the last part. `nextBundleId` gives a fresh UUID for each bundle.
 */
export class PartCutter {
  readonly #partBytes: number
  readonly #nextBundleId: () => string
  #open = new Uint8Array(0)
  #length = 0
  #objects = 0

  constructor(partBytes: number, nextBundleId: () => string) {
    this.#partBytes = partBytes
    this.#nextBundleId = nextBundleId
  }

  /** Refuses an object that no part could hold, with `release/object-too-large`; earlier objects stay as they are. */
  add(object: OutgoingObject): Result<Part | undefined> {
    const alone = HEAD_BYTES + object.source.length + TAIL.length
    if (alone > this.#partBytes) {
      const message = `The object ${object.id} has ${object.source.length} bytes and fits no part of ${this.#partBytes} bytes.`
      return refuse('release/object-too-large', message)
    }
    const fits =
      this.#objects > 0 && this.#length + COMMA.length + object.source.length + TAIL.length <= this.#partBytes
    const finished = fits ? undefined : this.#close()
    if (fits) {
      this.#write(COMMA)
    } else {
      this.#open = new Uint8Array(Math.min(this.#partBytes, 65_536))
      this.#write(utf8(`{"type":"bundle","id":"bundle--${this.#nextBundleId()}","objects":[`))
      if (this.#length !== HEAD_BYTES) throw new Error('A bundle id must be a UUID of 36 characters.')
    }
    this.#write(object.source)
    this.#objects++
    return ok(finished)
  }

  /** The last part; undefined if nothing was added since the one before. */
  end(): Part | undefined {
    return this.#close()
  }

  #close(): Part | undefined {
    if (this.#objects === 0) return undefined
    this.#write(TAIL)
    const part = { bytes: this.#open.subarray(0, this.#length), objects: this.#objects }
    this.#open = new Uint8Array(0)
    this.#length = 0
    this.#objects = 0
    return part
  }

  #write(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#open.length) {
      const larger = new Uint8Array(Math.max(length, Math.min(2 * this.#open.length, this.#partBytes)))
      larger.set(this.#open.subarray(0, this.#length))
      this.#open = larger
    }
    this.#open.set(bytes, this.#length)
    this.#length = length
  }
}

/** The parts of objects at hand, one by one; ends with a refusal at the first object that no part could hold. */
export function* cutIntoParts(
  objects: Iterable<OutgoingObject>,
  partBytes: number,
  nextBundleId: () => string,
): Generator<Result<Part>, void, undefined> {
  const cutter = new PartCutter(partBytes, nextBundleId)
  for (const object of objects) {
    const added = cutter.add(object)
    if (!added.ok) return yield added
    if (added.value !== undefined) yield ok(added.value)
  }
  const last = cutter.end()
  if (last !== undefined) yield ok(last)
}

const HEAD_BYTES = '{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":['.length
const COMMA = utf8(',')
const TAIL = utf8(']}')
