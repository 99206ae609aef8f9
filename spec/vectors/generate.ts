// Writes the vectors. They are made once and kept: signatures of ML-DSA-44 are randomised, and what others have tested
// against does not change. A file that is there is left alone.

import { toBase64 } from '@countersign/log'
import { commitment, encodeFrame } from '@countersign/record'
import { ed25519Cases } from '../../packages/log/test/ed25519-cases.ts'
import { afterSplitCases } from './after-split-cases.ts'
import { cardCases } from './card-cases.ts'
import { consentAnswersCases } from './consent-answers-cases.ts'
import { consentCases } from './consent-cases.ts'
import { dailyLimitsCases } from './daily-limits-cases.ts'
import { dailyProposalsCases } from './daily-proposals-cases.ts'
import { destructionBesideCases, destructionCases } from './destruction-cases.ts'
import { evidenceCases } from './evidence-cases.ts'
import { evidenceDepositsCases } from './evidence-deposits-cases.ts'
import { evidenceForkCases, forkFiles } from './evidence-fork-cases.ts'
import { evidenceKeysCases } from './evidence-keys-cases.ts'
import { exchangeCases } from './exchange-cases.ts'
import { forceCases } from './force-cases.ts'
import { forkCases } from './fork-cases.ts'
import { keyCards, keyLogCases, newestCases, noticeCases, reachCases } from './keys-cases.ts'
import { type NoticesCase, noticesCards, noticesCases } from './notices-cases.ts'
import { withoutNeutralCases } from './notices-without-neutral-cases.ts'
import { revocationAnswersCases } from './revocation-answers-cases.ts'
import { revocationCases } from './revocation-cases.ts'
import { agreement, alfa, bravo, ORIGIN, opening, watch } from './samples.ts'
import { sightingAnswersCases } from './sighting-answers-cases.ts'
import { sightingCases } from './sighting-cases.ts'
import { statementCases } from './statement-cases.ts'
import { successionCases } from './succession-cases.ts'
import { hex, text, withPieces } from './texts.ts'
import { verdictCases } from './verdict-cases.ts'
import { write } from './writing.ts'

write('statements.json', () => ({
  card: text(alfa.file),
  origin: ORIGIN,
  parties: ['alfa.example', 'bravo.example'],
  opening: toBase64(opening()),
  cases: statementCases.map(({ entries, ...of }) => ({ ...of, entries: entries.map(toBase64) })),
}))

write('revocations.json', () => ({
  card: text(alfa.file),
  origin: ORIGIN,
  parties: ['alfa.example', 'bravo.example'],
  opening: toBase64(opening()),
  cases: revocationCases.map(({ entries, ...of }) => ({ ...of, entries: entries.map(toBase64) })),
}))

write('consents.json', () => ({
  card: text(alfa.file),
  origin: ORIGIN,
  parties: ['alfa.example', 'bravo.example'],
  opening: toBase64(opening()),
  cases: consentCases.map(({ entries, ...of }) => ({ ...of, entries: entries.map(toBase64) })),
}))

write('sightings.json', () => ({
  card: text(alfa.file),
  origin: ORIGIN,
  parties: ['alfa.example', 'bravo.example'],
  opening: toBase64(opening()),
  cases: sightingCases.map(({ entries, ...of }) => ({ ...of, entries: entries.map(toBase64) })),
}))

write('commitments.json', () =>
  [0, 1, 216, 217, 1000, 70_000].map((size, i) => {
    const context = {
      id: `0195f3a0-7c11-7abc-8def-${String(i).padStart(12, '0')}`,
      origin: ORIGIN,
      part: i,
      role: 'message',
      mediaType: 'text/plain',
    }
    const salt = new Uint8Array(32).fill(i + 1)
    const plaintext = Uint8Array.from({ length: size }, (_, n) => (n * 7 + i) % 256)
    return {
      ...{ context, salt: toBase64(salt), plaintext: toBase64(plaintext) },
      paddedSize: encodeFrame(plaintext, salt).length,
      commitment: hex(commitment(context, salt, plaintext)),
    }
  }),
)

write('ed25519.json', () => ed25519Cases)

write('cards.json', () => cardCases)

