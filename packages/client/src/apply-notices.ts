// Notices of compromised keys beside the evidence of a record (spec/evidence.md, Notices beside it): each is the evidence
// of a `party/notice`, verified by itself, and what it does is what spec/keys.md says, as far as the files show it. They
// can take away, never add: a record that no receipt shows to have been held before is not proved, and a receipt made with
// keys that were given up counts for nothing unless it was pinned, which no evidence of one record shows.

import { ok, type Result, refuse } from '@countersign/log'
import { type Agreement, intervalOf, pinnedRoot } from '@countersign/pact'
import { type Card, CardSet, checkNotice, keyName, type Notice, noticeOf, receiptKeyIds } from '@countersign/record'
import { type Found, type GivenReceipt, readFile } from './evidence-steps.ts'
import type { Report } from './verify-evidence.ts'

export interface ShownNotice {
  /** The id of the agreement. */
  pact: string
  notice: Notice
  /** All in the files. */
  cards: CardSet
  /** Who covered it when, POSIX seconds, and in whose log. */
  covered: { by: string; author: string; time: number }[]
}

/** By the version of the agreement under which a record was said. */
interface JudgedNotice {
  notice: Notice
  /** Those it names. */
  cards: Card[]
  /** POSIX seconds since which it stands, as far as the files show; null where they show too few that covered it. */
  since: number | null
}

/** Reads the evidence of notices; `verify` is the verifier of evidence, which each must hold before. */
export function readNotices(
  files: readonly Uint8Array[],
  trusted: readonly Card[],
  verify: (bytes: Uint8Array) => Report,
): Result<ShownNotice[]> {
  const shown = new Map<string, ShownNotice>()
  for (const [i, bytes] of files.entries()) {
    const report = verify(bytes)
    const failed = report.steps.find((step) => !step.ok)
    if (failed !== undefined) return fault(i, `it does not hold: ${failed.message}`)
    const { statement, agreement } = report
    const read = readFile(bytes, trusted)
    const notice = statement?.type === 'party/notice' ? noticeOf(statement.body) : undefined
    if (notice?.ok !== true || agreement === null || !read.ok || statement === null)
      return fault(i, 'it is the evidence of something else')
    const judged = judge(notice.value, read.value.cards.set, agreement)
    if ('fault' in judged) return fault(i, judged.fault)
    const key = `${notice.value.digest} ${agreement.id}`
    const one = shown.get(key) ?? { pact: agreement.id, notice: notice.value, cards: new CardSet(), covered: [] }
    shown.set(key, one)
    for (const card of read.value.cards.set.all()) one.cards.add(card)
    for (const { by, time } of coveringReceipts(report)) one.covered.push({ by, author: statement.from, time })
  }
  return ok([...shown.values()])
}

/** Whether it holds by the roots that a version of the agreement pins; `fault`, in words, where it does not. */
function judge(notice: Notice, cards: CardSet, agreement: Agreement): { cards: Card[] } | { fault: string } {
  const { party } = notice.body
  const root = pinnedRoot(agreement, party)
  if (root === undefined) return { fault: `${party} takes no part in the agreement` }
  const checked = checkNotice(notice, cards, root)
  if ('awaits' in checked) return { fault: 'a card that it names is not in the file' }
  return checked.ok ? { cards: checked.value } : { fault: checked.message }
}

/** What the notices come to by the version of the agreement under which a record was said, and by no other. */
function judgedBy(agreement: Agreement, shown: readonly ShownNotice[]): JudgedNotice[] {
  return shown.flatMap(({ pact, notice, cards, covered }) => {
    const judged = pact === agreement.id ? judge(notice, cards, agreement) : { fault: '' }
    if ('fault' in judged) return []
    const { party } = notice.body
    const least = new Map<string, number>()
    for (const { by, author, time } of covered) {
      const counted = countedAs(agreement, { party, author, by })
      if (counted !== undefined) least.set(counted, Math.min(time, least.get(counted) ?? time))
    }
    const since = [...least.values()].sort((a, b) => a - b)[neededFor(agreement, party) - 1] ?? null
    return { notice, cards: judged.cards, since }
  })
}

/** Those that cover the notice, but for what their cosigner dated before others that it must have given earlier. */
function coveringReceipts({ receipts }: Report): { by: string; time: number }[] {
  const counted = receipts.filter((one) => one.counted)
  return counted.filter(
    ({ by, time, covers }) => covers && counted.every((other) => other.by !== by || other.covers || other.time <= time),
  )
}

