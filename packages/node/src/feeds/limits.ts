// Every bound kept towards a foreign server, of TAXII or of MISP, in one place. Sizes are bytes, times milliseconds unless the name says
// otherwise. They are handed to what keeps them, so that a test can come near one.

export const FEED_LIMITS = {
  /** Feeds of one node. */
  feeds: 64,
  /** Characters of an address, of a user's name or a secret, and of a `next`. */
  urlChars: 2_048,
  secretChars: 4_096,
  nextChars: 8_192,
  /** API roots of one server and collections of one root that are shown; characters of the id of one. */
  roots: 16,
  collections: 256,
  idChars: 128,
  /** Objects asked for in one page; and at most, where a server has more with one time than it gives in a page. */
  pageObjects: 1_000,
  pageObjectsMax: 16_000,
  /** What is read of one page, unpacked; some servers give a whole collection in one. */
  pageBytes: 67_108_864,
  /** Elements of one page, whatever was asked for. */
  pageElements: 250_000,
  /** What is read of any other answer. */
  answerBytes: 1_048_576,
  /** One request with its whole answer, and redirects followed within one server. */
  requestMs: 120_000,
  redirects: 3,
  /** One pull; the next goes on where it ended. */
  pagesPerPull: 100_000,
  objectsPerPull: 1_000_000,
  pullMs: 3_600_000,
  /** Empty pages in a row; and pages without anything new, beyond those that give twice what is known already. */
  idlePages: 200,
  /** How often one request is tried within one pull, and the longest wait for that. */
  tries: 3,
  retryMs: 1_000,
  waitHereMs: 10_000,
  /** The longest time that a server may have us stay away. */
  waitMsMax: 86_400_000,
  /** Between pulls by themselves that failed: from, to. */
  backoffMsMin: 60_000,
  backoffMsMax: 21_600_000,
  /** A person is told of a feed that fails by itself: after so many times in a row, over so long a time. */
  failuresTold: 3,
  failingMs: 21_600_000,
  /** Objects of one feed that are remembered, so that none is taken twice. */
  known: 5_000_000,
  /** One share, or one file of drafts. Where so much waits, it is passed on before anything more is fetched. */
  batchObjects: 5_000,
  batchBytes: 16_777_216,
  /** A time that a server names is believed so far ahead of our clock. */
  aheadMs: 86_400_000,
  /** Objects that a report names one by one, and characters of what a server says. */
  told: 20,
  sentenceChars: 300,
  /** How often a running node looks for a feed that is due. */
  lookMs: 15_000,
  /** Objects and bytes of one request that adds, and of all that is pushed at once. */
  pushObjects: 500,
  pushBytes: 4_194_304,
  pushedBytes: 268_435_456,
  /** How often, and after which time each, a status is asked for that is not complete. */
  statusLooks: 120,
  statusMs: 500,
  /** Of a MISP: one list of events, and events in it; lists asked for in one pull, each of a part of the time. */
  listBytes: 16_777_216,
  listEvents: 250_000,
  lists: 64,
  /** Events of one feed that are remembered. */
  events: 1_000_000,
  /** A list of what was published since the last pull begins this much earlier. */
  listOverlapMs: 900_000,
  /** Up to so many events of such a list are fetched although they are known in that version. */
  eventsAgain: 200,
  /** After this time the list of all events is asked for again. */
  listAllMs: 86_400_000,
  /** Sightings are asked for from so long before the first pull, and each time from so long before the last one. */
  sightingsMs: 2_592_000_000,
  sightingOverlapMs: 86_400_000,
  /** How often an event is asked for that cannot be had; after so many in a row a pull ends. */
  eventTries: 5,
  eventsFailed: 3,
} as const

export type FeedLimits = { readonly [name in keyof typeof FEED_LIMITS]: number }
