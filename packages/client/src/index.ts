// A typed client that verifies what a node gives it.

export {
  NodeClient,
  type PactSummary,
  type RecordSummary,
  type SaidOutcome,
  type SayInput,
  type ShareInput,
  type ShareOutcome,
  type ShareRefused,
} from './node-client.ts'
export {
  type RecipientTimes,
  type Report,
  type RevealedPart,
  type Step,
  type StepName,
  verifyEvidence,
} from './verify-evidence.ts'
