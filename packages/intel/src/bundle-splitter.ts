/**
 * Cuts a STIX 2.1 bundle, a TAXII envelope or a single bare STIX object, given in chunks of any size, into its objects:
 * each as the exact bytes it had, in their order, never parsing the whole and never holding more than one object. The
 * JSON is checked strictly as it goes. An object that is faulty by itself (a repeated key, half a surrogate pair, too
 * deep, too large, no object at all) is told and the rest goes on; what is not JSON, or no bundle, refuses the whole.
 * Trusts nothing: what was emitted before a refusal must not be used until `end()` has said ok.
 */

import { fromUtf8, ok, type Refusal, type Result, refuse } from '@countersign/log'
import { checkJson, type JsonFault } from '@countersign/record'
import { LIMITS } from './limits.ts'
import type { Properties } from './properties.ts'

export interface SplitLimits {
  /** Bytes of one object, and of all that stands outside the objects. */
  readonly objectBytes: number
  readonly objectDepth: number
  readonly bundleObjects: number
  readonly bundleBytes: number
}

/** `index` from 0 over all elements; `offset` of its first byte in the input. */
export type SplitElement =
  | { readonly ok: true; readonly index: number; readonly offset: number; readonly source: Uint8Array }
  | {
      readonly ok: false
      readonly index: number
      readonly offset: number
      readonly code: string
      readonly message: string
    }

export interface SplitSummary {
  readonly form: 'bundle' | 'envelope' | 'object'
  /** All elements, the faulty ones too. */
  readonly objects: number
  readonly faulty: number
  /** Of a TAXII envelope: whether the server holds more. */
  readonly more: boolean
}

/** Splits an input that is all in memory. As `BundleSplitter`, in one call. */
export function splitBundle(
  bytes: Uint8Array,
  limits: Partial<SplitLimits>,
  emit: (element: SplitElement) => void,
): Result<SplitSummary> {
  const splitter = new BundleSplitter(emit, limits)
  splitter.push(bytes)
  return splitter.end()
}

/**
 * Takes the input by `push`, then `end`. `emit` is called during `push` (for a bare object during `end`); a `source`
 * may be a view of the chunk given, so copy it before the chunk's memory is used again. After a refusal everything
 * further answers the same. Codes: `json/…` of the scan with the offset in the message, `stix/not-a-bundle`,
 * `stix/spec-version`, `stix/too-many-objects`.
 */
export class BundleSplitter {
  readonly #emit: (element: SplitElement) => void
  readonly #limits: SplitLimits
  #refusal: Refusal | undefined
  /** Bytes of all chunks before the present one. */
  #before = 0
  #state: State = 'start'
  #objects = 0
  #faulty = 0
  #bundle: Properties | undefined
  /** All bytes outside the list of objects: small, checked as one JSON text at the end. */
  readonly #frame: Gathered
  #frameOffset = 0
  #keyStart = 0
  #key = ''
  #valueStart = 0
  #type: unknown
  #specVersion: unknown
  #list: { readonly framePlace: number; readonly from: number; to: number } | undefined
  /** The element or value being read: how deep we are in it, and whether in a string, right after a backslash. */
  #depth = 0
  #inString = false
  #escaped = false
  #elementOffset = 0
  readonly #element: Gathered

  constructor(emit: (element: SplitElement) => void, limits: Partial<SplitLimits> = {}) {
    this.#emit = emit
    this.#limits = { ...LIMITS, ...limits }
    this.#frame = new Gathered(this.#limits.objectBytes)
    this.#element = new Gathered(this.#limits.objectBytes)
  }

  push(chunk: Uint8Array): Result<undefined> {
    if (this.#refusal === undefined && this.#before + chunk.length > this.#limits.bundleBytes) {
      this.#refuse('json/too-large', `The input is larger than the ${this.#limits.bundleBytes} bytes that are taken.`)
    }
    let i = 0
    while (i < chunk.length && this.#refusal === undefined) {
      i = this.#state === 'element' ? this.#inElement(chunk, i) : this.#step(chunk, i)
    }
    this.#before += chunk.length
    return this.#refusal ?? ok(undefined)
  }

  /** After `end`, of a bundle: its properties without the objects. Undefined of anything else. */
  get bundle(): Properties | undefined {
    return this.#bundle
  }

  end(): Result<SplitSummary> {
    if (this.#refusal === undefined && this.#state !== 'done') this.#syntax(this.#before, 'it ends too early')
    if (this.#refusal !== undefined) return this.#refusal
    const concluded = this.#conclude()
    if (!concluded.ok) this.#refusal = concluded
    return concluded
  }

  #refuse(code: string, message: string): void {
    this.#refusal ??= refuse(code, message)
  }

  #syntax(offset: number, what: string): void {
    this.#refuse('json/syntax', `The input is not JSON: ${what} (byte ${offset}).`)
  }

