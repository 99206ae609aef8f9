// One record on one page: who, what, to whom, between when, under which clause, and what is not proved. What stands in a
// file that does not hold is shown as its claim and nothing more, and no time is given for it.

import { agreementDigest, depositaryOf } from '@countersign/pact'
import { MESSAGE_MEDIA_TYPE, messageSchema, type Statement, typeNamed } from '@countersign/record'
import type { Report } from '../verify-evidence.ts'
import type { Reference } from '../verify-exchange.ts'
import { filled, foreign, Html, html } from './html.ts'
import { type Page, trustedRows } from './page.ts'
import type { SheetOf } from './sheet.ts'
import { timeWords } from './time-words.ts'
import type { ReportWords } from './words-en.ts'

/** Of one page; what is more stands in the file. */
const SHOWN = { recipients: 3, receipts: 4, signers: 2 }

export function recordSheet(
  report: Report,
  page: Page,
  among?: { holds: boolean; references: readonly Reference[]; numbers: ReadonlyMap<string, number> },
): SheetOf {
  const { words } = page
  const { statement } = report
  const failing = report.steps.find((step) => !step.ok)
  const isRevealed = report.revealed.length > 0 || statement?.content.length === 0
  return {
    banner: bannerOf(statement, page),
    holds: report.holds,
    verdict: html`${report.holds ? words.verdict.record : words.verdict.recordNot}`,
    reason:
      failing === undefined
        ? []
        : [filled(words.verdict.why, { reason: reasonWords(failing.code, page) }), html`${words.verdict.next}`],
    caveat: caveatOf(report, words, among?.holds ?? true),
    rows: statement === null ? [] : rowsOf(report, statement, page, among),
    table: undefined,
    notProved: {
      title: words.labels.notProved,
      items: [
        ...(isRevealed ? [] : [html`${words.notShownContent}`]),
        ...(report.inFork === 'not-shown' ? [html`${words.notShown['before-split']}`] : []),
        ...report.notShown.map(({ code }) => html`${words.notShown[code]}`),
      ],
    },
    checked: { title: words.labels.checked, items: report.steps.map((step) => checkWords(step, report, page)) },
    details: { title: words.labels.details, rows: detailsOf(report, page) },
    foot: page.foot,
  }
}

function caveatOf({ holds, statement }: Report, words: ReportWords, wholeHolds: boolean): string | undefined {
  if (!holds) return statement === null ? undefined : words.claims
  return wholeHolds ? undefined : words.verdict.partOf
}

export function bannerOf(statement: Statement | null, { words }: Page): Html | undefined {
  return statement === null || statement.mode === 'Actual' ? undefined : html`${words.modes[statement.mode]}`
}

export function reasonWords(code: string, { words }: Page): Html {
  const known: Record<string, string> = words.reasons
  return Object.hasOwn(known, code) ? html`${known[code] ?? ''}` : filled(words.unknownReason, { code })
}

export function typeWords(type: string, { words, language }: Page): Html {
  const known = typeNamed(type)
  return known === undefined ? filled(words.unknownType, { type: foreign(type, 66) }) : html`${known.words[language]}`
}

/** A domain, with the name that agreement or card gives it; the name never stands alone. */
export function partyWords(party: string, { nameOf }: Page, units: number): Html {
  const name = nameOf(party)
  const shown = html`<span class="strong">${foreign(party, units)}</span>`
  return name === undefined || name === party ? shown : html`${shown} (${foreign(name, Math.ceil(units / 2))})`
}

function rowsOf(
  report: Report,
  statement: Statement,
  page: Page,
  among: Parameters<typeof recordSheet>[2],
): [string, Html][] {
  const { words } = page
  const { labels } = words
  const named = withNames(report, page)
  const rows: [string, Html][] = [
    [labels.who, partyWords(statement.from, named, 128)],
    [labels.what, html`${whatWords(report, statement, page).map((line) => html`<p>${line}</p>`)}`],
    [labels.to, recipientWords(statement.to, named)],
    [labels.when, html`${whenWords(report, statement, named).map((line) => html`<p>${line}</p>`)}`],
    [labels.under, html`${underWords(report, statement, page).map((line) => html`<p>${line}</p>`)}`],
  ]
  if (statement.re.length > 0) {
    const lines = answerWords(report, statement, page, among)
    rows.push([labels.answers, html`${lines.map((line) => html`<p>${line}</p>`)}`])
  }
  return rows
}

