// The tables as Kysely sees them; migrations/ makes them. Numbers that stand for words are named here and nowhere else.

export interface Tables {
  cards: { digest: string; party: string; root_digest: string; serial: number; name: string; file: string }
  agreements: { version: string; pact: string; body: string }
  /**
   * `card` is in force for the entry to be folded next; empty in a log that is not opened. `version` is what the log is
   * read by: that which its first entry names (`opening_version`) where it is known, another only until then. `awaits`
   * is the card that the next entry needs and that is not known.
   */
  logs: {
    origin: string
    pact: string
    channel: string
    party: string
    next: number
    card: string
    version: string
    opening_card: string | null
    opening_version: string | null
    awaits: string | null
  }
  /** The cards of each log, each from its first entry. */
  log_cards: { origin: string; first: number; card: string }
  /** Every `party/notice` that its own log found valid. */
  notice_entries: {
    origin: string
    idx: number
    pact: string
    version: string
    digest: string
    party: string
    file: string
  }
  /** Agreements whose notices must be reckoned anew. */
  notices_due: { pact: string }
  /** Valid notices and since when they stand. */
  notices: { pact: string; digest: string; party: string; since: number | null }
  frozen: { origin: string; size: number; notice: string }
  /**
   * Up to `own_message` what the log itself decides, never changed; from `validity` to `superseded_by` what is derived
   * from everything that has arrived.
   */
  records: {
    origin: string
    idx: number
    leaf: string
    pact: string
    version: string
    channel: string
    author: string
    type: string
    known: number
    id: string
    time: string
    time_ms: number
    mode: string
    tlp: string
    class: string | null
    own_code: string | null
    own_message: string
    validity: number
    code: string | null
    message: string
    state: number
    /** The author's claim of the time, held within what neutrals and we ourselves witnessed: the order of the list. */
    at_ms: number
    superseded_by: number | null
    title: string | null
  }
  /** The versions under which a log speaks, each with its first entry that does. */
  log_versions: { origin: string; version: string; first: number }
  statements: { origin: string; idx: number; payload: string }
  addressees: { origin: string; idx: number; place: number; party: string }
  parts: {
    origin: string
    idx: number
    part: number
    role: string
    media_type: string
    size: number
    sealed: string
  }
  part_states: { origin: string; idx: number; part: number; state: number; code: string | null }
  part_titles: { origin: string; idx: number; part: number; rank: number; title: string }
  mentions: { origin: string; idx: number; place: number; re_origin: string; re_idx: number; re_leaf: string }
  seen_logs: { origin: string; seen_origin: string; idx: number; size: number; root: string }
  /** Only what names more than was named before of that signer on that log. */
  seen_receipts: {
    origin: string
    by_party: string
    receipt_origin: string
    idx: number
    size: number
    digest: string
    /** 1 where that very receipt is held here. */
    held: number
  }
  signatures: {
    origin: string
    idx: number
    pact: string
    version: string
    base: string | null
    channel: string
    party: string
    origins: string
    /** Whether it follows one for another version on the same base in its log. */
    second: number
  }
  /** What a valid `log/open` names as its predecessor, and whether that is held up to there: SUCCESSION. */
  successions: { origin: string; predecessor: string; size: number; root: string; state: number }
  proposals: { origin: string; idx: number; version: string; base: string }
  /** `bounds_hi`, `bounds_lo`: no other receipt of this signer on this log makes it superfluous as a hi, as a lo. */
  receipts: {
    origin: string
    by_party: string
    size: number
    time: number
    digest: string
    bounds_hi: number
    bounds_lo: number
    key_name: string
    /** 1 where a notice gave up its key and it was not pinned in time: it counts for nothing. */
    aside: number
    /** 1 of a deposit: it makes only other deposits superfluous as a lo, and is none. */
    deposit: number
  }
  /** Records covered by a signer only in receipts dated before lo: its next receipt may deliver them. */
  receipts_before_lo: { origin: string; by_party: string; idx: number; lo: number }
  /** The largest size of a log that a witness cosigned, and its own time of that. */
  witnessed: { origin: string; witness: string; size: number; time: number }
  forces: { version: string; channel: string; pact: string; since: number; force: string }
  /** The first entry of a log that is said in force under a version. */
  force_points: { origin: string; version: string; idx: number }
  /** Rows, from `first` up to but without `past`, that must be derived again. */
  rows_due: { origin: string; first: number; past: number }
  /** What a destruction that is not decided yet waits for (destructions.ts). */
  destruction_waits: { origin: string; idx: number; kind: number; on_origin: string; at_least: number }
  /**
   * Parts that a destruction names, and which one. `lawful` is 0 of one that its author's other logs alone bar: no receipt
   * asks for the part, and it is not removed.
   */
  destroyed_parts: { origin: string; idx: number; part: number; by_origin: string; by_idx: number; lawful: number }
  /** Destroyed parts that were not removed here yet. */
  removals_due: { origin: string; idx: number; part: number }
  object_texts: { digest: string; source: string }
  object_sources: {
    origin: string
    idx: number
    part: number
    position: number
    pact: string
    collection: number
    id: string
    version: string
    version_order: string
    digest: string
    type: string
    spec_version: string
    name: string | null
    tlp: string | null
    revoked: number
    warnings: string | null
    /** COUNTS: whether it counts, which takes a valid record; or would, had its author not taken it back. */
    shown: number
    /** Whether another text of the same id and version stands in its place. */
    refused: number
  }
  /**
   * What valid revocations to us, or ours, take back, and by which: the objects at one place of one part, or with -1 and
   * -1 all of the record.
   */
  taken_back: { origin: string; idx: number; part: number; position: number; by_origin: string; by_idx: number }
  /** Places at which it must be looked whether the object there counts. */
  places_due: { origin: string; idx: number; part: number; position: number }
  /**
   * What a sighting or an opinion says of another object, at the place the first came from; a function of its text, whether
   * it counts or not. `kind`: FEEDBACK_KINDS. Times as `versionOrder` writes them.
   */
  feedback: {
    target: string
    origin: string
    idx: number
    part: number
    position: number
    kind: number
    count: number
    first_seen: string | null
    last_seen: string | null
    opinion: string | null
    verdict: string | null
  }
  /** The feed of each share that names one and that its own log found valid. */
  record_feeds: { origin: string; idx: number; feed: string }
  /** The numbers of the names of feeds, given as they come; not folded, and in no digest. */
  feeds: { number: number; name: string }
  /** Records whose objects must be shown or hidden, and how far that has come. */
  sources_due: { origin: string; idx: number; shown: number; part: number; position: number }
  objects: {
    seq: number
    added_us: number
    pact: string
    collection: number
    id: string
    version_order: string
    type: string
    spec_version: string
    party: string
    origin: string
    idx: number
    part: number
    position: number
    digest: string
    conflicts: number
  }
  /** How many objects there are of each kind that a list can be narrowed to; none of which there is none. */
  object_counts: { pact: string; collection: number; type: string; party: string; n: number }
  /** Not folded: removed-here.ts. */
  removed_here: { pact: string; collection: number; id: string; version_order: string }
  /** Not folded: shared-once.ts. */
  shared_once: { id_digest: string; origin: string; idx: number }
  object_references: { seq: number; target: string }
  search_texts: { seq: number; words: string }
  /** Logs of which their author signed two, and how many entries both have in common. */
  splits: { origin: string; common: number }
  contradictions: { code: string; origin: string; message: string }
  /** The last of each kind that was given out; survives a reset, so that none is given twice. */
  sequences: { name: string; value: number }
}

export const VALIDITY = { valid: 0, void: 1, undecided: 2 } as const

export const SUCCESSION = { awaited: 0, held: 1, otherRoot: 2 } as const

/** Rising: the least over all recipients is a record's delivery. */
export const DELIVERY = ['said', 'held', 'delivered'] as const
export const STATES = ['said', 'held', 'delivered', 'superseded', 'void', 'undecided'] as const

/** Rising: a part never goes back. */
export const PART_STATES = ['awaited', 'held', 'rejected', 'opened', 'destroyed'] as const

/** `shown` of a source. */
export const COUNTS = { no: 0, yes: 1, takenBack: 2 } as const

export const FEEDBACK_KINDS = ['sighting', 'opinion'] as const

export const COLLECTIONS = ['inbox', 'outbox', 'withdrawn'] as const
export const [INBOX, WITHDRAWN] = [0, 2]
/** From this number on a collection is a feed: this much more than its number in `feeds`. */
export const FEEDS_FROM = 16
