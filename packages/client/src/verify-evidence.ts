// The verifier of evidence files: a paragraph of steps, each stopping one attack (spec/evidence.md; the steps themselves
// are in evidence-steps.ts). It trusts only the cards handed in and the mathematics below; it needs no node, no network
// and no database, gives the same answers in a browser as under Node, and throws for nothing that a file can hold.

import { ok, type Result } from '@countersign/log'
import { type Agreement, type Interval, intervalOf } from '@countersign/pact'
import { evidenceKind, type Statement } from '@countersign/record'
import { checkForks, type PlaceInFork, readForks } from './apply-forks.ts'
import { checkNotices, readNotices, type ShownNotice } from './apply-notices.ts'
import {
  checkAgreement,
  checkAuthor,
  checkContent,
  checkPlace,
  checkReceipts,
  checkRules,
  checkSignature,
  type Found,
  type GivenReceipt,
  type RevealedPart,
  readFile,
  witnessesOf,
} from './evidence-steps.ts'

export type StepName =
  | 'form'
  | 'author'
  | 'signature'
  | 'place'
  | 'agreement'
  | 'rules'
  | 'receipts'
  | 'notices'
  | 'forks'
  | 'times'
  | 'content'

export interface Step {
  step: StepName
  ok: boolean
  /** Stable, such as `evidence/place`; `evidence/ok` where the step holds. */
  code: string
  message: string
}

export interface RecipientTimes extends Interval {
  recipient: string
}

export interface NotShown {
  code: 'in-force' | 'first-use' | 'keys' | 'answered' | 'no-other-log' | 'true' | 'read'
  message: string
}

/** What no evidence file of one record shows, however well it holds. To be said wherever a report is. */
export const NOT_SHOWN: readonly NotShown[] = [
  {
    code: 'in-force',
    message: 'that the others signed the agreement in the file, or that it was in force: its author alone names it',
  },
  { code: 'first-use', message: 'that no earlier record of the same log used the same id or had seen more' },
  {
    code: 'keys',
    message:
      'that the keys of the log changed nowhere else before it, and that no notice of a stolen key froze the log',
  },
  { code: 'answered', message: 'that a record which it answers stands where it says' },
  { code: 'no-other-log', message: 'that its author keeps no other log, nor signed another one of this name' },
  { code: 'true', message: 'that what was said is true' },
  { code: 'read', message: 'that a person read it' },
]

export interface Report {
  kind: 'record'
  /** Every step holds. */
  holds: boolean
  steps: Step[]
  record: { origin: string; index: number } | null
  statement: Statement | null
  /** Who gave receipts that verify, with size and time in POSIX seconds; only `counted` ones bound the times. */
  receipts: GivenReceipt[]
  /**
   * Names of the witnesses of the agreement that saw the log with the record in it; they bound nothing, and where it stands
   * after the split of its log they make it no witnessed one.
   */
  witnesses: string[]
  /** One for each addressee; for a record that addresses nobody one with an empty recipient. */
  times: RecipientTimes[]
  revealed: RevealedPart[]
  agreement: Agreement | null
  /** Where it stands in its log, where a file beside it shows that this forked; null where none does. */
  inFork: PlaceInFork | null
  notShown: readonly NotShown[]
}

/**
 * Verifies an evidence file against the cards the reader trusts; `beside` are evidence of notices of compromised keys,
 * and files of a fork, to apply to it. Never throws for anything the files hold.
 */
export function verifyEvidence(
  bytes: Uint8Array,
  trusted: Found['trusted'],
  beside: readonly Uint8Array[] = [],
): Report {
  const forks = beside.filter((file) => evidenceKind(file) === 'fork')
  const notices = beside.filter((file) => !forks.includes(file))
  return reportOn(readFile(bytes, trusted), {
    ...(notices.length > 0 && { notices: readNotices(notices, trusted, (file) => verifyEvidence(file, trusted)) }),
    ...(forks.length > 0 && { forks: readForks(forks, trusted) }),
  })
}

/** All steps on one record that was read, or the report that it could not be. */
export function reportOn(
  read: Result<Found>,
  beside: { notices?: Result<ShownNotice[]>; forks?: ReturnType<typeof readForks> } = {},
): Report {
  const { notices, forks } = beside
  const steps: Step[] = []
  const note = (step: StepName, result: Result<string>): void => {
    steps.push(
      result.ok
        ? { step, ok: true, code: 'evidence/ok', message: result.value }
        : { step, ok: false, code: result.code, message: result.message },
    )
  }

  if (!read.ok) {
    note('form', read)
    const nothing = {
      record: null,
      statement: null,
      receipts: [],
      witnesses: [],
      times: [],
      revealed: [],
      agreement: null,
      inFork: null,
    }
    return { kind: 'record', holds: false, steps, ...nothing, notShown: NOT_SHOWN }
  }
  const found = read.value
  note('form', ok('The file, its entries and its cards are well formed.'))
  note('author', checkAuthor(found))
  note('signature', checkSignature(found))
  note('place', checkPlace(found))
  note('agreement', checkAgreement(found))
  note('rules', checkRules(found))
  note('receipts', checkReceipts(found))
  // Before the times: what a notice sets aside bounds nothing.
  if (notices !== undefined) note('notices', notices.ok ? checkNotices(found, notices.value) : notices)
  if (forks !== undefined) note('forks', forks.ok ? checkForks(found, forks.value) : forks)
  const times = timesOf(found)
  note('times', describeTimes(times, found.inFork === 'after'))
  if (found.file.content.length > 0) note('content', checkContent(found))

  const { receipts, revealed, agreement = null, inFork = null } = found
  const [record, { statement }] = [found.file.record, found.entry]
  const holds = steps.every((step) => step.ok)
  const said = { record, statement, receipts, witnesses: witnessesOf(found), times, revealed, agreement, inFork }
  return { kind: 'record', holds, steps, ...said, notShown: NOT_SHOWN }
}

/** The interval of each addressee: never earlier or later than neutral and recipient attest. */
function timesOf(found: Found): RecipientTimes[] {
  const { agreement, entry, file } = found
  if (agreement === undefined) return []
  const { origin, index } = file.record
  const receipts = found.receipts
    .filter(({ counted }) => counted)
    .map(({ by, size, time, isDeposit }) => ({ origin, by, size, time, isDeposit, digest: '' }))
  const recipients = entry.statement.to.length > 0 ? entry.statement.to : ['']
  return recipients.map((recipient) => ({
    recipient,
    ...intervalOf(agreement, { recipient, index, afterSplit: found.inFork === 'after' }, receipts),
  }))
}

function describeTimes(times: RecipientTimes[], isAfterSplit: boolean): Result<string> {
  const parts = times.map(({ recipient, lo, hi }) => {
    const after = lo === null ? 'at an unproven time' : `after ${iso(lo)}`
    const by = isAfterSplit
      ? 'by when it was held counts for nothing in its author’s favour'
      : hi === null
        ? 'not proven to be held by anyone yet'
        : `held by ${iso(hi)}`
    return `${recipient === '' ? '' : `for ${recipient}: `}${after}, ${by}`
  })
  return ok(parts.length === 0 ? 'No times are proved.' : `${parts.join('; ')}.`)
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
