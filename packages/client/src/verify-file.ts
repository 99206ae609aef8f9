// Any file of evidence, by what it is (spec/evidence.md, Telling files apart).

import type { VerifierKey } from '@countersign/log'
import { type Card, evidenceKind } from '@countersign/record'
import { type Report, verifyEvidence } from './verify-evidence.ts'
import { type ExchangeReport, verifyExchange } from './verify-exchange.ts'
import { type ForkReport, verifyFork, verifyForkOfLog } from './verify-fork.ts'

/** The report on any bytes; of what is no file of evidence, that of a record that cannot be read. */
export type FileReport = Report | ExchangeReport | ForkReport

export function verifyFile(
  bytes: Uint8Array,
  trusted: readonly Card[],
  /** Evidence of notices, and files of a fork, to apply to it; of an exchange the latter alone. */
  beside: readonly Uint8Array[] = [],
  /** Of logs of any software, for a file of a fork that a witness keeps. */
  logKeys: readonly VerifierKey[] = [],
): FileReport {
  switch (evidenceKind(bytes)) {
    case 'exchange':
      return verifyExchange(bytes, trusted, beside)
    case 'fork':
      return verifyFork(bytes, trusted)
    case 'log-fork':
      return verifyForkOfLog(bytes, { cards: trusted, keys: logKeys })
    default:
      return verifyEvidence(bytes, trusted, beside)
  }
}
