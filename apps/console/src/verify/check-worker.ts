// The worker that checks a file of any kind and sets the report on it: the same code as `countersign verify --report`.

import { reportHtml, verifyFile } from '@countersign/client'
import { sha256, toHex } from '@countersign/log'
import { type Language, parseCard } from '@countersign/record'

export interface CheckRequest {
  file: Uint8Array
  /** Card files that are trusted; what is none is passed over, and was named to the person before. */
  cards: Uint8Array[]
  language: Language
  /** A style sheet of faces. */
  faces: string
}

export interface CheckAnswer {
  holds: boolean
  kind: 'record' | 'exchange' | 'fork'
  html: string
}

addEventListener('message', (event: MessageEvent<CheckRequest>) => {
  const { file, cards, language, faces } = event.data
  const trusted = cards.map(parseCard).flatMap((card) => (card.ok ? [card.value] : []))
  const report = verifyFile(file, trusted)
  const html = reportHtml(report, { language, digest: toHex(sha256(file)), trusted, faces: () => faces })
  const answer: CheckAnswer = { holds: report.holds, kind: report.kind, html }
  postMessage(answer)
})
