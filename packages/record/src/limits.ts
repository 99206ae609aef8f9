// Every bound of the formats (spec/README.md). Sizes in bytes.

export const LIMITS = {
  payloadBytes: 46_000,
  cardFileBytes: 65_536,
  noticeBytes: 32_768,
  /** A request to a root to sign: two cards, a notice and their signatures. */
  signingRequestBytes: 262_144,
  /** Cards that one notice names. */
  noticeCards: 16,
  receiptBytes: 65_536,
  jsonDepth: 32,
  partyBytes: 128,
  originBytes: 255,
  /** `to`, `re`, `seen.logs` and `seen.receipts`. */
  listed: 64,
  parts: 16,
  partBytes: 67_108_864,
  mediaTypeBytes: 127,
  classChars: 64,
  nameChars: 200,
  rootKeys: 8,
  endpoints: 4,
  endpointBytes: 2_048,
  /** The smallest padded frame. */
  frameBytesMin: 256,
} as const
