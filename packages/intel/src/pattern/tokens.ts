/**
 * Cuts the text of a pattern into its words (the lexical part of the STIX 2.1 pattern grammar), one ahead of the parser.
 * White space and comments stand between words and mean nothing. Constants are decoded and checked here.
 */

import { fromBase64, toHex } from '@countersign/log'
import { isTimestamp } from '../timestamp.ts'
import { type Keyword, keywordOf } from './ast.ts'
import { excerpt, type PatternRefusal, type Span, Stop } from './fault.ts'

type Sign = '[' | ']' | '(' | ')' | '.' | ':' | ',' | '*' | '=' | '!=' | '<' | '<=' | '>' | '>='

/** A sign or a keyword is its own kind. A `hyphenated` name may only be the type of an object. */
export type TokenKind =
  | Sign
  | Keyword
  | 'name'
  | 'hyphenated'
  | 'string'
  | 'integer'
  | 'float'
  | 'binary'
  | 'hex'
  | 'timestamp'
  | 'end'

export interface Mark {
  readonly offset: number
  readonly line: number
  readonly column: number
}

export class Tokens {
  readonly text: string
  /** The word at hand: its kind, where it begins and ends, and what it means (for names and constants, decoded). */
  kind: TokenKind = 'end'
  start = 0
  end = 0
  value = ''
  /** Where the word before it ended. */
  endBefore = 0
  #line = 1
  #lineStart = 0
  #startLine = 1
  #startColumn = 1

  constructor(text: string) {
    this.text = text
    this.advance()
  }

  /** Goes on to the next word. */
  advance(): void {
    this.endBefore = this.end
    const start = this.#skipBetween(this.end)
    this.start = start
    this.#startLine = this.#line
    this.#startColumn = start - this.#lineStart + 1
    this.value = ''
    if (start >= this.text.length) {
      this.kind = 'end'
      this.end = start
      return
    }
    const code = this.text.charCodeAt(start)
    if (code === APOSTROPHE) this.#string(start)
    else if (isNameStart(code)) this.#word(start)
    else if (isDigit(code) || code === PLUS || code === MINUS || code === POINT) this.#number(start)
    else this.#sign(start)
  }

  mark(): Mark {
    return { offset: this.start, line: this.#startLine, column: this.#startColumn }
  }

  /** From a mark to the end of the word before the one at hand. */
  since({ offset, line, column }: Mark): Span {
    return { offset, length: this.endBefore - offset, line, column }
  }

  /** The word at hand. */
  here(): Span {
    return { offset: this.start, length: this.end - this.start, line: this.#startLine, column: this.#startColumn }
  }

  /** How messages name the word at hand. */
  found(): string {
    if (this.kind === 'end') return 'the pattern ends'
    return `there is ${excerpt(this.text.slice(this.start, this.end))}`
  }

  #stop(code: PatternRefusal['code'], message: string, from: number, to: number): never {
    const lines = this.text.slice(0, from).split(/\r\n|\r|\n/)
    const at = { offset: from, length: to - from, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
    throw new Stop({ ok: false, code, message, at, expected: [] })
  }

  #skipBetween(from: number): number {
    const { text } = this
    let i = from
    for (;;) {
      const code = text.charCodeAt(i)
      if (code === SPACE || code === TAB) {
        i++
      } else if (code === LINE_FEED || code === RETURN) {
        this.#noteLine(i++)
      } else if (code > 0x7f || code === 0x0b || code === 0x0c) {
        if (!WHITE.has(code)) return i
        i++
      } else if (code === SLASH && text.charCodeAt(i + 1) === SLASH) {
        i += 2
        while (i < text.length && text.charCodeAt(i) !== LINE_FEED && text.charCodeAt(i) !== RETURN) i++
      } else if (code === SLASH && text.charCodeAt(i + 1) === ASTERISK) {
        const close = text.indexOf('*/', i + 2)
        if (close < 0) {
          this.#stop('pattern/syntax', 'The comment that begins here does not end. Write */ behind it.', i, i + 2)
        }
        this.#noteLines(i, close)
        i = close + 2
      } else {
        return i
      }
    }
  }

  /** A line ends at `at`, unless this is the first half of a line end of two characters. */
  #noteLine(at: number): void {
    if (this.text.charCodeAt(at) === RETURN && this.text.charCodeAt(at + 1) === LINE_FEED) return
    this.#line++
    this.#lineStart = at + 1
  }

