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
  /** One that carries a signed request or a notice, in base64. */
  keyBodyBytes: 524_288,
  /** One that carries a card. */
  cardBodyBytes: 131_072,
  /** A STIX bundle posted to TAXII's outbox or to the console's share. */
  shareBodyBytes: 1_073_741_824,
  /** STIX given as feedback; what a tool adds is looked at as such only where it is no larger. */
  feedbackBytes: 1_048_576,
  /** A description or an explanation in feedback. */
  feedbackChars: 20_000,
  /** Triage: objects listed at most; answers in one request, and what one of them may name; characters of a reason. */
  triageListedMax: 1_000,
  triageAnswersMax: 1_000,
  triageIdsMax: 50_000,
  triageTypesMax: 100,
  triageReasonChars: 2_000,
  /** Consents: objects named in one, versions of these, and records. */
  consentedIdsMax: 1_000,
  consentedVersionsMax: 100,
  consentedRecordsMax: 64,
  /** TAXII: objects on one page where the client names no limit, and at most. */
  taxiiPageDefault: 1_000,
  taxiiPageMax: 1_000,
  /** A graph: what it begins with, how far it goes, and objects at most. */
  graphIdsMax: 1_000,
  graphDepthMax: 4,
  graphNodesMax: 1_000,
  /** A timeline: objects at most. */
  timelineLanesMax: 200,
  /** Characters of STIX that are made events of MISP at once. */
  exportMispChars: 16_777_216,
  /** Why an officer asks for something, refuses it or puts it back. */
  decisionReasonChars: 2_000,
  /** Rules of the house: changes in one draft, cases of one scope, and what a draft is tried on. */
  ruleEditsMax: 200,
  ruleCasesMax: 2_000,
  ruleTryChars: 2_097_152,
  ruleTryIdsMax: 100,
  /** STIX put into a round. */
  roundBodyBytes: 67_108_864,
  /** The console's lists. */
  pageDefault: 50,
  pageMax: 200,
  /** How much of a published file is read at a time. */
  fileChunkBytes: 262_144,
  /** A query string value. */
  queryChars: 2_048,
  /** A name, password or token by which a feed signs in, and how seldom one is pulled by itself. */
  feedSecretChars: 4_096,
  feedMinutesMax: 525_600,
  /** Readers named in what two officers do. */
  readersMax: 64,
  /** Tools that speak TAXII, and what one of them may. */
  toolsMax: 1_000,
  toolRightsMax: 64,
  /** Statuses of what tools added: how many are kept and how large all of them may be, before the oldest of those that ended go. */
  statusesMax: 10_000,
  statusesBytesMax: 134_217_728,
  /** A status that ended is kept for a day, as TAXII 2.1 section 4.3 asks. */
  statusKeptMs: 86_400_000,
  /** Objects named one by one in a status; of more than that each is counted and the first that failed are named. */
  statusObjectsMax: 1_000,
  /** How long a status waits for the last object to stand in the outbox before it says that all are shared. */
  statusShownMs: 60_000,
  statusLookMs: 20,
  /** How long an add waits to answer that it is complete, before it answers that it is pending. */
  statusPatienceMs: 2_000,
  /** How long requests being answered may still take once the node is told to stop. */
  closeGraceMs: 3_000,
  /** The address of a Unix socket has about 104 bytes on some systems. */
  socketPathBytes: 100,
  passwordCharsMin: 12,
  /**
   * After so many wrong passwords in a row within a day, and after each further one, an account lets nobody in for so long;
   * guesses from where it was used lately are counted by themselves.
   */
  wrongPasswordsMax: 10,
  wrongCountedMs: 86_400_000,
  lockedMs: 900_000,
  usualAddressMs: 2_592_000_000,
  /** Attempts to sign in that are kept, and how much of an address of mail or of the network. */
  signInsKept: 100_000,
  addressChars: 320,
} as const
