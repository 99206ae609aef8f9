// Logs on disk: the one writer, mirrors, sealed content, receipts and audit; private keys at rest.

export { auditLog, type Finding, type LogAudit } from './audit.ts'
export {
  type CarriedFolder,
  CarriedFolderFailed,
  type CarriedPart,
  type Kept,
  type OpenCarriedFolder,
  openCarriedFolder,
} from './carried-folder.ts'
export { type Disk, type DiskCalls, type DiskFile, diskOf } from './disk.ts'
export { earlierTile } from './earlier-tile.ts'
export { commonSizeKept, isShownForked, keepCommonSize, keepEvidence, keepForkFile } from './evidence.ts'
export { recordGeneration } from './generations.ts'
export { framesOf, segmentSpan } from './journal.ts'
export { KeyStore, keysAreProtected, wipeUnprotectedKeys } from './key-store.ts'
export { LIMITS as LEDGER_LIMITS } from './limits.ts'
export type { LogFiles } from './log-files.ts'
export { LogStopped } from './log-stopped.ts'
export { durableHead, type Mirror, type MirrorOptions, openMirror } from './mirror.ts'
export { nodeCalls, nodeDisk } from './node-disk.ts'
export {
  createOwnLog,
  type EndedLog,
  type OwnLog,
  type OwnLogOptions,
  openEndedLog,
  openOwnLog,
} from './own-log.ts'
export { passphraseIdentity, passphraseRecipient } from './passphrase-age.ts'
export { openWithPassphrase, passphraseRefusal, sealWithPassphrase } from './passphrase-file.ts'
export { generationsFile, journalFolder, logFolder, mirrorFolder, originHash } from './paths.ts'
export { type ReadableLog, readPublishedLog } from './published-log.ts'
export { formatReceiptName, parseReceiptName, type ReceiptFile } from './receipt-name.ts'
export { type NewReceipt, openReceipts, type ReceiptName, type Receipts } from './receipts.ts'
