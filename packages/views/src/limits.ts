// Every limit of the views, in one place. A caller that exceeds one of the first group has a defect; the second bounds
// what one question may cost; the third bounds how long the event loop waits for one step.

/** Entries of one call of foldEntries: one entry bundle. */
export const ENTRIES_PER_FOLD_MAX = 256
/** Objects of one call of foldObjects. */
export const OBJECTS_PER_FOLD_MAX = 200
/** Receipts of one call of foldReceipts. */
export const RECEIPTS_PER_FOLD_MAX = 4096

export const RECORD_PAGE_MAX = 200
export const RECORD_PAGE_DEFAULT = 50
export const ANSWERS_MAX = 100
export const OBJECT_PAGE_MAX = 1000
export const OBJECT_PAGE_DEFAULT = 50
export const OBJECT_VERSIONS_MAX = 200
export const OBJECT_RELATIONS_MAX = 200
/** Objects of one graph at most, how far it goes from where it begins, and links between them. */
export const GRAPH_NODES_MAX = 1000
export const GRAPH_DEPTH_MAX = 4
export const GRAPH_EDGES_MAX = 5000
/** Objects looked at that name one object, the newest, and those that name any of a graph. */
export const GRAPH_NAMING_MAX = 5000
export const GRAPH_ROWS_MAX = 50_000
/** Relationships and sightings of which a graph reads the text. */
export const GRAPH_TEXTS_MAX = 20_000
/** UTF-16 units of a name or label in a graph. */
export const GRAPH_NAME_MAX = 300
/** Objects of one timeline at most, and entries of the list gone through for these: one for each version of an object. */
export const TIMELINE_LANES_MAX = 200
export const TIMELINE_ENTRIES_MAX = 2_000
/** Of one of them: places in records that are looked at, versions and events that are told. */
export const TIMELINE_PLACES_MAX = 100
export const TIMELINE_VERSIONS_MAX = 30
export const TIMELINE_EVENTS_MAX = 40
/** Sightings and opinions that are looked at for those that count, the newest. */
export const TIMELINE_FEEDBACK_MAX = 200
/** Objects taken out in one file. */
export const SELECTED_MAX = 20_000
export const FEEDBACK_PAGE_MAX = 1000
export const FEEDBACK_PAGE_DEFAULT = 100
/** Records, or objects of one record, that a balance reads before others get their turn. */
export const BALANCE_STRETCH = 200
/** Opinions on one object that are told: one of each party under each agreement and in each mode. */
export const FEEDBACK_OPINIONS_MAX = 1000
/** Texts of one id and version that are compared with what would leave; one that is the same to the byte is found past them. */
export const ORIGINATOR_TEXTS_MAX = 64
export const CONFLICT_PAGE_MAX = 1000
export const CONFLICT_SOURCES_MAX = 1000
/** Records told of as those in which one version of an object came. */
export const PROVENANCE_MAX = 50
export const ALARMS_MAX = 500
/** Matches of a search that are counted; beyond it the total says "at least". */
export const OBJECT_TOTAL_MAX = 10_000
/** UTF-16 units of what is searched for. */
export const QUERY_MAX = 200
/** Names of feeds of one party that are shown. */
export const FEEDS_PER_PARTY_MAX = 64
/** Consents to passing on that are listed. */
export const CONSENTS_LISTED_MAX = 1_000
/** Places of one object of ours that are taken back at once. */
export const REVOKED_AT_ONCE_MAX = 10_000
/** Sequence numbers of objects gone through in one look for those that match. */
export const SEQUENCES_PER_LOOK = 5_000
/** What the index finds and is looked at in one step: so many at first, and twice as many each time after up to a most. */
export const LOOKS_FIRST = 1_000
export const LOOKS_MAX = 4_000
/** Pieces of a search's words that are weighed against each other. */
export const PIECES_WEIGHED_MAX = 24
/** Values of one `match` parameter of a collection's query. */
export const MATCH_VALUES_MAX = 100

/** Rows of records derived anew in one step of settling. */
export const ROWS_PER_STEP = 100
/** Sources of objects shown or hidden in one step. */
export const SOURCES_PER_STEP = 40
/** Records looked at for the life of their content in one step. */
export const LIVES_PER_STEP = 200
/** Pages of the search index that one step of cleaning merges. */
export const MERGED_PER_STEP = 200
/** Values that lists are narrowed by, kept in memory as the index writes them. */
export const FACETS_KEPT_MAX = 1000
/** Objects taken into the search index in one step. */
export const SEARCH_PER_STEP = 20
/** Leaves hashed in one step of comparing a predecessor with the root its successor pins. */
export const LEAVES_PER_STEP = 1024
/** Steps over rows of records that one question does before it is answered. */
export const STEPS_PER_READ = 2

/** Objects that one object's references are kept for. */
export const REFERENCES_MAX = 1000
/** UTF-16 units of one object that can be found by searching, and of its description. */
export const WORDS_MAX = 4000
export const DESCRIPTION_WORDS_MAX = 300
/** Nodes of one object that are looked at for words and references. */
export const NODES_MAX = 20_000

export const BUSY_TIMEOUT_MS = 5000

/** Characters of object texts on one page; a page holds at least one object. */
export const PAGE_CHARACTERS_MAX = 8_388_608
/** Cards that the notices in one log name, and that are looked for at a time. */
export const CARDS_AWAITED_PER_LOG = 16

/** Drafts are taken from so many proposals of a log, the first (spec/agreement.md, Drafts): each is kept in memory. */
export const DRAFTS_PER_LOG = 64

/** Different notices of compromise about one party that count in one log, the first (spec/keys.md): each is reckoned with every receipt. */
export const NOTICES_PER_LOG = 64
