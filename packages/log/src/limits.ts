// Every bound of this package. Sizes in bytes.

/** C2SP tlog-tiles: the length of an entry is a big-endian uint16. */
export const MAX_ENTRY_BYTES = 65_535
/** A signed note. C2SP asks for no limit; ours holds a checkpoint with 64 ML-DSA-44 lines. */
export const MAX_NOTE_BYTES = 1_048_576
/** Signature lines of one note; C2SP asks verifiers to accept at least 16. */
export const MAX_SIGNATURE_LINES = 64
/** An origin or key name: one length byte in the type-06 message. */
export const MAX_NAME_BYTES = 255
/** POSIX seconds: the end of the year 9999, after which RFC 3339 and the dates of JavaScript have no name for a time. */
export const MAX_TIME_SECONDS = 253_402_300_799
/** A request to a witness: 63 hashes and a note of 64 ML-DSA-44 lines fit. */
export const MAX_ADD_CHECKPOINT_BYTES = 262_144
/** Lines of a consistency proof in a request to a witness (C2SP tlog-witness). */
export const MAX_WITNESS_PROOF_LINES = 63
/** Lines of others over the subtree, and over its checkpoint, in a request for a subtree (C2SP tlog-witness). */
export const MAX_SUBTREE_LINES = 8
/** What is read of a witness’s answer: lines of 16 keys fit. */
export const MAX_WITNESS_ANSWER_BYTES = 65_536
/** How often a witness may name another size before it is left alone until the next checkpoint. */
export const MAX_WITNESS_CONFLICTS = 3
/** Hashes of an inclusion proof: of a tree of 2⁶³ entries. */
export const MAX_PROOF_HASHES = 63
/** A proof file: a note, a proof, and whatever else its makers put beside it. */
export const MAX_PROOF_FILE_BYTES = 2_097_152
/** The file of a fork of any log (spec/fork.md), and keys in it. */
export const MAX_LOG_FORK_BYTES = 262_144
export const MAX_LOG_FORK_KEYS = 16
/** A policy file. C2SP tlog-policy asks for at least 32 logs, 32 witnesses and 32 groups. */
export const MAX_POLICY_BYTES = 4_194_304
/** Logs, witnesses and groups of one policy together. */
export const MAX_POLICY_LINES = 1_024
export const HASH_BYTES = 32
export const TILE_WIDTH = 256
export const MAX_TILE_LEVEL = 63
/** Keys whose imported form is kept. */
export const KEY_CACHE_SIZE = 1_024
