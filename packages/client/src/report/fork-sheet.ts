// A fork on one page: whose keys signed what that no log can be, and what this does not prove.

import { toBase64 } from '@countersign/log'
import { parseOrigin } from '@countersign/record'
import type { ForkReport } from '../verify-fork.ts'
import { filled, foreign, type Html, html } from './html.ts'
import { type Page, trustedRows } from './page.ts'
import { checkWords, partyWords, reasonWords } from './record-sheet.ts'
import type { SheetOf } from './sheet.ts'

export function forkSheet(report: ForkReport, page: Page): SheetOf {
  const { words, digest } = page
  const { fork, holds } = report
  const failing = report.steps.find((step) => !step.ok)
  return {
    banner: undefined,
    holds,
    verdict: html`${holds ? words.verdict.fork : words.verdict.forkNot}`,
    reason:
      failing === undefined
        ? []
        : [filled(words.verdict.why, { reason: reasonWords(failing.code, page) }), html`${words.verdict.next}`],
    caveat: holds || fork === null ? undefined : words.claims,
    rows: fork === null ? [] : rowsOf(fork, page),
    table: undefined,
    notProved: {
      title: words.labels.notProved,
      items: report.notShown.map(({ code }) => html`${words.notShown[code]}`),
    },
    checked: { title: words.labels.checked, items: report.steps.map((step) => checkWords(step, undefined, page)) },
    details: {
      title: words.labels.details,
      rows: [[words.details.file, html`${digest}`], ...(fork === null ? [] : detailsOf(fork, page))],
    },
    foot: page.foot,
  }
}

type Fork = NonNullable<ForkReport['fork']>

function rowsOf({ party, origin, heads: [older, newer] }: Fork, page: Page): [string, Html][] {
  const { words } = page
  const { fork, labels } = words
  const log = parseOrigin(origin)
  const what =
    older.size === newer.size
      ? filled(fork.same, { size: older.size })
      : filled(fork.grown, { m: older.size, n: newer.size })
  // A log of other software is named by its origin alone.
  const named = log.ok
    ? filled(fork.log, { party: foreign(party, 128), channel: foreign(log.value.channel, 32) })
    : foreign(origin, 255)
  return [
    [labels.who, filled(fork.who, { party: partyWords(party, page, 128) })],
    [labels.what, html`<p class="strong">${what}.</p><p>${fork.meaning}</p>`],
    [labels.log, named],
    [labels.when, html`${fork.when}`],
  ]
}

function detailsOf({ party, origin, heads }: Fork, page: Page): [string | Html, Html][] {
  const { details } = page.words
  const checkpoints = heads.map(({ size, root, card }): [string, Html] => [
    details.checkpoints,
    card === undefined
      ? html`${filled(details.logOf, { size })}, ${toBase64(root)}`
      : html`${filled(details.logOf, { size })}, ${toBase64(root)} (${filled(details.card, { serial: card.body.serial })}, ${card.digest})`,
  ])
  return [[page.words.labels.log, foreign(origin, 255)], ...checkpoints, ...trustedRows([party], page)]
}