write('evidence.json', () => {
  const { pieces, texts } = withPieces(evidenceCases.map(({ evidence }) => evidence))
  const cases = evidenceCases.map((of, i) => ({ ...of, evidence: texts[i] }))
  return { trusted: [alfa, bravo, watch].map(({ file }) => text(file)), pieces, cases }
})

write('force.json', () => ({ cases: forceCases }))

write('fork.json', () => {
  const { pieces, texts } = withPieces(forkCases.map(({ fork }) => fork))
  return { trusted: text(alfa.file), pieces, cases: forkCases.map((of, i) => ({ ...of, fork: texts[i] })) }
})

write('exchange.json', () => {
  const { pieces, texts } = withPieces(exchangeCases.map(({ exchange }) => exchange))
  const cases = exchangeCases.map((of, i) => ({ ...of, exchange: texts[i] }))
  return { trusted: [alfa, bravo, watch].map(({ file }) => text(file)), pieces, cases }
})
write('keys.json', () => ({
  root: alfa.card.rootDigest,
  origin: ORIGIN,
  parties: ['alfa.example', 'bravo.example'],
  ...{ cards: keyCards, reach: reachCases, newest: newestCases, notices: noticeCases, logs: keyLogCases },
}))

write('succession.json', () => ({ cases: successionCases }))

write('daily-limits.json', () => ({ agreement, cases: dailyLimitsCases }))

write('daily-proposals.json', () => ({ agreement, cases: dailyProposalsCases }))

write('evidence-keys.json', () => {
  const { pieces, texts } = withPieces(evidenceKeysCases.map(({ evidence }) => evidence))
  const cases = evidenceKeysCases.map((of, i) => ({ ...of, evidence: texts[i] }))
  return { trusted: [alfa, bravo, watch].map(({ file }) => text(file)), pieces, cases }
})

write('evidence-deposits.json', () => {
  const { pieces, texts } = withPieces(evidenceDepositsCases.map(({ evidence }) => evidence))
  const cases = evidenceDepositsCases.map((of, i) => ({ ...of, evidence: texts[i] }))
  return { trusted: [alfa, bravo, watch].map(({ file }) => text(file)), pieces, cases }
})

write('evidence-fork.json', () => {
  const { pieces, texts } = withPieces(evidenceForkCases.map(({ evidence }) => evidence))
  const cases = evidenceForkCases.map((of, i) => ({ ...of, evidence: texts[i] }))
  return { trusted: [alfa, bravo, watch].map(({ file }) => text(file)), forks: forkFiles, pieces, cases }
})

write('destruction.json', () => destruction(destructionCases))
write('destruction-beside.json', () => destruction(destructionBesideCases))
write('after-split.json', () => destruction(afterSplitCases))

write('revocation-answers.json', () => destruction(revocationAnswersCases))
write('consent-answers.json', () => destruction(consentAnswersCases))
write('sighting-answers.json', () => destruction(sightingAnswersCases))

write('verdicts.json', () => ({ cases: verdictCases }))

write('notices.json', () => notices(noticesCases))
write('notices-without-neutral.json', () => notices(withoutNeutralCases))

function notices(of: readonly NoticesCase[]) {
  const agreements = [...new Set(of.map((one) => one.agreement))]
  const entries = [...new Set(of.flatMap(({ logs }) => logs.flatMap((log) => log.entries.map(toBase64))))]
  const cases = of.map((one) => ({
    ...one,
    agreement: agreements.indexOf(one.agreement),
    logs: one.logs.map((log) => ({ ...log, entries: log.entries.map((entry) => entries.indexOf(toBase64(entry))) })),
  }))
  return { agreements, cards: noticesCards.map(text), entries, cases }
}

function destruction(of: readonly { logs: { origin: string; entries: Uint8Array[] }[] }[]) {
  const entries = [...new Set(of.flatMap(({ logs }) => logs.flatMap((log) => log.entries.map(toBase64))))]
  const cases = of.map((one) => ({
    ...one,
    logs: one.logs.map((log) => ({ ...log, entries: log.entries.map((entry) => entries.indexOf(toBase64(entry))) })),
  }))
  return { agreement, cards: [alfa, bravo, watch].map(({ file }) => text(file)), entries, cases }
}
