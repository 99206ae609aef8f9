// The engine of a node: say, hear, timers.

export { openAge, sealAge } from './age.ts'
export type { Proposed, Signed } from './agreements.ts'
export type { Act, Approval, Officer } from './approvals.ts'
export { type AuditedLog, type AuditOptions, auditAs, auditNode, type NodeAudit } from './audit.ts'
export { type RestoreOptions, restoreBackup } from './backup/restore.ts'
export { type BackedUp, type BackupOptions, takeBackup } from './backup/take.ts'
export { type VerifiedBackup, verifyBackup } from './backup/verify.ts'
export type { CarriedIn, CarriedInLog, CarriedInReceipts } from './carry-in.ts'
export { type CarriedOut, type CarriedOutLog, type CarryOutOptions, carryOut, carryOutAs } from './carry-out.ts'
export type { DirectoryAnswer } from './directory.ts'
export type { OpenedPart } from './folding.ts'
export {
  acceptFirstCard,
  type Identity,
  type InitOptions,
  initNode,
  initUnsigned,
  loadIdentity,
  loadMember,
  type Member,
} from './identity.ts'
export { KeyRing, ROTATED_ROLES, type RotatedRole } from './keys.ts'
export { Node } from './node.ts'
export type { KeyStatus, Rotated, RotateRequest } from './own-keys.ts'
export type { StoredPact } from './pacts.ts'
export type { PartToSeal } from './record-in-making.ts'
export { NonceMemory, type SignedRequest, signRequest, verifyRequest } from './requests.ts'
export { makeRootKey, openRootKey, parseRootPublicKey, type RootPublicKey, rootKeyIsProtected } from './root-key.ts'
export type { Said, SayRequest, ShareRequest } from './saying.ts'
export type { Shared, ShareResult } from './share.ts'
export type { NodeStatus, PeerStatus } from './status.ts'
export { realSurroundings, type Surroundings } from './surroundings.ts'
export { TrustedCards } from './trust.ts'
