// A typed client that verifies what a node gives it.

export type * from './answers.ts'
export type { RevealedPart } from './evidence-steps.ts'
export {
  type Answer,
  type ApiRefusal,
  type FeedbackGiven,
  type FeedbackInput,
  type GateReason,
  type GateVerdict,
  NodeClient,
  type ObjectVerdict,
  type OfficerSignIn,
  type Reach,
  type Reached,
  type Revoked,
  type RevokeInput,
  type SaidOutcome,
  type SayInput,
  type ShareInput,
  type ShareOutcome,
  type TriedShare,
  withQuery,
} from './node-client.ts'
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
