// What all pages of one report share.

import { type Card, fingerprintWords, type Language } from '@countersign/record'
import { filled, foreign, type Html, html } from './html.ts'
import type { ReportWords } from './words-en.ts'

export interface Page {
  language: Language
  words: ReportWords
  /** SHA-256 of the file, hex. */
  digest: string
  trusted: readonly Card[]
  /** What a party is called, by its agreement or its trusted card. */
  nameOf(party: string): string | undefined
  foot: [Html, Html]
}

/** For a person who wants to compare: the twelve words of each root that was trusted and mattered. */
export function trustedRows(parties: readonly string[], { words, trusted }: Page): [Html, Html][] {
  return parties.slice(0, 4).flatMap((party) =>
    trusted
      .filter((card) => card.party === party)
      .slice(0, 2)
      .map((card): [Html, Html] => [
        filled(words.details.trusted, { party: foreign(party, 32) }),
        html`${fingerprintWords(card).join(' ')}`,
      ]),
  )
}
