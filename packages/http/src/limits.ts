// Every bound of the HTTP side, in one place. Sizes in bytes.

export const LIMITS = {
  /** A path on this machine. */
  pathChars: 4_096,
  /** A JSON request to the console's API. */
  apiBodyBytes: 4_194_304,
  /** One that carries an agreement or an invitation. */
  jsonBodyBytes: 1_048_576,
  /** A hint has no body; what comes all the same is read no further. */
  hintBodyBytes: 1_024,
  /** One that carries a card. */
  /** A signed request or notice, in base64. */
  keyBodyBytes: 524_288,
  cardBodyBytes: 131_072,
  /** A STIX bundle posted to TAXII's outbox or to the console's share. */
  shareBodyBytes: 1_073_741_824,
  /** TAXII: objects on one page where the client names no limit, and at most. */
  taxiiPageDefault: 1_000,
  taxiiPageMax: 1_000,
  /** The console's lists. */
  pageDefault: 50,
  pageMax: 200,
  /** How much of a published file is read at a time. */
  fileChunkBytes: 262_144,
  /** A query string value. */
  queryChars: 2_048,
  /** TAXII statuses remembered. */
  statusesMax: 1_000,
  /** How long an add waits to answer that it is complete, before it answers that it is pending. */
  statusPatienceMs: 2_000,
  /** How long requests being answered may still take once the node is told to stop. */
  closeGraceMs: 3_000,
  /** The address of a Unix socket has about 104 bytes on some systems. */
  socketPathBytes: 100,
  passwordCharsMin: 12,
} as const