/** The agreement’s own names, where it is the one meant. */
function withNames({ agreement }: Report, page: Page): Page {
  if (agreement === null) return page
  const names = new Map([...agreement.parties, ...agreement.neutrals].map(({ party, name }) => [party, name]))
  return { ...page, nameOf: (party) => names.get(party) ?? page.nameOf(party) }
}

function whatWords(report: Report, statement: Statement, page: Page): Html[] {
  const { words } = page
  const lines = [html`<span class="strong">${typeWords(statement.type, page)}</span>`]
  const { precedence } = statement.body
  const known: Record<string, string> = words.precedence
  if (typeof precedence === 'string' && Object.hasOwn(known, precedence)) lines.push(html`${known[precedence] ?? ''}`)
  const message = messageIn(report)
  if (message !== undefined) {
    lines.push(html`<span class="strong">${filled(words.subject, { subject: foreign(message.subject, 200) })}</span>`)
    if (report.holds) lines.push(filled(words.text, { text: foreign(message.text, 120) }))
  }
  if (statement.content.length > 0 && report.holds) {
    lines.push(html`${report.revealed.length > 0 ? words.revealed : words.notRevealed}`)
  }
  const { tlp, class: own } = statement.marking
  const marking = own === undefined ? html`${tlp}` : html`${tlp}, ${foreign(own, 64)}`
  lines.push(html`<span class="quiet">${filled(words.marking, { marking })}</span>`)
  return lines
}

