// Every alarm that a node raises, when it does, and what ends it: one table, which docs/OPERATIONS.md repeats for the
// reader. No code is raised that is not in it, and what ends several kinds at once (a start, a log that is written again,
// a successor) is read from it where it happens.

import { sha256, toHex, utf8 } from '@countersign/log'

const DAY_MS = 86_400_000

/** What ends an alarm, in words for people. */
export const ENDS = {
  /** Whoever raised it ends it. */
  cause: 'by itself, once that is over',
  ready: 'by itself, once the log is written again',
  successor: 'by itself, once a log succeeds that one (`countersign log succeed`)',
  start: 'at the next start, which raises it again where it is still so',
  officers: 'when two officers have acknowledged it (`countersign alarm acknowledge`)',
  week: 'by itself, after seven days',
} as const

export type AlarmEnd = keyof typeof ENDS

interface AlarmKind {
  when: string
  ends: readonly AlarmEnd[]
}

export const ALARM_KINDS = {
  'content/cannot-open': kind('content for us could not be opened; its author was told', 'week'),
  'content/commitment-mismatch': kind(
    'content for us is not what its author committed to; its author was told',
    'week',
  ),
  'content/media-type': kind('content for us breaks the rules of its type; its author was told', 'week'),
  'content/removal-failed': kind('content that was destroyed could not be removed yet', 'cause'),
  'content/size-mismatch': kind('content for us has another size than its author says; its author was told', 'week'),
  'feed/failing': kind('a feed that is pulled or pushed to by itself has failed for hours', 'cause', 'start'),
  'feed/push-stopped': kind(
    'what would be pushed to a feed by itself needs a second person, so nothing is pushed any more',
    'cause',
    'start',
  ),
  'ledger/damaged': kind('the files of a log, ours or our copy of a peer’s, are damaged', 'ready', 'start'),
  'ledger/disk-failed': kind('the disk failed while our log was opened', 'ready', 'start'),
  'ledger/disk-full': kind('the disk was full while our log was opened', 'ready', 'start'),
  'ledger/locked': kind('another process has the logs of this folder', 'ready', 'start'),
  'ledger/mirror-failing': kind('our copy of a peer’s log cannot be written', 'cause'),
  'ledger/receipts-failing': kind('a receipt of a peer cannot be kept', 'cause'),
  'ledger/stopped': kind('our log was not written durably and is written no further', 'ready', 'successor'),
  'ledger/unopened': kind('a log, ours or our copy of a peer’s, could not be opened', 'ready', 'start'),
  'log/check-failed': kind(
    'our log, or our receipts, could not be compared with what the peers hold',
    'successor',
    'start',
  ),
  'log/content-lost': kind('nobody holds content of our own records: no receipt covers it', 'cause', 'successor'),
  'log/content-unfetched': kind('content of our own records could not be fetched back', 'cause', 'start'),
  'log/contradicted': kind('somebody holds another log that our key signed', 'officers', 'successor'),
  'log/frozen': kind('a notice of compromised keys froze our log', 'successor'),
  'log/goes-on': kind('a log goes on beyond what the one that succeeds it pins', 'officers'),
  'log/keys-missing': kind('the keys by which our log is signed are not in this folder', 'successor'),
  'log/longer-tail': kind('somebody holds more of our log than we do', 'officers', 'successor'),
  'log/other-predecessor': kind('a log names another predecessor than is held here under that name', 'officers'),
  'log/several': kind('several logs of one party on a channel stand beside each other', 'cause', 'officers'),
  'log/tail-withheld': kind('a peer holds more of our log than it shows', 'ready', 'successor'),
  'log/unknown-own': kind('our key signed a log that is not in this folder', 'cause', 'officers'),
  'mirror/fork': kind('a party signed two different logs under one name', 'officers'),
  'mirror/rewind': kind('a party shows less of its log than it signed before', 'officers'),
  'mirror/root': kind('a party shows entries that do not lead to the head it signed', 'cause'),
  'mirror/too-far-behind': kind(
    'a log goes on by more than can be taken at once, and nobody shows a head on the way',
    'cause',
  ),
  'node/failed': kind('something that the node does by itself failed, and is tried again', 'cause', 'start'),
  'node/may-be-copy': kind(
    'this folder may be a copy of another: nothing is signed until all peers have answered',
    'cause',
  ),
  'node/second-host': kind('another host has our keys', 'cause', 'start'),
  'object/conflict': kind('an object came in two texts under one version', 'cause'),
  'party/notice': kind('a party gave up keys as compromised', 'officers'),
  'party/too-many-cards': kind('a party gave more cards than are kept', 'officers'),
  'party/two-cards': kind('the root of a party signed two cards of one serial', 'officers'),
  'party/two-roots': kind('two roots succeed one root of a party', 'officers'),
  'peer/generations': kind('a party opened more logs of a channel than are heard', 'officers'),
  'peer/over-limits': kind('a party put more into its logs than the agreement lets it on one day', 'cause'),
  'receipt/by-our-key': kind('there is a receipt by our key that this folder did not give', 'officers'),
  'receipt/invalid': kind('a receipt that a peer lists does not verify', 'cause', 'start'),
  'receipt/not-given': kind('a party names a receipt of ours that this folder did not give', 'cause', 'officers'),
  'receipt/order': kind('a peer gave receipts whose times fall as sizes grow', 'officers'),
  'receipt/time-fell': kind('the times of a cosigner on a log fall as its sizes grow', 'officers'),
  'round/due': kind('a weekly round is due and has something in it', 'cause', 'start'),
  'saying/refused': kind('what was kept here to be said was refused in the end', 'week'),
  'statement/seen-unbacked': kind(
    'a party says it had seen another log, and shows no head that its author signed',
    'officers',
  ),
  'type/unknown': kind('there are records of a type that this version does not know', 'cause'),
  'witness/*': kind('a witness refuses, or answers with what does not verify', 'cause'),
} as const satisfies Record<string, AlarmKind>

