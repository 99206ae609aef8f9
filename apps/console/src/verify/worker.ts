// The worker that verifies. It holds the same code that the node and the command line run, with the browser's `#crypto`,
// and reads the fingerprint words off the cards itself instead of believing the node's.

import { type Report, verifyEvidence } from '@countersign/client'
import { fingerprintWords, parseCard } from '@countersign/record'

export interface VerifyRequest {
  evidence: Uint8Array
  /** Card files that are trusted. */
  cards: Uint8Array[]
}

export interface VerifyAnswer {
  report: Report
  /** The cards that were used, with the words of each. */
  trusted: { party: string; words: string[] }[]
  tookMs: number
}

addEventListener('message', (event: MessageEvent<VerifyRequest>) => {
  const started = performance.now()
  const cards = event.data.cards.map(parseCard).flatMap((card) => (card.ok ? [card.value] : []))
  const report = verifyEvidence(event.data.evidence, cards)
  const named = new Set([report.statement?.from, ...report.receipts.map((receipt) => receipt.by)])
  const trusted = cards
    .filter((card) => named.has(card.party))
    .map((card) => ({ party: card.party, words: fingerprintWords(card) }))
  const answer: VerifyAnswer = { report, trusted, tookMs: performance.now() - started }
  postMessage(answer)
})