/** The message that a part holds, where it was revealed and is one. */
function messageIn({ revealed }: Report): { subject: string; text: string } | undefined {
  for (const { mediaType, plaintext } of revealed) {
    if (mediaType !== MESSAGE_MEDIA_TYPE) continue
    const value = jsonIn(plaintext)
    const message = messageSchema.safeParse(value)
    if (message.success) return message.data
  }
  return undefined
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

export function recipientWords(to: readonly string[], page: Page): Html {
  const { words } = page
  if (to.length === 0) return html`${words.nobody}`
  const units = to.length > 1 ? 40 : 128
  const shown = to
    .slice(0, SHOWN.recipients)
    .map((party, i) => html`${i > 0 ? ', ' : ''}${partyWords(party, page, units)}`)
  return to.length > SHOWN.recipients
    ? html`${shown}, ${filled(words.more, { count: to.length - SHOWN.recipients })}`
    : html`${shown}`
}

function whenWords(report: Report, statement: Statement, page: Page): Html[] {
  const { words } = page
  const claimed = filled(words.times.claimed, { time: timeWords(Date.parse(statement.time) / 1000, words) })
  if (!report.holds) return [html`${words.times.notProved}`, html`<span class="quiet">${claimed}</span>`]
  const lines = report.times.slice(0, SHOWN.recipients).map(({ recipient, lo, hi }) => {
    const which = lo === null ? (hi === null ? 'none' : 'until') : hi === null ? 'from' : 'both'
    const sentence = recipient === '' ? words.times[`${which}Log`] : words.times[which]
    const said = filled(sentence, {
      recipient: foreign(recipient, 40),
      lo: html`<span class="strong">${timeWords(lo ?? 0, words)}</span>`,
      hi: html`<span class="strong">${timeWords(hi ?? 0, words)}</span>`,
    })
    const signers = [...new Set(boundedBy(report, recipient, lo, hi))]
    if (signers.length === 0) return filled(words.times.unattested, { said })
    const by = signers.slice(0, SHOWN.signers).map((party, i) => html`${i > 0 ? ', ' : ''}${foreign(party, 40)}`)
    return filled(words.times.attested, { said, by: html`${by}` })
  })
  const more = report.times.length - lines.length
  if (more > 0) lines.push(filled(words.more, { count: more }))
  if (report.inFork === 'after') lines.push(html`<span class="strong">${words.times.afterSplit}</span>`)
  return [...lines, html`<span class="quiet">${claimed} ${words.times.zone}</span>`]
}

/** Whose countersignatures gave the two bounds: of the upper one the recipient’s own, or the depositary’s. */
function boundedBy({ receipts, agreement }: Report, recipient: string, lo: number | null, hi: number | null): string[] {
  const depositary = agreement === null ? undefined : depositaryOf(agreement)?.party
  return receipts.flatMap(({ by, counted, covers, time }) => {
    const gave = covers ? time === hi && (by === recipient || by === depositary) : time === lo
    return counted && gave ? by : []
  })
}

function underWords({ agreement }: Report, { body }: Statement, { words }: Page): Html[] {
  if (agreement === null) return [html`${words.noAgreement}`]
  const lines = [filled(words.agreement, { title: foreign(agreement.title, 120) })]
  if (typeof body.clause !== 'string') return [...lines, html`<span class="quiet">${words.noClause}</span>`]
  const id = foreign(body.clause, 64)
  const clause = agreement.clauses.find((one) => one.id === body.clause)
  lines.push(
    clause === undefined
      ? filled(words.clauseUnknown, { id })
      : filled(words.clause, { id, text: foreign(clause.text, 200) }),
  )
  return lines
}

function answerWords(
  { record }: Report,
  statement: Statement,
  { words }: Page,
  among: Parameters<typeof recordSheet>[2],
): Html[] {
  if (among === undefined || record === null) return [filled(words.answersOutside, { count: statement.re.length })]
  const own = among.references.filter(({ from }) => from === `${record.origin}#${record.index}`)
  const outside = own.filter(({ state }) => state === 'outside').length
  const lines = own.slice(0, 8).flatMap(({ to, state }) => {
    if (state === 'outside') return []
    return state === 'fits'
      ? filled(words.answersFits, { number: among.numbers.get(to) ?? '?' })
      : html`<span class="strong">${words.answersOther}</span>`
  })
  return outside === 0 ? lines : [...lines, filled(words.answersOutside, { count: outside })]
}

export function checkWords(
  step: { step: string; ok: boolean; code: string },
  report: Report | undefined,
  page: Page,
): { ok: boolean; text: Html } {
  const { words } = page
  if (!step.ok) {
    const { text } = reasonWords(step.code, page)
    return { ok: false, text: new Html(text.charAt(0).toUpperCase() + text.slice(1)) }
  }
  const known: Record<string, string> = words.steps
  const counted = report?.receipts.filter((receipt) => receipt.counted).length ?? 0
  const not = (report?.receipts.length ?? 0) - counted
  return { ok: true, text: filled(known[step.step] ?? step.step, { count: counted, not }) }
}

function detailsOf(report: Report, page: Page): [string | Html, Html][] {
  const { words, digest } = page
  const { record, statement, agreement, receipts } = report
  const rows: [string | Html, Html][] = [[words.details.file, html`${digest}`]]
  if (record !== null) rows.push([words.details.record, html`${foreign(`${record.origin}#${record.index}`, 300)}`])
  if (statement !== null) rows.push([words.details.id, html`${statement.id}`])
  if (agreement !== null) rows.push([words.details.version, html`${agreement.id} / ${agreementDigest(agreement)}`])
  const shown = receipts.slice(0, SHOWN.receipts).map(({ by, size, time, counted }, i) => {
    const one = filled(words.details.receipt, { by: foreign(by, 40), time: timeWords(time, words), size })
    return html`${i > 0 ? '; ' : ''}${one}${counted ? '' : html` (${words.details.notCounted})`}`
  })
  const more = receipts.length - shown.length
  if (shown.length > 0) {
    const rest = more > 0 ? html`; ${filled(words.more, { count: more })}` : html``
    rows.push([words.details.receipts, html`${shown}${rest}`])
  }
  if (report.witnesses.length > 0) {
    const names = report.witnesses
      .slice(0, SHOWN.receipts)
      .map((name, i) => html`${i > 0 ? ', ' : ''}${foreign(name, 48)}`)
    const isSplit = report.inFork === 'after'
    rows.push([words.details.witnessed, html`${names}${isSplit ? html` (${words.details.notWitnessed})` : ''}`])
  }
  const parties = [statement?.from ?? '', ...receipts.flatMap(({ by, counted }) => (counted ? by : []))]
  return [...rows, ...trustedRows([...new Set(parties)], page)]
}
