// A report on a file of evidence for people: A4 pages as one file of HTML that loads nothing and runs nothing, in English,
// Russian or Chinese. It says first whether the file holds; it gives no hash above the middle of a page; and all that it
// repeats from a file is cut, escaped and kept in its place. Pure: the same report gives the same bytes everywhere.

import type { Card, Language } from '@countersign/record'
import type { FileReport } from '../verify-file.ts'
import { exchangeSheet, inOrder, nameOf } from './exchange-sheet.ts'
import { forkSheet } from './fork-sheet.ts'
import { filled, type Html, html } from './html.ts'
import type { Page } from './page.ts'
import { recordSheet } from './record-sheet.ts'
import { documentOf, sheet } from './sheet.ts'
import { en } from './words-en.ts'
import { ru } from './words-ru.ts'
import { zh } from './words-zh.ts'

const WORDS = { en, ru, zh }

export const REPORT_LANGUAGES: readonly Language[] = ['en', 'ru', 'zh']

export interface ReportOptions {
  language: Language
  /** SHA-256 of the file that was verified, hex. */
  digest: string
  /** The cards it was verified against. */
  trusted: readonly Card[]
  /**
   * A style sheet of faces, as `data:` alone, for those characters of `text` that many machines have none for: Han. The
   * face is to be named `Countersign Han`. Without it the reader’s own machine must have one.
   */
  faces?(text: string): string
}

/** One page for a record or a fork; for an exchange one for the whole and one for each record. */
export function reportHtml(report: FileReport, options: ReportOptions): string {
  const words = WORDS[options.language]
  const names = new Map(options.trusted.map(({ party, body }) => [party, body.name]))
  const pageOf = (page: number, pages: number): Page => ({
    ...{ language: options.language, words, digest: options.digest, trusted: options.trusted },
    nameOf: (party) => names.get(party),
    foot: [html`${words.made}`, filled(words.page, { page, pages })],
  })
  const sheets = sheetsOf(report, pageOf)
  const text = sheets.map((one) => one.text).join('')
  const faces = options.faces?.(text) ?? ''
  return documentOf({ language: options.language, title: words.title, sheets, faces })
}

function sheetsOf(report: FileReport, pageOf: (page: number, pages: number) => Page): Html[] {
  switch (report.kind) {
    case 'record':
      return [sheet(recordSheet(report, pageOf(1, 1)))]
    case 'fork':
      return [sheet(forkSheet(report, pageOf(1, 1)))]
    case 'exchange': {
      const records = inOrder(report)
      const pages = records.length + 1
      const numbers = new Map(records.map((one, i) => [nameOf(one), i + 1]))
      const among = { holds: report.holds, references: report.references, numbers }
      return [
        sheet(exchangeSheet(report, records, pageOf(1, pages))),
        ...records.map((one, i) => sheet(recordSheet(one, pageOf(i + 2, pages), among))),
      ]
    }
  }
}
