/**
 * Finds, before any JSON.parse, what JSON.parse would hide: bytes that are not UTF-8, keys given twice, halves of
 * surrogate pairs, nesting without end. Guarantees: what passes here is one JSON text by RFC 8259 that every honest
 * parser reads alike (also RFC 7493, I-JSON, but for the size of numbers). The time is bounded by the number of bytes
 * times the logarithm of the keys of one object, whatever the bytes are: no hash table that chosen keys could crowd.
 * Trusts nothing in the bytes; keeps none of them. `__proto__` is an ordinary key unless the caller refuses it.
 */

export type JsonLimits = {
  /** Bytes of the whole text. */
  readonly maxBytes: number
  /** Arrays and objects inside each other; a bare `[]` is depth 1. */
  readonly maxDepth: number
  /** Values of any kind, those inside others counted: what bounds the memory that reading them takes. */
  readonly maxValues?: number
  /** Source bytes between the quotes of one string or key. */
  readonly maxStringBytes?: number
  /** Source bytes of one number, sign, point and exponent counted. */
  readonly maxNumberDigits?: number
  /** Whether a key `__proto__` is data like any other (`permit`, the default) or a fault. */
  readonly protoKey?: 'permit' | 'refuse'
  /**
   * Which numbers may stand here. `safe-integers`: no fraction, no exponent, no -0, at most 2⁵³ − 1 in magnitude, so
   * that every parser reads the same number and writes it back as it stood.
   */
  readonly numbers?: 'any' | 'safe-integers'
}

export type JsonFaultCode =
  | 'json/not-utf8'
  | 'json/syntax'
  | 'json/duplicate-key'
  | 'json/lone-surrogate'
  | 'json/too-deep'
  | 'json/too-large'
  | 'json/too-many-values'
  | 'json/string-too-long'
  | 'json/number-too-long'
  | 'json/no-safe-integer'
  | 'json/proto-key'

/** `offset`: the byte at which the fault begins; for a key or an escape, its quote or backslash. */
export type JsonFault = { readonly code: JsonFaultCode; readonly message: string; readonly offset: number }

/**
 * Scans `bytes` as one JSON text (RFC 8259) and gives its first fault, or undefined if there is none.
 * Keys are compared after their escapes are undone. In an object of more than 24 keys a repeated key is found at the
 * object's end, so a fault further on inside that object is told first.
 */
export function checkJson(bytes: Uint8Array, limits: JsonLimits): JsonFault | undefined {
  if (bytes.length > limits.maxBytes) return fault('json/too-large', limits.maxBytes)
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return fault('json/not-utf8', 0)
  return new Scan(bytes, limits).run()
}

const MESSAGES: Record<JsonFaultCode, string> = {
  'json/not-utf8': 'the text is not UTF-8 without a byte order mark',
  'json/syntax': 'the text is not JSON',
  'json/duplicate-key': 'a key appears twice in one object',
  'json/lone-surrogate': 'a \\u escape gives half of a surrogate pair',
  'json/too-deep': 'arrays and objects are nested too deeply',
  'json/too-large': 'the text is larger than permitted',
  'json/too-many-values': 'there are more values than permitted',
  'json/string-too-long': 'a string is longer than permitted',
  'json/number-too-long': 'a number has more digits than permitted',
  'json/no-safe-integer': 'a number is no integer between −(2⁵³ − 1) and 2⁵³ − 1',
  'json/proto-key': 'a key is named __proto__',
}

function fault(code: JsonFaultCode, offset: number): JsonFault {
  return { code, message: `${MESSAGES[code]} (byte ${offset})`, offset }
}

/** Up to here each new key is compared with the ones before it; above, all are sorted once at the object's end. */
const PAIRWISE_KEYS_MAX = 24

/** Decimal digits of 2⁵³ − 1. */
const SAFE_DIGITS_MAX = 16

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OBJECT_OPEN = 0x7b
const OBJECT_CLOSE = 0x7d
const ARRAY_OPEN = 0x5b
const ARRAY_CLOSE = 0x5d
const MINUS = 0x2d
const LOWER_U = 0x75

