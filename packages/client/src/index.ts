// A typed client that verifies what a node gives it.

// `api/` has the shapes of a node’s API, for whoever asks it: the console, the shell, a program of one’s own. Names are those
// of the answers; times are RFC 3339 texts where they come from a statement, and else numbers whose unit is named there.
export type * from './api/agreements.ts'
export type * from './api/carried.ts'
export type * from './api/feedback.ts'
export type * from './api/feeds.ts'
export type * from './api/keys.ts'
export type * from './api/objects.ts'
export type * from './api/officers.ts'
export type * from './api/records.ts'
export type * from './api/rounds.ts'
export type * from './api/rules.ts'
export type * from './api/shares.ts'
export type * from './api/status.ts'
export type * from './api/timeline.ts'
export type * from './api/triage.ts'
export { type Answer, type ApiRefusal, type Reach, type Reached, withQuery } from './calls.ts'
export type { RevealedPart } from './evidence-steps.ts'
export { NodeClient } from './node-client.ts'
export { provedRecord } from './proved.ts'
export { REPORT_LANGUAGES, type ReportOptions, reportHtml } from './report/report-html.ts'
export {
  NOT_SHOWN,
  type NotShown,
  type RecipientTimes,
  type Report,
  type Step,
  type StepName,
  verifyEvidence,
} from './verify-evidence.ts'
export {
  type ExchangeNotShown,
  type ExchangeReport,
  type ExchangeStep,
  type Reference,
  verifyExchange,
} from './verify-exchange.ts'
export { type FileReport, verifyFile } from './verify-file.ts'
export {
  FORK_NOT_SHOWN,
  type ForkNotShown,
  type ForkReport,
  type ForkStep,
  type ShownFork,
  verifyFork,
  verifyForkOfLog,
} from './verify-fork.ts'
