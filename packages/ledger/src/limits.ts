// Every bound of the ledger. Sizes in bytes.

export const LIMITS = {
  /** What one synced write of the journal may hold: callers beyond it wait for the next. */
  batchBytes: 8_388_608,
  batchEntries: 4_096,
  /** Up to so many waiting entries are one batch; of more, half are prepared while the disk keeps the others. */
  batchEntriesWhole: 256,
  /** What one sync of a large file may have to write. */
  syncBytes: 2_097_152,
  /** A segment of the journal beyond this is followed by a new one. */
  segmentBytes: 33_554_432,
  /** Rounds of publishing for which a partial tile is kept after a larger one replaced it. */
  partialRoundsKept: 32,
  /** Tiles of hashes, and bundles of entries, kept in memory after they were read. */
  tilesCached: 256,
  bundlesCached: 4,
  /** The private keys of one folder, all of them. */
  keysBytes: 1_048_576,
  /** What is read at once of a file that is copied to a carried folder. */
  carriedChunkBytes: 1_048_576,
} as const
