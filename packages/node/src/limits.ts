// Every bound the engine keeps, in one place. Sizes are bytes, times milliseconds unless the name says otherwise.

export const LIMITS = {
  /** A checkpoint or a receipt fetched from a peer. */
  noteBytes: 65_536,
  /** One entry bundle: 256 entries of 65,535 bytes with their length prefixes. */
  bundleBytes: 256 * 65_537,
  /** `logs/<pact>/index` of a peer, and what is read at once of its `receipts/…/index`, which may be longer. */
  indexBytes: 1_048_576,
  /** How far our own sealed file may exceed the padded size its statement names: age's header and chunk tags. */
  sealOverheadBytes: 262_144,
  /** The same of a peer's: the header but for its recipients, the stanza of each, and chunks with their tags. */
  sealHeaderBytes: 1_024,
  sealStanzaBytes: 2_048,
  sealChunkBytes: 65_536,
  sealTagBytes: 16,
  /** Entries of a peer's log taken before they are stored; a longer tail is taken in steps between heads it signed. */
  entriesPerStep: 131_072,
  /** Bytes of entries held in memory for one step. */
  bytesPerStep: 268_435_456,
  /** Our own log keeps a head once it grew by so many entries: of the largest, two such steps are `bytesPerStep`. */
  entriesPerHead: 2_048,
  /** Parts of `indexBytes` of a cosigner's index that are gone through for one step. */
  indexPartsPerLook: 256,
  /** Logs of one party on one channel that are ever heard, and lines of its index that are looked at for one channel. */
  generationsPerChannel: 32,
  /** Of these, those that one log key opened. */
  generationsPerKey: 8,
  /** Of what one balance tells. */
  balanceDays: 366,
  /** How soon what is kept to be said is tried again, where something was in its way. */
  heldRetryMs: 5_000,
  /** Objects taken back or consented to at once, and records that one record about them names: with its places they fit into one entry. */
  revokedAtOnce: 1_000,
  consentedAtOnce: 1_000,
  placesRecords: 32,
  /** Records of ours whose objects are consented to at once, all of them. */
  consentedRecords: 64,
  /** Objects that feedback is given on at once, records that one record of it answers, and bytes of it that are given as STIX. */
  feedbackAtOnce: 1_000,
  feedbackRecords: 32,
  feedbackBytes: 1_048_576,
  /** Objects triaged at once, and named by one opinion (spec/records.md, Many objects at once); characters of a reason. */
  triagedAtOnce: 100_000,
  objectsPerOpinion: 1_000,
  triageReasonChars: 2_000,
  /** What a list of what is to be triaged looks back where no time is asked for; shares, types of one and objects it names. */
  triageListDays: 31,
  triageSharesListed: 200,
  triageTypesListed: 20,
  triageObjectsListed: 1_000,
  /** What is gathered for one round; of what is left out, how much outlasts it; objects of it that are listed. */
  roundObjects: 50_000,
  roundBytes: 67_108_864,
  roundLeftOutKept: 10_000,
  roundObjectsListed: 1_000,
  /** How often it is looked whether a round is due. */
  roundLookMs: 60_000,
  /** How long what one officer asked for may be confirmed by a second. */
  approvalMs: 86_400_000,
  approvalsShown: 100,
  /** How long a share waits for a second person: over a weekend. */
  waitingShareMs: 259_200_000,
  /** Shares that wait so, and their STIX; of one account half of each. And how many that did are remembered. */
  waitingSharesMax: 200,
  waitingShareBytes: 2_147_483_648,
  waitingEndedKept: 1_000,
  /** Changes of the house’s rules that are over and remembered, and the characters of all of them. */
  ruleChangesKept: 200,
  ruleChangesChars: 67_108_864,
  /** How often a peer is asked whether it can prove that a log forked. */
  proofLookMs: 10_000,
  /** Logs of which one peer said what it had seen, and that is not looked into yet. */
  claimsOpen: 256,
  /** How often a peer's mirror is looked at before it is told that it does not bear out what the peer said. */
  unbackedLooks: 3,
  /** However seldom an agreement has its members look, a log is looked at so often, so that a fork is found in a minute. */
  lookMsMax: 45_000,
  /** How often a hint has the index of a party looked at, all of whose channels are heard already. */
  indexLookMs: 5_000,
  /** What a peer says it holds of our receipts on one log: a line for each. */
  heldIndexBytes: 16_777_216,
  /** Content of our own that is read at once to see that it is what was sealed; of more only that it is there. */
  ownContentReadBytes: 1_073_741_824,
  /** How soon who did not answer is asked for content of ours again, and who has none of it; how often all is looked over. */
  ownContentWaitMsMin: 1_000,
  ownContentWaitMsMax: 8_000,
  ownContentLostMs: 600_000,
  ownContentLookMs: 86_400_000,
  /** How often peers that ask for content of ours that is not here have it looked over. */
  ownContentMissedMs: 60_000,
  /** Receipts that one log names and that are not held here, of which its author is asked in one round; files fetched of it. */
  namedReceiptsPerLook: 16,
  namedReceiptsFetched: 64,
  /** How often a neutral looks at an author's head in one round, where taking what was new took longer than a second. */
  looksPerRound: 4,
  /** How often a receipt that does not verify is fetched before its cosigner is told of. */
  receiptTries: 3,
  /** Of receipts of one size, stretches of time since the first of each of which one is kept: up to a day and a half. */
  receiptStretches: 11,
  /** Receipts fetched from one cosigner in one round. */
  receiptsPerRound: 512,
  /** Names in the index of one cosigner that brought no receipt and are asked for again in each round. */
  receiptsMissing: 8,
  /** Cards of one party that are ever kept, and how many are fetched to find the way from one to a trusted root. */
  cardsPerParty: 256,
  cardsPerChain: 64,
  /** The newest card of a party is asked for so often, and sooner where something of it does not verify. */
  cardLookMs: 600_000,
  cardLookAgainMs: 2_000,
  /** Notices of compromised keys of one party that are ever kept and passed on. */
  noticesPerParty: 64,
  /** A card file fetched from a peer. */
  cardFileBytes: 65_536,
  /** Files of one party on a carried folder whose fate is remembered for the report. */
  carriedPathsRemembered: 65_536,
  /** How long a node waits, once a carried copy has answered for our log, until it may sign: the others' time, and some. */
  carriedReadyMs: 15_000,
  /** How often a log is looked at anew that grows while it is carried out, and how many files are written at once. */
  carriedPlansTried: 4,
  carriedAtOnce: 8,
  /** Names looked at in one folder of what was carried here. */
  carriedNamesListed: 16_384,
  /** Card files, and notices, that are read of one carried folder and are not held yet: each member has its share. */
  carriedCards: 1_024,
  carriedNotices: 1_024,
  /** What is read of one index that was carried here: more than ten million receipts. */
  carriedIndexBytes: 268_435_456,
  /** Paths of one log that a report on a carried folder names. */
  carriedPathsNamed: 20,
  /** The header of a backup, which says what it is. */
  backupHeaderBytes: 65_536,
  /** Files in one backup, and the bytes of one file in it. */
  backupFiles: 67_108_864,
  backupFileBytes: 8_796_093_022_208,
  /** One segment of a journal, which begins another after 32 MiB and one write. */
  journalBytes: 268_435_456,
  /** A file up to this size is written into a backup in one piece. */
  backupPieceBytes: 1_048_576,
  /** The answer of a witness, and how long one is waited for. */
  witnessAnswerBytes: 65_536,
  /** A request to a peer. */
  requestMsMax: 30_000,
  /** How long the start-up check waits for peers once a neutral has answered. */
  startupGraceMs: 10_000,
  /** How long a signature under an agreement waits until our log may sign. */
  signReadyMs: 20_000,
  /** A copy on another host asks ours every second; once it has not for so long, it runs no more. */
  secondHostQuietMs: 600_000,
  /** How often it is recorded where and when the folder runs. */
  whereaboutsMs: 60_000,
  /** Back-off after failures of a peer: from, to. */
  backoffMsMin: 250,
  backoffMsMax: 60_000,
  /** Hints to one peer are gathered for this long. */
  hintGatherMs: 1,
  /** How long after the line a hint makes us look at the other channels. */
  lineHeadStartMs: 25,
  /** Age of a signed request, and clock difference allowed between two nodes. */
  requestAgeSeconds: 300,
  /** Nonces of one party remembered against replay; a party that uses them up is answered again once some are too old. */
  noncesPerParty: 100_000,
  /** Entries folded into the views before the event loop may do something else. */
  foldBatch: 32,
  /** Receipts folded in one step at a start. */
  receiptsPerFold: 4_096,
  /** STIX objects folded before the event loop may do something else. */
  objectsBatch: 20,
  /** STIX objects folded before whoever watches is told again; a multiple of the above. */
  objectsPerTelling: 2_000,
  /** How long one step of work that may take its time waits for what is urgent. */
  giveWayMsMax: 100,
  /** Content above this size is sealed and opened in a worker. */
  inlineSealBytes: 65_536,
  /** A STIX input of `share`. */
  shareBytes: 1_073_741_824,
  /** Records of one share: they are signed in one step and kept in one write. */
  shareRecords: 500,
  /** When it is first looked, after a start, for content whose retention has run out, and how often from then on. */
  retentionFirstMs: 60_000,
  retentionSweepMs: 3_600_000,
  /** Records named by one that says that their retention has run out. */
  destroyedPerRecord: 64,
  /** Requests kept while the start-up check has not finished. */
  heldHereMax: 1_000,
  /** The STIX of all shares kept meanwhile. */
  heldShareBytes: 2_147_483_648,
} as const
