// The engine of a node: say, hear, timers.

export type { Proposed, Signed } from './agreements.ts'
export { type AuditedLog, type AuditOptions, auditAs, auditNode, type NodeAudit } from './audit.ts'
export { type RestoreOptions, restoreBackup } from './backup/restore.ts'
export { type BackedUp, type BackupOptions, takeBackup } from './backup/take.ts'
export { type VerifiedBackup, verifyBackup } from './backup/verify.ts'
export type { BalanceAnswer, BalanceAsked } from './balance.ts'
export type { CarriedIn, CarriedInLog, CarriedInReceipts } from './carrying/carry-in.ts'
export {
  type CarriedOut,
  type CarriedOutLog,
  type CarryOutOptions,
  carryOut,
  carryOutAs,
} from './carrying/carry-out.ts'
export type { DirectoryAnswer } from './directory.ts'
export type { Discovered, FoundCollection, FoundRoot } from './feeds/discovery.ts'
export type { Destination } from './feeds/feed-store.ts'
export type { FeedKind } from './feeds/feed-terms.ts'
export type { FeedRow, Feeds, NewFeed } from './feeds/feeds.ts'
export { FEED_LIMITS, type FeedLimits } from './feeds/limits.ts'
export type { PullReport, PushReport } from './feeds/report.ts'
export type { Credential } from './feeds/requests.ts'
export type { OpenedPart } from './folding/folding.ts'
export {
  acceptFirstCard,
  type Identity,
  type InitOptions,
  initNode,
  initUnsigned,
  loadIdentity,
  loadMember,
  type Member,
} from './keys/identity.ts'
export { KeyRing, ROTATED_ROLES, type RotatedRole } from './keys/keys.ts'
export type { KeyStatus, Rotated, RotateRequest } from './keys/own-keys.ts'
export {
  makeRootKey,
  openRootKey,
  parseRootPublicKey,
  type RootPublicKey,
  rootKeyIsProtected,
} from './keys/root-key.ts'
export { TrustedCards } from './keys/trust.ts'
export { Node } from './node.ts'
export type { Act, Approval } from './officers/approvals.ts'
export type { Officer } from './officers/second-person.ts'
export type { StoredPact } from './pacts.ts'
export { readCases } from './releasing/cases.ts'
export type { RuleChange, RulesLook } from './releasing/rule-changes.ts'
export type { RulesChecked, RulesDraft, TriedSide } from './releasing/rule-drafts.ts'
export { NonceMemory, type SignedRequest, signRequest, verifyRequest } from './requests.ts'
export type { RoundAdded } from './rounds/round-gathering.ts'
export type { RoundLooked, RoundRefusal } from './rounds/round-looks.ts'
export type { Gathered, RoundPlace, RoundTerms } from './rounds/round-store.ts'
export type { RoundChoice, RoundLook, RoundState } from './rounds/weekly-rounds.ts'
export type { Consented, ConsentRequest, RetractRequest } from './saying/consenting.ts'
export type { FeedbackGiven, FeedbackRequest } from './saying/feedback.ts'
export type { ShareRefusal, Tried } from './saying/judging.ts'
export type { PartToSeal } from './saying/record-in-making.ts'
export type { Revoked, RevokeRequest } from './saying/revoking.ts'
export type { Said, SayRequest, ShareRequest } from './saying/saying.ts'
export type { Shared, ShareResult, ShareState } from './saying/share.ts'
export type { Triaged, TriageRequest } from './saying/triage.ts'
export type { TriageFilter, TriageScope } from './saying/triage-choice.ts'
export type { TriagedShare, TriageList, TriageListAsked } from './saying/triage-list.ts'
export type { WaitingShare } from './saying/waiting-shares.ts'
export { openAge, sealAge } from './sealing/age.ts'
export type { NodeStatus, PeerStatus } from './status.ts'
export { realSurroundings, type Surroundings } from './surroundings.ts'