  /** One byte outside the elements, or a run of them; gives the index of the next. */
  #step(chunk: Uint8Array, i: number): number {
    const c = chunk[i] ?? 0
    if (this.#state === 'in-key' || this.#state === 'in-value') return this.#inFrame(chunk, i)
    if (isSpace(c)) {
      if (this.#state !== 'start' && this.#state !== 'done' && !IN_LIST.has(this.#state))
        this.#keepFrame(chunk, i, i + 1)
      return i + 1
    }
    switch (this.#state) {
      case 'start':
        if (c === OBJECT_OPEN) {
          this.#frameOffset = this.#before + i
          this.#keepFrame(chunk, i, i + 1)
          this.#state = 'key-or-end'
        } else if (STARTS_OTHER_JSON.includes(c)) {
          this.#refuse(
            'stix/not-a-bundle',
            'This is no STIX bundle, TAXII envelope or STIX object: a JSON object is expected.',
          )
        } else if (c >= 0x80) {
          this.#refuse('json/not-utf8', 'The input does not begin as JSON in UTF-8 without a byte order mark does.')
        } else {
          this.#syntax(this.#before + i, 'it begins with no JSON value')
        }
        return i + 1
      case 'key-or-end':
      case 'key':
        if (c === QUOTE) {
          this.#keyStart = this.#frame.length
          this.#state = 'in-key'
        } else if (c === OBJECT_CLOSE && this.#state === 'key-or-end') {
          this.#state = 'done'
        } else {
          this.#syntax(this.#before + i, 'a key is expected')
        }
        this.#keepFrame(chunk, i, i + 1)
        return i + 1
      case 'colon':
        if (c !== COLON) this.#syntax(this.#before + i, 'a colon is expected')
        this.#keepFrame(chunk, i, i + 1)
        this.#state = 'value'
        return i + 1
      case 'value':
        if (this.#key === 'objects' && c === ARRAY_OPEN) return this.#openList(chunk, i)
        this.#valueStart = this.#frame.length
        this.#state = 'in-value'
        this.#depth = 0
        return i
      case 'comma-or-end':
        if (c !== COMMA && c !== OBJECT_CLOSE)
          this.#syntax(this.#before + i, 'a comma or the end of the object is expected')
        this.#keepFrame(chunk, i, i + 1)
        this.#state = c === COMMA ? 'key' : 'done'
        return i + 1
      case 'element-or-end':
      case 'element-next':
        if (c === ARRAY_CLOSE && this.#state === 'element-or-end') return this.#closeList(chunk, i)
        return this.#openElement(c, i)
      case 'after-element':
        if (c === ARRAY_CLOSE) return this.#closeList(chunk, i)
        if (c !== COMMA) this.#syntax(this.#before + i, 'a comma is expected between two objects')
        this.#state = 'element-next'
        return i + 1
      default:
        this.#syntax(this.#before + i, 'something follows its end')
        return i + 1
    }
  }

  #keepFrame(chunk: Uint8Array, from: number, to: number): void {
    if (!this.#frame.add(chunk, from, to)) {
      this.#refuse(
        'json/too-large',
        `What stands outside the objects is larger than ${this.#limits.objectBytes} bytes.`,
      )
    }
  }