/** As whom a cosigner counts for T: a neutral as its operator; without neutrals a party as itself, on another's log. */
function countedAs(
  { neutrals, parties }: Agreement,
  { party, author, by }: { party: string; author: string; by: string },
): string | undefined {
  const others = neutrals.filter((neutral) => neutral.party !== party)
  if (others.length > 0) return others.find((neutral) => neutral.party === by)?.operator
  return by === party || by === author || !parties.some((one) => one.party === by) ? undefined : by
}

/** How many must have covered a notice about a party: of neutrals a quorum; without neutrals more than half of the others. */
function neededFor({ neutrals, parties, quorum }: Agreement, party: string): number {
  const operators = new Set(neutrals.filter((one) => one.party !== party).map(({ operator }) => operator)).size
  if (operators > 0) return Math.max(1, Math.min(quorum, operators))
  return Math.floor(parties.filter((one) => one.party !== party).length / 2) + 1
}

/** Stops what was said or countersigned with keys that their owner’s root gave up before. */
export function checkNotices(found: Found, shown: readonly ShownNotice[]): Result<string> {
  const { author, agreement, file, entry, keyEntries } = found
  if (author === undefined || agreement === undefined) {
    return refuse('evidence/notices', 'Notices cannot be applied without author and agreement.')
  }
  const ofAgreement = judgedBy(agreement, shown)
  const said: string[] = []
  let aside = 0
  for (const { notice, cards } of ofAgreement.filter(({ since }) => since !== null)) {
    if (!notice.body.roles.includes('receipt')) continue
    const keys = new Set(
      cards.flatMap((card) => Object.values(receiptKeyIds(card.party, agreement.id, card.keys.receipt))),
    )
    for (const receipt of found.receipts) {
      if (receipt.by !== notice.body.party || !receipt.counted || !keys.has(receipt.key)) continue
      receipt.counted = false
      aside++
    }
  }
  if (aside > 0) {
    said.push(
      `${aside} receipts by keys that were given up count for nothing: that they were pinned before, no file shows`,
    )
  }
  const set = new CardSet([...found.cards.set.all(), ...ofAgreement.flatMap(({ cards }) => cards)])
  const logCards = keyEntries.flatMap(({ entry: named }) => set.of(String(named.statement.body.card)) ?? [])
  for (const { notice, cards, since } of ofAgreement) {
    const { party, roles } = notice.body
    if (party !== entry.statement.from || (!roles.includes('log') && !roles.includes('statement'))) continue
    const given = (role: 'log' | 'statement') =>
      roles.includes(role) ? new Set(cards.map((card) => keyName(card.keys[role]))) : new Set<string>()
    const [logs, statements] = [given('log'), given('statement')]
    const [opening] = logCards
    const touches =
      (opening !== undefined && logs.has(keyName(opening.keys.log))) ||
      logCards.some((card) => statements.has(keyName(card.keys.statement)))
    if (!touches) continue
    if (since === null) {
      said.push(`a notice of ${party} is shown that no neutral you trust covered, so it does nothing yet`)
      continue
    }
    if (!heldBefore(found.receipts, agreement, file.record, party, since)) {
      return refuse(
        'evidence/frozen',
        `${party} gave up the keys of this log as compromised, and that stands since ${iso(since)}. Nothing here shows that anyone held the record before then: it is void unless somebody did.`,
      )
    }
    said.push(`${party} gave up the keys of this log, since ${iso(since)}; the record was held before and stands`)
  }
  return ok(said.length === 0 ? 'None of the notices touches this record.' : `${capital(said.join('; '))}.`)
}

/** Whether a cosigner other than the author held the record before T, by a receipt that is not dated before its lo. */
function heldBefore(
  receipts: readonly GivenReceipt[],
  agreement: Agreement,
  { origin, index }: { origin: string; index: number },
  author: string,
  since: number,
): boolean {
  const facts = receipts
    .filter(({ counted }) => counted)
    .map(({ by, size, time, isDeposit }) => ({ origin, by, size, time, isDeposit, digest: '' }))
  const { lo } = intervalOf(agreement, { recipient: '', index }, facts)
  return facts.some(
    ({ by, size, time }) => by !== author && size > index && time < since && (lo === null || time >= lo),
  )
}

function fault(i: number, why: string): Result<never> {
  return refuse('evidence/notices', `The file of notice ${i + 1} cannot be applied: ${why}.`)
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