type Named = keyof typeof ALARM_KINDS
export type AlarmCode = Exclude<Named, 'witness/*'> | `witness/${string}`

export function kindOf(code: string): AlarmKind | undefined {
  const name = code.startsWith('witness/') ? 'witness/*' : code
  return Object.hasOwn(ALARM_KINDS, name) ? ALARM_KINDS[name as Named] : undefined
}

/** The code itself where the table has it: what refuses has many more codes than there are alarms. */
export function alarmCode(code: string, otherwise: AlarmCode): AlarmCode {
  return kindOf(code) === undefined ? otherwise : (code as AlarmCode)
}

/** The codes of all alarms that something ends. */
export function codesEndedBy(end: AlarmEnd): AlarmCode[] {
  return (Object.keys(ALARM_KINDS) as Named[]).filter((code) => kindOf(code)?.ends.includes(end)) as AlarmCode[]
}

/** Whether it stands until two officers have acknowledged it, if nothing else ends it. */
export function takesTwoOfficers({ code }: { code: string }): boolean {
  return kindOf(code)?.ends.includes('officers') === true
}

/** Whether it is over because of its age alone. `at`, `now`: milliseconds since 1970. */
export function isOutlived({ code, at }: { code: string; at: number }, now: number): boolean {
  return kindOf(code)?.ends.includes('week') === true && now - at >= 7 * DAY_MS
}

/**
 * As what an alarm that is derived from the logs is acknowledged: it is shown again once it says something else, as that
 * a log goes on by more.
 */
export function derivedSubject({ subject, message }: { subject: string; message: string }): string {
  return `${subject} ${toHex(sha256(utf8(message)))}`
}

function kind(when: string, ...ends: AlarmEnd[]): AlarmKind {
  return { when, ends }
}