  /** Inside a key or a value of the frame: up to its end, or the chunk's. */
  #inFrame(chunk: Uint8Array, from: number): number {
    if (this.#state === 'in-key') {
      const end = this.#skipString(chunk, from)
      this.#keepFrame(chunk, from, end)
      if (this.#inString) return end
      this.#state = 'colon'
      const key = this.#parseFrame(this.#keyStart)
      this.#key = typeof key === 'string' ? key : ''
      return end
    }
    const end = this.#skipValue(chunk, from)
    this.#keepFrame(chunk, from, end)
    if (end < chunk.length && this.#depth === 0 && !this.#inString) this.#endValue()
    return end
  }

  /** A member of the frame is complete: what it says of type and version is noted. */
  #endValue(): void {
    this.#state = 'comma-or-end'
    if (this.#key === 'type') this.#type = this.#parseFrame(this.#valueStart)
    if (this.#key === 'spec_version') this.#specVersion = this.#parseFrame(this.#valueStart)
  }

  /** Refuses a container that says it is something else, as soon as it has said so. */
  #checkContainer(): void {
    if (this.#type !== undefined && this.#type !== 'bundle') {
      this.#refuse('stix/not-a-bundle', 'This is no STIX bundle: it has a list of objects but another type.')
    }
    // A bundle of 2.1 has no spec_version at all; some tools write it, and then it must be right.
    if (this.#specVersion !== undefined && this.#specVersion !== '2.1') {
      this.#refuse('stix/spec-version', 'Only STIX 2.1 is taken; this bundle says that it is of another version.')
    }
  }

  /** A small JSON text of the frame, or undefined if it is none; whether the frame is JSON is judged at the end. */
  #parseFrame(from: number): unknown {
    try {
      return JSON.parse(fromUtf8(this.#frame.bytes(from)) ?? '')
    } catch {
      return undefined
    }
  }

  #openList(chunk: Uint8Array, i: number): number {
    if (this.#list !== undefined) {
      this.#refuse('json/duplicate-key', `The list of objects is given twice (byte ${this.#before + i}).`)
    }
    this.#checkContainer()
    this.#keepFrame(chunk, i, i + 1)
    this.#list = { framePlace: this.#frame.length, from: this.#before + i + 1, to: 0 }
    this.#state = 'element-or-end'
    return i + 1
  }

  #closeList(chunk: Uint8Array, i: number): number {
    if (this.#list !== undefined) this.#list.to = this.#before + i
    this.#keepFrame(chunk, i, i + 1)
    this.#state = 'comma-or-end'
    return i + 1
  }

  #openElement(c: number, i: number): number {
    if (c === COMMA || c === COLON || c === ARRAY_CLOSE || c === OBJECT_CLOSE) {
      this.#syntax(this.#before + i, 'an object is expected')
    } else if (this.#objects >= this.#limits.bundleObjects) {
      this.#refuse(
        'stix/too-many-objects',
        `The bundle has more than the ${this.#limits.bundleObjects} objects that are taken.`,
      )
    }
    this.#state = 'element'
    this.#elementOffset = this.#before + i
    this.#depth = 0
    this.#element.clear()
    return i
  }

  #inElement(chunk: Uint8Array, from: number): number {
    const end = this.#skipValue(chunk, from)
    // A number or a word ends only where something follows it; an object with its own bracket.
    const complete = this.#depth === 0 && !this.#inString && (end < chunk.length || closes(chunk[end - 1]))
    if (!complete || this.#element.length > 0) {
      this.#element.add(chunk, from, end)
      if (!complete) return end
    }
    this.#state = 'after-element'
    if (this.#before + end - this.#elementOffset > this.#limits.objectBytes) {
      this.#fault('json/too-large', `The object is larger than the ${this.#limits.objectBytes} bytes that are taken.`)
    } else {
      this.#judge(this.#element.length > 0 ? this.#element.copy() : chunk.subarray(from, end), this.#elementOffset)
    }
    this.#element.clear()
    return end
  }

  /** Checks one whole element by itself, and emits it or its fault. */
  #judge(source: Uint8Array, offset: number): void {
    const fault = checkJson(source, { maxBytes: this.#limits.objectBytes, maxDepth: this.#limits.objectDepth })
    if (fault === undefined && source[0] === OBJECT_OPEN) {
      this.#emit({ ok: true, index: this.#objects++, offset, source })
    } else if (fault === undefined) {
      this.#fault('stix/not-an-object', 'This element of the list is not a JSON object.')
    } else if (fault.code === 'json/syntax' || fault.code === 'json/not-utf8') {
      this.#refuse(fault.code, `In object ${this.#objects}: ${placed(fault, offset)}.`)
    } else {
      this.#fault(fault.code, `${placed(fault, offset)}.`)
    }
  }

  #fault(code: string, message: string): void {
    this.#faulty++
    this.#emit({ ok: false, index: this.#objects++, offset: this.#elementOffset, code, message })
  }

  /** From inside a value to its end, told apart by brackets and strings alone: the scan of the whole comes later. */
  #skipValue(chunk: Uint8Array, from: number): number {
    const end = chunk.length
    let i = from
    let depth = this.#depth
    while (i < end) {
      if (this.#inString) {
        i = this.#skipString(chunk, i)
        if (depth === 0 && !this.#inString) break
        continue
      }
      const c = chunk[i] ?? 0
      const what = STRUCTURE[c]
      if (what === OPENS) {
        depth++
      } else if (what === CLOSES) {
        // A bracket at depth 0 closes what holds the value.
        if (depth === 0) break
        if (--depth === 0) {
          i++
          break
        }
      } else if (what === QUOTES) {
        this.#inString = true
      } else if (what === ENDS && depth === 0) {
        break
      }
      i++
    }
    this.#depth = depth
    return i
  }

  /** From inside a string to after its closing quote, or to the chunk's end. */
  #skipString(chunk: Uint8Array, from: number): number {
    const end = chunk.length
    let i = from
    this.#inString = true
    if (this.#escaped && i < end) {
      this.#escaped = false
      i++
    }
    while (i < end) {
      const c = chunk[i] ?? 0
      if (c === QUOTE) {
        this.#inString = false
        return i + 1
      }
      if (c === BACKSLASH) {
        if (i + 1 === end) {
          this.#escaped = true
          return end
        }
        i++
      }
      i++
    }
    return end
  }

  #conclude(): Result<SplitSummary> {
    const frame = this.#frame.bytes(0)
    const list = this.#list
    if (list === undefined && typeof this.#type === 'string' && this.#type !== 'bundle')
      return this.#concludeBare(frame)
    const fault = checkJson(frame, { maxBytes: this.#limits.objectBytes, maxDepth: this.#limits.objectDepth })
    if (fault !== undefined) {
      const taken = list !== undefined && fault.offset >= list.framePlace ? list.to - list.from : 0
      return refuse(fault.code, `Outside the objects: ${placed(fault, this.#frameOffset + taken)}.`)
    }
    this.#checkContainer()
    const container: Record<string, unknown> = JSON.parse(fromUtf8(frame) ?? '')
    const { objects = [], more = false } = container
    if (!Array.isArray(objects) || (list === undefined && this.#type === undefined)) {
      this.#refuse(
        'stix/not-a-bundle',
        'This is no STIX bundle, TAXII envelope or STIX object: it has no list of objects.',
      )
    }
    if (this.#type === 'bundle') {
      const { objects: _, ...around } = container
      this.#bundle = around
    }
    return (
      this.#refusal ??
      ok({
        form: this.#type === 'bundle' ? 'bundle' : 'envelope',
        objects: this.#objects,
        faulty: this.#faulty,
        more: more === true,
      })
    )
  }

  /** The whole input is one object of its own. */
  #concludeBare(frame: Uint8Array): Result<SplitSummary> {
    this.#elementOffset = this.#frameOffset
    this.#judge(frame, this.#frameOffset)
    return this.#refusal ?? ok({ form: 'object', objects: this.#objects, faulty: this.#faulty, more: false })
  }
}

