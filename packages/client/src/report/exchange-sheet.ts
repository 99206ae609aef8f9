// A whole exchange on one page, in the order in which its records answer each other; each of them then has its own.

import type { Report } from '../verify-evidence.ts'
import type { ExchangeReport } from '../verify-exchange.ts'
import { filled, foreign, type Html, html } from './html.ts'
import type { Page } from './page.ts'
import { bannerOf, checkWords, reasonWords, typeWords } from './record-sheet.ts'
import type { SheetOf } from './sheet.ts'
import { timeWords } from './time-words.ts'

const ROWS = 12
const PARTIES = 6

export function exchangeSheet(report: ExchangeReport, records: readonly Report[], page: Page): SheetOf {
  const { words } = page
  const failing = report.steps.find((step) => !step.ok)
  const inside = records.find(({ holds }) => !holds)?.steps.find((step) => !step.ok)
  const reasons = [failing, failing?.code === 'exchange/record' ? inside : undefined].flatMap((step) =>
    step === undefined ? [] : filled(words.verdict.why, { reason: reasonWords(step.code, page) }),
  )
  const unreal = records.find(({ statement }) => statement !== null && statement.mode !== 'Actual')
  return {
    banner: bannerOf(unreal?.statement ?? null, page),
    holds: report.holds,
    verdict: html`${report.holds ? words.verdict.exchange : words.verdict.exchangeNot}`,
    reason: report.holds ? [] : [...reasons, html`${words.verdict.next}`],
    caveat: report.holds || records.length === 0 ? undefined : words.claims,
    rows: records.length === 0 ? [] : [[words.labels.records, countWords(records, page)]],
    table: records.length === 0 ? undefined : tableOf(report, records, page),
    notProved: {
      title: words.labels.notProved,
      items: report.notShown.map(({ code }) => html`${words.notShown[code]}`),
    },
    checked: {
      title: words.labels.checked,
      items: report.steps.map((step) => checkWords(step, undefined, page)),
    },
    details: { title: words.labels.details, rows: [[words.details.file, html`${page.digest}`]] },
    foot: page.foot,
  }
}

/** What is answered stands before its answer; else the earlier proved, else as in the file. */
export function inOrder({ records, references }: ExchangeReport): Report[] {
  const left = records.map((report) => ({ report, name: nameOf(report) }))
  const fits = references.filter(({ state }) => state === 'fits')
  const ordered: Report[] = []
  const placed = new Set<string>()
  while (left.length > 0) {
    const ready = left.filter(({ name }) => fits.every(({ from, to }) => from !== name || placed.has(to)))
    // References are made of hashes and cannot go in a circle; if one ever did, the rest follows as it stands.
    const next = ready.toSorted((a, b) => latest(a.report) - latest(b.report))[0] ?? left[0]
    if (next === undefined) break
    left.splice(left.indexOf(next), 1)
    placed.add(next.name)
    ordered.push(next.report)
  }
  return ordered
}

export function nameOf({ record }: Report): string {
  return record === null ? '' : `${record.origin}#${record.index}`
}

function latest({ times }: Report): number {
  return Math.min(...times.map(({ hi }) => hi ?? Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}

function countWords(records: readonly Report[], { words }: Page): Html {
  const parties = [...new Set(records.flatMap(({ statement }) => statement?.from ?? []))]
  const shown = parties.slice(0, PARTIES).map((party, i) => html`${i > 0 ? ', ' : ''}${foreign(party, 40)}`)
  const rest = parties.length > PARTIES ? html`, ${filled(words.more, { count: parties.length - PARTIES })}` : html``
  return filled(words.exchange.count, { count: records.length, parties: html`${shown}${rest}` })
}

function tableOf({ references }: ExchangeReport, records: readonly Report[], page: Page): Html {
  const { columns } = page.words.exchange
  const numbers = new Map(records.map((report, i) => [nameOf(report), i + 1]))
  const rows = records.slice(0, ROWS).map((report, i) => {
    const { statement, times, holds } = report
    if (statement === null) return html``
    const own = references.filter(({ from, state }) => from === nameOf(report) && state === 'fits')
    const answered = own.slice(0, 4).flatMap(({ to }) => numbers.get(to) ?? [])
    const proved = times.flatMap(({ hi }) => hi ?? [])
    // Of several recipients the last to hold it, and only where all of them do.
    const by =
      proved.length === times.length && proved.length > 0
        ? timeWords(Math.max(...proved), page.words)
        : page.words.exchange.notHeld
    const held = holds ? html`<td>${by}</td>` : html`<td class="bad">${page.words.exchange.bad}</td>`
    const [first] = statement.to
    const to = first === undefined ? html`${page.words.nobody}` : foreign(first, 28)
    const more = statement.to.length > 1 ? html` +${statement.to.length - 1}` : html``
    return html`<tr><td>${i + 1}</td><td>${foreign(statement.from, 28)}</td><td>${typeWords(statement.type, page)}</td><td>${to}${more}</td>${held}<td>${answered.join(', ')}</td></tr>`
  })
  const rest =
    records.length > ROWS
      ? html`<p class="quiet">${filled(page.words.exchange.rest, { count: records.length - ROWS })}</p>`
      : html``
  return html`<table><colgroup><col class="number"><col><col><col><col class="by"><col class="answers"></colgroup>
<thead><tr><th>${columns.number}</th><th>${columns.who}</th><th>${columns.what}</th><th>${columns.to}</th><th>${columns.by}</th><th>${columns.answers}</th></tr></thead>
<tbody>${rows}</tbody></table>${rest}`
}