/** 1 for each byte that stands for itself inside a string: printable ASCII but for quote and backslash, and DEL. */
const PLAIN = new Uint8Array(256)
for (let byte = 0x20; byte < 0x80; byte++) if (byte !== QUOTE && byte !== BACKSLASH) PLAIN[byte] = 1

/** What a one-letter escape stands for; 0 where there is none (`\u` is handled by itself). */
const ESCAPED = new Uint8Array(256)
for (const [letter, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [...pair])) {
  if (letter !== undefined && meaning !== undefined) ESCAPED[letter.charCodeAt(0)] = meaning.charCodeAt(0)
}

const LITERALS = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), ascii(word)]))
const NOTHING = new Uint8Array(0)
const PROTO = ascii('__proto__')

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/**
 * Where each scan begins to note keys; one that needs more makes its own. A scan runs to its end without a pause, so
 * no two ever use these at once, and what an earlier one left here is never read.
 */
const SCRATCH = {
  keyOffset: new Int32Array(256),
  keyStart: new Int32Array(256),
  keyLength: new Int32Array(256),
  keyHash: new Int32Array(256),
}

/** One walk over one text. Every step gives the index after what it read, or -1 once `found` is set. */
class Scan {
  readonly #bytes: Uint8Array
  readonly #limits: JsonLimits
  readonly #stringMax: number
  #found: JsonFault | undefined
  #keys = 0
  #keyOffset = SCRATCH.keyOffset
  #keyStart = SCRATCH.keyStart
  #keyLength = SCRATCH.keyLength
  #keyHash = SCRATCH.keyHash
  /** Keys that were written with escapes, undone. A negative `keyStart` points in here, as ~start. */
  #undone = NOTHING
  #undoneLength = 0

  constructor(bytes: Uint8Array, limits: JsonLimits) {
    this.#bytes = bytes
    this.#limits = limits
    this.#stringMax = limits.maxStringBytes ?? bytes.length
  }

  run(): JsonFault | undefined {
    const bytes = this.#bytes
    const { maxDepth, maxValues = Number.POSITIVE_INFINITY } = this.#limits
    let values = 0
    /** For each open container the number of keys when it was opened, or -1 for an array. */
    const opened: number[] = []
    /** For each of them what was used of #undone then. */
    const undoneThen: number[] = []
    let i = this.#space(0)
    for (;;) {
      // A value begins at i.
      if (++values > maxValues) return fault('json/too-many-values', i)
      const c = bytes[i]
      if (c === QUOTE) {
        i = this.#string(i)
      } else if (c === OBJECT_OPEN || c === ARRAY_OPEN) {
        if (opened.length >= maxDepth) return fault('json/too-deep', i)
        const inside = this.#space(i + 1)
        if (bytes[inside] === (c === OBJECT_OPEN ? OBJECT_CLOSE : ARRAY_CLOSE)) {
          i = inside + 1
        } else {
          opened.push(c === OBJECT_OPEN ? this.#keys : -1)
          undoneThen.push(this.#undoneLength)
          i = c === OBJECT_OPEN ? this.#key(inside, this.#keys) : inside
          if (i < 0) return this.#found
          continue
        }
      } else {
        i = this.#numberOrLiteral(i)
      }
      if (i < 0) return this.#found
      // After a value: close what ends here, until a comma leads to the next value.
      for (;;) {
        i = this.#space(i)
        const first = opened[opened.length - 1]
        if (first === undefined) return i === bytes.length ? undefined : this.#unexpected(i)
        const next = bytes[i]
        if (next === COMMA) {
          i = this.#space(i + 1)
          if (first >= 0) i = this.#key(i, first)
          if (i < 0) return this.#found
          break
        }
        if (next !== (first >= 0 ? OBJECT_CLOSE : ARRAY_CLOSE)) return this.#unexpected(i)
        if (first >= 0) {
          if (this.#keys - first > PAIRWISE_KEYS_MAX && this.#repeatsAmongMany(first)) return this.#found
          this.#keys = first
        }
        opened.pop()
        this.#undoneLength = undoneThen.pop() ?? 0
        i++
      }
    }
  }

  #fail(code: JsonFaultCode, offset: number): -1 {
    this.#found = fault(code, offset)
    return -1
  }

  /** The fault of a byte that cannot stand here: not JSON, or not even UTF-8. */
  #unexpected(i: number): JsonFault {
    const byte = this.#bytes[i] ?? 0
    this.#found = fault(byte >= 0x80 && multibyte(this.#bytes, i, byte) < 0 ? 'json/not-utf8' : 'json/syntax', i)
    return this.#found
  }

  #space(from: number): number {
    const bytes = this.#bytes
    let i = from
    for (;;) {
      const c = bytes[i]
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i
      i++
    }
  }

