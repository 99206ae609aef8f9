// The language of agreements, their members, their force and the intervals of records under them. Pure.

export {
  type Agreement,
  agreementDigest,
  agreementSchema,
  canonicalAgreement,
  checkAgreementValue,
  parseAgreement,
  ROLES,
  type Role,
} from './agreement.ts'
export { checkAgreement, type Warning } from './check.ts'
export {
  type Day,
  dayOfEntry,
  dayOfSeconds,
  dayOfTime,
  entriesOfDay,
  entriesOverLimits,
  isOnLine,
  mustBeHeld,
  type PartyLog,
  weightOf,
} from './daily-limits.ts'
export { explainAgreement } from './explain.ts'
export {
  type Force,
  forceOf,
  type HeldReceipts,
  heldReceipts,
  type NamedReceipt,
  offerExpires,
  type Sight,
  type SignatureFact,
  saidInForce,
  type WitnessedSignature,
  witnessedSignatures,
} from './force.ts'
export {
  type DeliveryState,
  deliveryState,
  type Interval,
  intervalOf,
  quorumBound,
  type ReceiptFact,
} from './interval.ts'
export { type Invitation, makeInvitation, parseInvitation } from './invitation.ts'
export { LIMITS as PACT_LIMITS } from './limits.ts'
export {
  type Channel,
  channelOf,
  depositaryOf,
  type Neutral,
  neutralsOf,
  pinnedRoot,
  readersOf,
  rolesOf,
} from './members.ts'
export { heldSince, retainedUntil, saidAfter } from './retention.ts'
export { namesEachLog } from './signature.ts'
export { inheritedSight, type Predecessor } from './succession.ts'
export { type Witness, witnessedTo, witnessesFor } from './witnessed.ts'
export { agreementFromYaml, type DraftFault, type DraftFill } from './yaml.ts'
