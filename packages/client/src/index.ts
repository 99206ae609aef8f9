export {
  type RecipientTimes,
  type Report,
  type RevealedPart,
  type Step,
  type StepName,
  verifyEvidence,
} from './verify-evidence.ts'
