// Records folded into tables, and the queries on them.

export type { ConsentRow } from './consents.ts'
export type * from './feedback-rows.ts'
export { feedbackTargets } from './feedback-words.ts'
export { ENTRIES_PER_FOLD_MAX, OBJECTS_PER_FOLD_MAX, RECEIPTS_PER_FOLD_MAX } from './limits.ts'
export type { UnheldReceipt } from './named-receipts.ts'
export type * from './object-rows.ts'
export { openViews } from './open-views.ts'
export type { ConsentGone, GoingObject, Passage } from './originators.ts'
export { preparedWhenRun } from './prepared.ts'
export type * from './rows.ts'
export { canonicalText } from './same-content.ts'
export type { SharedOnce } from './shared-once.ts'
export type * from './timeline-rows.ts'
export type * from './triage-rows.ts'
export type {
  ContradictionToFold,
  EntryToFold,
  ObjectToFold,
  ReceiptToFold,
  Views,
  ViewsOptions,
} from './views.ts'
