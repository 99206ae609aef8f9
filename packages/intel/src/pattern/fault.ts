/** Where something stands in the text of a pattern, what is wrong there, and how a shell shows the place. */

/** `offset` and `length` in UTF-16 units, as strings count; `line` and `column` from 1, `column` in the same units. */
export interface Span {
  readonly offset: number
  readonly length: number
  readonly line: number
  readonly column: number
}

/** Why a text is no pattern: the first fault of its grammar. Shaped as every refusal is, with the place besides. */
export interface PatternRefusal {
  readonly ok: false
  readonly code: 'pattern/too-long' | 'pattern/too-deep' | 'pattern/syntax' | 'pattern/constant'
  /** One sentence, or two where the second says what to write instead. */
  readonly message: string
  readonly at: Span
  /** What could have stood there; empty where the fault lies within a constant or is a limit. */
  readonly expected: readonly string[]
}

/** Inside this folder alone; `parsePattern` turns it into the refusal. */
export class Stop extends Error {
  readonly refusal: PatternRefusal

  constructor(refusal: PatternRefusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/**
 * Two lines: that line of the text in which the fault lies, and a second with carets under it. Long lines are cut on both
 * sides, and whatever a terminal would obey instead of showing it is replaced, so that a hostile pattern can be shown.
 */
export function pointAt(text: string, { at }: { readonly at: Span }): string {
  const before = text.slice(0, at.offset)
  const from = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1
  const rest = text.slice(from)
  const [line = ''] = rest.split(/[\r\n]/, 1)
  const left = [...line.slice(0, at.offset - from)]
  const marked = [...line.slice(at.offset - from, at.offset - from + at.length)]
  const right = [...line.slice(at.offset - from + at.length)]
  const head = left.length > SHOWN ? ['…', ...left.slice(left.length - SHOWN + 1)] : left
  const middle = marked.length > SHOWN ? [...marked.slice(0, SHOWN - 1), '…'] : marked
  const tail = marked.length > SHOWN ? [] : right.length > SHOWN ? [...right.slice(0, SHOWN - 1), '…'] : right
  const shown = [...head, ...middle, ...tail].map((character) => showable(character)).join('')
  return `${shown}\n${' '.repeat(head.length)}${'^'.repeat(Math.max(1, middle.length))}`
}

/** A piece of the text as messages quote it: short, and safe to print. */
export function excerpt(text: string): string {
  const characters = [...text.slice(0, 2 * EXCERPT)]
  const cut = characters.length > EXCERPT || text.length > 2 * EXCERPT
  return `“${characters.slice(0, EXCERPT).map(showable).join('')}${cut ? '…' : ''}”`
}

const SHOWN = 60
const EXCERPT = 40

/** Controls, marks of direction, halves of pairs and the like are seen as a dot, other white space as a space. */
function showable(character: string): string {
  if (/\s/u.test(character)) return ' '
  return /\p{C}/u.test(character) ? '·' : character
}