type State =
  | 'start'
  | 'key-or-end'
  | 'key'
  | 'in-key'
  | 'colon'
  | 'value'
  | 'in-value'
  | 'comma-or-end'
  | 'element-or-end'
  | 'element-next'
  | 'element'
  | 'after-element'
  | 'done'

const IN_LIST: ReadonlySet<State> = new Set(['element-or-end', 'element-next', 'after-element'])

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OBJECT_OPEN = 0x7b
const OBJECT_CLOSE = 0x7d
const ARRAY_OPEN = 0x5b
const ARRAY_CLOSE = 0x5d

/** The first bytes of JSON values that are no objects: `[`, `"`, a number, a word. */
const STARTS_OTHER_JSON = [...'["-0123456789tfn'].map((character) => character.charCodeAt(0))

const OPENS = 1
const CLOSES = 2
const QUOTES = 3
/** What ends a number or a word. */
const ENDS = 4
const STRUCTURE = new Uint8Array(256)
STRUCTURE[OBJECT_OPEN] = STRUCTURE[ARRAY_OPEN] = OPENS
STRUCTURE[OBJECT_CLOSE] = STRUCTURE[ARRAY_CLOSE] = CLOSES
STRUCTURE[QUOTE] = QUOTES
STRUCTURE[COMMA] = STRUCTURE[COLON] = STRUCTURE[0x20] = STRUCTURE[0x09] = STRUCTURE[0x0a] = STRUCTURE[0x0d] = ENDS

function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09
}

function closes(c: number | undefined): boolean {
  return c === OBJECT_CLOSE || c === ARRAY_CLOSE || c === QUOTE
}

function placed(fault: JsonFault, offset: number): string {
  return `${fault.message.replace(/ \(byte \d+\)$/, '')} (byte ${offset + fault.offset})`
}

/** Bytes put together from several chunks, up to a limit; beyond it they are only counted. */
class Gathered {
  readonly #max: number
  #bytes = new Uint8Array(0)
  #length = 0

  constructor(max: number) {
    this.#max = max
  }

  get length(): number {
    return this.#length
  }

  /** False once the limit is passed. */
  add(chunk: Uint8Array, from: number, to: number): boolean {
    const length = this.#length + to - from
    if (length > this.#max) {
      this.#length = this.#max + 1
      return false
    }
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, Math.min(2 * this.#bytes.length, this.#max), 1024))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(chunk.subarray(from, to), this.#length)
    this.#length = length
    return true
  }

  clear(): void {
    this.#length = 0
  }

  /** A view, good until the next `add` or `clear`. */
  bytes(from: number): Uint8Array {
    return this.#bytes.subarray(from, this.#length)
  }

  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}
