/**
 * Where the values of a JSON text stand in it, so that parts can be taken out and the rest stays as it came. Trusts that
 * the text passed the JSON scan, which bounds its depth.
 */

/** `start` and `end` of the value itself, in UTF-16 units. */
export interface SourceSpan {
  readonly start: number
  readonly end: number
  /** The members of an object or a list, in their order; empty of anything else. */
  readonly members: readonly SourceMember[]
}

/** `component` is the key with its escapes undone, or the place in the list; `start` that of the key, else of the value. */
export interface SourceMember {
  readonly component: string | number
  readonly start: number
  readonly value: SourceSpan
}

export function sourceSpans(text: string): SourceSpan {
  const reader = new Reader(text)
  return reader.value()
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): SourceSpan {
    this.#skipWhite()
    const start = this.#at
    const first = this.#text[start]
    const members = first === '{' ? this.#members('}') : first === '[' ? this.#members(']') : this.#scalar()
    return { start, end: this.#at, members }
  }

  #members(close: '}' | ']'): readonly SourceMember[] {
    const members: SourceMember[] = []
    this.#at++
    for (;;) {
      this.#skipWhite()
      if (this.#text[this.#at] === close) {
        this.#at++
        return members
      }
      if (this.#text[this.#at] === ',') {
        this.#at++
        this.#skipWhite()
      }
      const start = this.#at
      if (start >= this.#text.length) throw new Error('The text was not scanned.')
      let component: string | number = members.length
      if (close === '}') {
        this.#scalar()
        component = String(JSON.parse(this.#text.slice(start, this.#at)))
        this.#skipWhite()
        // The colon.
        this.#at++
      }
      members.push({ component, start, value: this.value() })
    }
  }

  #scalar(): readonly SourceMember[] {
    const text = this.#text
    let i = this.#at
    if (text[i] === '"') {
      for (i++; text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++
      this.#at = i + 1
    } else {
      while (i < text.length && !AFTER_WORD.includes(text.charAt(i))) i++
      this.#at = i
    }
    return []
  }

  #skipWhite(): void {
    while (this.#at < this.#text.length && WHITE.includes(this.#text.charAt(this.#at))) this.#at++
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const WHITE = ' \t\r\n'
const AFTER_WORD = `${WHITE},]}`
