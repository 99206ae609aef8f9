// HTML as text in which nothing from a file can be markup, reach past its line, or turn the direction of what stands
// around it. What is too long is cut, and shown to be cut.

/** Text that is HTML already. Only `html` and `foreign` make it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Values that are no `Html` are escaped. */
export function html(texts: TemplateStringsArray, ...values: (Html | string | number | readonly Html[])[]): Html {
  let out = texts[0] ?? ''
  for (const [i, value] of values.entries()) out += textOf(value) + (texts[i + 1] ?? '')
  return new Html(out)
}

/** What stands in a file: cut to `units`, with control and direction characters shown as what they are, kept to itself. */
export function foreign(text: string, units: number): Html {
  return html`<bdi>${clip(plain(text), units)}</bdi>`
}

/** A sentence of ours with `{name}` where something else comes in. */
export function filled(sentence: string, values: Record<string, Html | string | number>): Html {
  const parts = sentence.split(/\{([a-zA-Z]+)\}/)
  return new Html(parts.map((part, i) => (i % 2 === 0 ? escaped(part) : textOf(values[part] ?? ''))).join(''))
}

function textOf(value: Html | string | number | readonly Html[]): string {
  if (value instanceof Html) return value.text
  return typeof value === 'object' ? value.map(({ text }) => text).join('') : escaped(String(value))
}

/** Wide characters of East Asia count twice; what is cut ends in an ellipsis. */
export function clip(text: string, units: number): string {
  let used = 0
  let kept = ''
  for (const character of text) {
    used += WIDE.test(character) ? 2 : 1
    if (used > units) return `${kept}…`
    kept += character
  }
  return kept
}

export function unitsOf(text: string): number {
  let units = 0
  for (const character of text) units += WIDE.test(character) ? 2 : 1
  return units
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Line breaks become spaces; marks that pile up on one letter are kept to two. */
function plain(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
