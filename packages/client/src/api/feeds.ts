// Foreign TAXII collections, and instances of MISP, that are pulled from or pushed to.

/** Where what a feed brings goes: into files of drafts, or into shares through the release gate. */
export type FeedDestination =
  | { kind: 'drafts' }
  /** Into the next round of an agreement. */
  | { kind: 'round'; pact: string; channel?: string; to?: string[] }
  | {
      kind: 'share'
      pact: string
      channel?: string
      to?: string[]
      marking?: { tlp: string; class?: string }
      /** The feed of ours it is shared in. */
      feed?: string
    }

export type FeedCredential =
  | { kind: 'none' }
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'bearer'; token: string }
  /** Of a user of MISP. */
  | { kind: 'key'; key: string }

export interface NewFeed {
  name: string
  /** Otherwise `taxii`. */
  kind?: 'taxii' | 'misp'
  /** Of the collection, or of MISP. */
  url: string
  destination: FeedDestination
  credential: FeedCredential
  /** 0 for never by itself. */
  everyMinutes: number
  since?: string
  account: string
}

/** What a foreign TAXII server has. */
export interface Discovered {
  title: string
  roots: {
    url: string
    title: string
    /** `url`: for a feed. */
    collections: {
      url: string
      id: string
      title: string
      description: string
      mayRead: boolean
      mayWrite: boolean
    }[]
    /** Whether it has more collections than these. */
    more: boolean
    /** Why its collections are not known. */
    failure?: string
  }[]
  /** API roots on other servers, which are asked by themselves. */
  elsewhere: string[]
  more: boolean
}

/** A foreign TAXII collection, or a MISP, that is pulled from. Times are milliseconds since the epoch. */
export interface FeedRow {
  name: string
  kind: 'taxii' | 'misp'
  url: string
  destination: FeedDestination
  /** How it signs in, and under which name; never the secret. */
  signsIn: string
  everyMinutes: number
  addedBy: string
  paused: boolean
  lastPullMs: number | null
  lastNew: number
  totalNew: number
  /** Objects that were taken and are not passed on yet. */
  waiting: number
  nextTryMs: number | null
  waitUntilMs: number | null
  error: string | null
  /** What its server does that it should not. */
  doubt: string | null
  addedAfter: string | null
  /** What a running node pushes to it by itself, and how that stands. */
  pushes: {
    pact: string
    upTo: string
    everyMinutes: number
    account: string
    lastMs?: number
    nextTryMs?: number
    failures: number
    error?: string
    taken: number
    heldBack: number
    /** Why nothing is pushed any more before somebody lets it go on. */
    stopped?: string
  } | null
}

/** What one pull came to. */
export interface PullReport {
  feed: string
  pages: number
  /** Of a MISP: events that were fetched. */
  events?: number
  /** Of a MISP: events that were taken earlier and are not in its list any more, the first of them by UUID. */
  gone?: string[]
  goneTotal?: number
  fresh: number
  known: number
  unreadable: { object: string; message: string }[]
  unreadableTotal: number
  records: string[]
  shared: number
  files: string[]
  heldBack: { object: string; message: string }[]
  heldBackTotal: number
  /** Cut, or left out by a rule. */
  redacted: { object: string; message: string }[]
  redactedTotal: number
  /** Objects that were put into a round. */
  gathered: number
  /** Objects of shares that wait for a second person. */
  toApprove: number
  waiting: number
  whole: boolean
  doubt?: string
  failure?: { code: string; message: string }
  waitUntilMs?: number
}

/** What one push came to. */
export interface PushReport {
  feed: string
  taken: number
  /** Taken in an earlier push. */
  known: number
  refused: { object: string; message: string }[]
  refusedTotal: number
  heldBack: { object: string; message: string }[]
  heldBackTotal: number
  /** Cut, or left out by a rule. */
  redacted: { object: string; message: string }[]
  redactedTotal: number
  open: number
  /** To a MISP: events that were added, changed, and there already; parts of events that were deleted there. */
  events?: { added: number; changed: number; known: number; deleted: number }
  /** All of it would need a second person, and a push asks none. */
  needsPerson?: boolean
  /** To a MISP: sightings that were added to attributes it had. */
  sightings?: number
  failure?: { code: string; message: string }
  waitUntilMs?: number
}