  /** Reads a string whose opening quote is at `from`. */
  #string(from: number): number {
    const bytes = this.#bytes
    const end = bytes.length
    let i = from + 1
    while (i < end) {
      const c = bytes[i] ?? 0
      if (PLAIN[c] === 1) {
        i++
      } else if (c === QUOTE) {
        return i - from - 1 > this.#stringMax ? this.#fail('json/string-too-long', from) : i + 1
      } else if (c >= 0x80) {
        const next = multibyte(bytes, i, c)
        if (next < 0) return this.#fail('json/not-utf8', i)
        i = next
      } else if (c === BACKSLASH) {
        i = this.#escape(i)
        if (i < 0) return -1
      } else {
        break
      }
    }
    return this.#fail('json/syntax', i)
  }

  /** Reads an escape whose backslash is at `at`. */
  #escape(at: number): number {
    const letter = this.#bytes[at + 1] ?? 0
    if (letter !== LOWER_U) return ESCAPED[letter] !== 0 ? at + 2 : this.#fail('json/syntax', at)
    const unit = hex4(this.#bytes, at + 2)
    if (unit < 0) return this.#fail('json/syntax', at)
    if (unit < 0xd800 || unit > 0xdfff) return at + 6
    const paired = unit < 0xdc00 && this.#bytes[at + 6] === BACKSLASH && this.#bytes[at + 7] === LOWER_U
    const low = paired ? hex4(this.#bytes, at + 8) : -1
    return low >= 0xdc00 && low <= 0xdfff ? at + 12 : this.#fail('json/lone-surrogate', at)
  }

  #numberOrLiteral(from: number): number {
    const bytes = this.#bytes
    const literal = LITERALS.get(bytes[from] ?? 0)
    if (literal !== undefined) {
      for (let k = 1; k < literal.length; k++) {
        if (bytes[from + k] !== literal[k]) {
          this.#unexpected(from + k)
          return -1
        }
      }
      return from + literal.length
    }
    let i = bytes[from] === MINUS ? from + 1 : from
    const whole = digits(bytes, i)
    // A leading zero stands alone.
    let good = whole > i && (bytes[i] !== 0x30 || whole === i + 1)
    i = good || whole === i ? whole : i + 1
    if (good && bytes[i] === 0x2e) {
      const fraction = digits(bytes, i + 1)
      good = fraction > i + 1
      i = fraction
    }
    if (good && (bytes[i] === 0x65 || bytes[i] === 0x45)) {
      const signed = bytes[i + 1] === MINUS || bytes[i + 1] === 0x2b ? i + 2 : i + 1
      const exponent = digits(bytes, signed)
      good = exponent > signed
      i = exponent
    }
    if (!good) {
      this.#unexpected(i)
      return -1
    }
    const { maxNumberDigits, numbers } = this.#limits
    if (maxNumberDigits !== undefined && i - from > maxNumberDigits) return this.#fail('json/number-too-long', from)
    if (numbers === 'safe-integers' && (i !== whole || !isSafeInteger(bytes, from, i))) {
      return this.#fail('json/no-safe-integer', from)
    }
    return i
  }

  /** Reads a key, its colon and the space before the value; `first` is the number of this object's first key. */
  #key(from: number, first: number): number {
    const bytes = this.#bytes
    if (bytes[from] !== QUOTE) {
      this.#unexpected(from)
      return -1
    }
    let i = from + 1
    let hash = 0
    for (let c = bytes[i] ?? 0; PLAIN[c] === 1; c = bytes[++i] ?? 0) hash = (Math.imul(hash, 31) + c) | 0
    let start = from + 1
    let length = i - start
    if (bytes[i] === QUOTE && length <= this.#stringMax) {
      i++
    } else {
      i = this.#string(from)
      if (i < 0) return -1
      start = ~this.#undoneLength
      length = this.#undo(from + 1, i - 1)
      hash = 0
      for (let k = 0; k < length; k++) hash = (Math.imul(hash, 31) + (this.#undone[~start + k] ?? 0)) | 0
    }
    if (this.#keep(from, start, length, hash, first)) return this.#fail('json/duplicate-key', from)
    if (
      length === PROTO.length &&
      this.#limits.protoKey === 'refuse' &&
      PROTO.every((c, k) => this.#at(start, k) === c)
    ) {
      return this.#fail('json/proto-key', from)
    }
    i = this.#space(i)
    if (bytes[i] === COLON) return this.#space(i + 1)
    this.#unexpected(i)
    return -1
  }

  /** Notes a key; true if it is one of the few before it in its object. */
  #keep(offset: number, start: number, length: number, hash: number, first: number): boolean {
    const n = this.#keys
    if (n - first < PAIRWISE_KEYS_MAX) {
      const hashes = this.#keyHash
      for (let k = first; k < n; k++) {
        if (hashes[k] === hash && this.#compare(this.#keyStart[k] ?? 0, this.#keyLength[k] ?? 0, start, length) === 0) {
          return true
        }
      }
    }
    if (n === this.#keyStart.length) {
      this.#keyOffset = grown(this.#keyOffset)
      this.#keyStart = grown(this.#keyStart)
      this.#keyLength = grown(this.#keyLength)
      this.#keyHash = grown(this.#keyHash)
    }
    this.#keyOffset[n] = offset
    this.#keyStart[n] = start
    this.#keyLength[n] = length
    this.#keyHash[n] = hash
    this.#keys = n + 1
    return false
  }

  /** Sorts all keys of the object that ends here and sets the fault of the earliest repetition, if there is one. */
  #repeatsAmongMany(first: number): boolean {
    const order = new Uint32Array(this.#keys - first)
    for (let k = 0; k < order.length; k++) order[k] = first + k
    const compare = (a: number, b: number) =>
      (this.#keyHash[a] ?? 0) - (this.#keyHash[b] ?? 0) ||
      this.#compare(this.#keyStart[a] ?? 0, this.#keyLength[a] ?? 0, this.#keyStart[b] ?? 0, this.#keyLength[b] ?? 0)
    order.sort((a, b) => compare(a, b) || a - b)
    let earliest = -1
    for (let k = 1; k < order.length; k++) {
      const key = order[k] ?? 0
      if (compare(order[k - 1] ?? 0, key) === 0 && (earliest < 0 || key < earliest)) earliest = key
    }
    if (earliest >= 0) this.#fail('json/duplicate-key', this.#keyOffset[earliest] ?? 0)
    return earliest >= 0
  }

  #compare(startA: number, lengthA: number, startB: number, lengthB: number): number {
    if (lengthA !== lengthB) return lengthA - lengthB
    for (let k = 0; k < lengthA; k++) {
      const difference = this.#at(startA, k) - this.#at(startB, k)
      if (difference !== 0) return difference
    }
    return 0
  }

  #at(start: number, k: number): number {
    return (start < 0 ? this.#undone[~start + k] : this.#bytes[start + k]) ?? 0
  }

  /** Writes the key between `from` and `to`, already known to be well formed, without its escapes; gives its length. */
  #undo(from: number, to: number): number {
    const bytes = this.#bytes
    const start = this.#undoneLength
    // Undone is never longer than written: six bytes of escape make at most three of UTF-8, twelve make four.
    if (start + to - from > this.#undone.length) {
      const larger = new Uint8Array(2 * (start + to - from))
      larger.set(this.#undone.subarray(0, start))
      this.#undone = larger
    }
    const out = this.#undone
    let n = start
    for (let i = from; i < to; ) {
      const c = bytes[i] ?? 0
      if (c !== BACKSLASH) {
        out[n++] = c
        i++
        continue
      }
      const letter = bytes[i + 1] ?? 0
      if (letter !== LOWER_U) {
        out[n++] = ESCAPED[letter] ?? 0
        i += 2
        continue
      }
      const unit = hex4(bytes, i + 2)
      i += 6
      if (unit < 0x80) {
        out[n++] = unit
      } else if (unit < 0x800) {
        out[n++] = 0xc0 | (unit >> 6)
        out[n++] = 0x80 | (unit & 63)
      } else if (unit < 0xd800 || unit > 0xdfff) {
        out[n++] = 0xe0 | (unit >> 12)
        out[n++] = 0x80 | ((unit >> 6) & 63)
        out[n++] = 0x80 | (unit & 63)
      } else {
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (hex4(bytes, i + 2) & 0x3ff)
        i += 6
        out[n++] = 0xf0 | (point >> 18)
        out[n++] = 0x80 | ((point >> 12) & 63)
        out[n++] = 0x80 | ((point >> 6) & 63)
        out[n++] = 0x80 | (point & 63)
      }
    }
    this.#undoneLength = n
    return n - start
  }
}

/** The index after the multibyte UTF-8 sequence that begins with `lead` at `i` (RFC 3629), or -1. */
function multibyte(bytes: Uint8Array, i: number, lead: number): number {
  const second = bytes[i + 1] ?? 0
  if (lead < 0xc2 || lead > 0xf4) return -1
  if (lead < 0xe0) return continues(second) ? i + 2 : -1
  const third = bytes[i + 2] ?? 0
  if (lead < 0xf0) {
    // No overlong form (e0 80..9f), no surrogate (ed a0..bf).
    const low = lead === 0xe0 ? 0xa0 : 0x80
    const high = lead === 0xed ? 0x9f : 0xbf
    return second >= low && second <= high && continues(third) ? i + 3 : -1
  }
  // No overlong form (f0 80..8f), nothing above U+10FFFF (f4 90..bf).
  const low = lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xf4 ? 0x8f : 0xbf
  return second >= low && second <= high && continues(third) && continues(bytes[i + 3] ?? 0) ? i + 4 : -1
}

function continues(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

/** The value of four hex digits at `at`, or -1. */
function hex4(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let k = at; k < at + 4; k++) {
    const c = bytes[k] ?? 0
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 0x57 : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

/** The index after the decimal digits that begin at `i`. */
function digits(bytes: Uint8Array, from: number): number {
  let i = from
  for (let c = bytes[i] ?? 0; c >= 0x30 && c <= 0x39; c = bytes[++i] ?? 0);
  return i
}

/** Whether the digits between `from` and `to`, after a sign or none, are a safe integer that is not -0. */
function isSafeInteger(bytes: Uint8Array, from: number, to: number): boolean {
  const negative = bytes[from] === MINUS
  const first = negative ? from + 1 : from
  if (to - first > SAFE_DIGITS_MAX) return false
  let value = 0
  for (let i = first; i < to; i++) value = value * 10 + ((bytes[i] ?? 0) - 0x30)
  // What is above is rounded, but never to below 2⁵³.
  return value <= Number.MAX_SAFE_INTEGER && !(negative && value === 0)
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length)
  larger.set(array)
  return larger
}
