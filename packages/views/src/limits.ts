// Every limit of the views, in one place. A caller that exceeds one has a defect; a peer cannot reach them.

/** Entries of one call of foldEntries: one entry bundle. */
export const ENTRIES_PER_FOLD_MAX = 256
/** Objects of one call of foldObjects. */
export const OBJECTS_PER_FOLD_MAX = 200
/** Receipts of one call of foldReceipts. */
export const RECEIPTS_PER_FOLD_MAX = 4096
