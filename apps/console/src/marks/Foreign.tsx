// Text that someone else wrote. React keeps it from being markup; this keeps it from playing tricks on the reader:
// direction is isolated, and characters that change direction or cannot be seen are shown as their code points.

import { wantFaceFor } from '../look/chinese.ts'

// Directional controls, zero-width characters, control characters but tab and line feed.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const TRICKY =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

export function Foreign({ children, max }: { children: string; max?: number }) {
  const text = plain(children, max)
  wantFaceFor(text)
  return <bdi>{text}</bdi>
}

/** The same as a string, for labels and titles. */
export function plain(text: string, max = 100_000): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text
  return cut.replace(
    TRICKY,
    (found) => `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}

/** Parties one after the other, as a sentence names them. */
export function namesOf(parties: readonly string[]): string {
  return parties.map((party) => plain(party, 128)).join(', ')
}