  #noteLines(from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const code = this.text.charCodeAt(i)
      if (code === LINE_FEED || code === RETURN) this.#noteLine(i)
    }
  }

  #string(start: number): void {
    this.kind = 'string'
    this.value = this.#quoted(start)
  }

  /** Reads on from an opening apostrophe, and says what stands between it and the closing one. */
  #quoted(open: number): string {
    const { text } = this
    let value = ''
    let taken = open + 1
    for (let i = open + 1; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === APOSTROPHE) {
        this.end = i + 1
        return value + text.slice(taken, i)
      }
      if (code === BACKSLASH) {
        const next = text.charCodeAt(i + 1)
        if (next !== APOSTROPHE && next !== BACKSLASH) {
          const message = "In a string only \\\\ and \\' may follow a backslash. Write \\\\ for a backslash."
          this.#stop('pattern/constant', message, i, Math.min(i + 2, text.length))
        }
        value += text.slice(taken, i)
        taken = i + 1
        i++
      } else if (code === LINE_FEED || code === RETURN) {
        this.#noteLine(i)
      }
    }
    this.#stop('pattern/constant', 'The string that begins here does not end.', open, open + 1)
  }

  #word(start: number): void {
    const { text } = this
    let hyphenated = false
    let i = start + 1
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === MINUS) hyphenated = true
      else if (!isNameStart(code) && !isDigit(code)) break
    }
    const word = text.slice(start, i)
    this.end = i
    if (text.charCodeAt(i) === APOSTROPHE && (word === 'b' || word === 'h' || word === 't')) {
      return this.#prefixed(word, i)
    }
    this.value = word
    this.kind = hyphenated ? 'hyphenated' : (keywordOf(word) ?? 'name')
  }

  #prefixed(prefix: 'b' | 'h' | 't', open: number): void {
    const inside = this.#quoted(open)
    const refuse = (message: string) => this.#stop('pattern/constant', message, this.start, this.end)
    if (prefix === 'h') {
      if (!/^(?:[0-9A-Fa-f]{2})*$/.test(inside)) refuse("Between h' and ' there must be pairs of hexadecimal digits.")
      this.kind = 'hex'
      this.value = inside.toLowerCase()
    } else if (prefix === 'b') {
      // The grammar permits no empty array here, though it does in hex.
      const base64 = inside.replaceAll(/[\r\n]/g, '')
      const octets = base64 === '' ? undefined : fromBase64(withoutSpareBits(base64))
      if (octets === undefined)
        return refuse("Between b' and ' there must be base64, padded with = to four characters.")
      this.kind = 'binary'
      this.value = toHex(octets)
    } else {
      if (!isTimestamp(inside)) {
        refuse("Between t' and ' there must be a time in UTC that exists, such as t'2026-01-31T08:00:00Z'.")
      }
      this.kind = 'timestamp'
      this.value = inside
    }
  }

  #number(start: number): void {
    const { text } = this
    let i = start
    const first = text.charCodeAt(i)
    if (first === PLUS || first === MINUS) i++
    const whole = i
    while (isDigit(text.charCodeAt(i))) i++
    const digits = text.slice(whole, i)
    const negative = first === MINUS ? '-' : ''
    if (text.charCodeAt(i) === POINT && isDigit(text.charCodeAt(i + 1))) {
      const point = i++
      while (isDigit(text.charCodeAt(i))) i++
      this.kind = 'float'
      this.value = `${negative}${digits.replace(/^0+(?=.)/, '') || '0'}${text.slice(point, i)}`
    } else if (digits !== '') {
      if (digits.length > 1 && digits.startsWith('0')) {
        this.#stop('pattern/constant', 'An integer must not begin with a zero.', start, i)
      }
      this.kind = 'integer'
      this.value = digits === '0' ? '0' : negative + digits
    } else {
      return this.#sign(start)
    }
    this.end = i
  }

  #sign(start: number): void {
    const { text } = this
    const two = text.slice(start, start + 2)
    const [one = ''] = two
    const kind = SIGNS.get(two) ?? SIGNS.get(one)
    this.end = start + (SIGNS.has(two) ? two.length : one.length)
    if (kind !== undefined) {
      this.kind = kind
      return
    }
    const advice = QUOTES.includes(one) ? " Strings and names in a path stand between apostrophes (')." : ''
    const name = /\p{C}/u.test(one)
      ? `U+${one.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
      : excerpt(one)
    const message = `The character ${name} has no meaning here.${advice}`
    this.#stop('pattern/syntax', message, start, this.end)
  }
}

const APOSTROPHE = 0x27
const BACKSLASH = 0x5c
const SLASH = 0x2f
const ASTERISK = 0x2a
const SPACE = 0x20
const TAB = 0x09
const LINE_FEED = 0x0a
const RETURN = 0x0d
const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e

/** White space of the grammar beyond the usual four. */
const WHITE: ReadonlySet<number> = new Set([
  0x0b, 0x0c, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009,
  0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
])

const SAME: readonly Sign[] = ['[', ']', '(', ')', '.', ':', ',', '*', '=', '!=', '<', '<=', '>', '>=']
const SIGNS = new Map<string, Sign>([...SAME.map((sign) => [sign, sign] as const), ['==', '='], ['<>', '!=']])

const QUOTES = '"‘’“”`´'

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isNameStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The bits of the last character that stand for no octet may be anything (RFC 4648 section 3.5); here they become zero. */
function withoutSpareBits(base64: string): string {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  if (padding === 0) return base64
  const place = base64.length - padding - 1
  const bits = BASE64.indexOf(base64.charAt(place))
  if (bits < 0) return base64
  return base64.slice(0, place) + BASE64.charAt(bits & (padding === 2 ? 0b110000 : 0b111100)) + base64.slice(place + 1)
}
