// A report on a file of evidence in lines for a terminal, and as JSON for a program.

import type { ExchangeReport, FileReport, ForkReport, Report } from '@countersign/client'
import { toBase64 } from '@countersign/log'
import { plain } from './output.ts'

export function tellReport(report: FileReport): string {
  switch (report.kind) {
    case 'record':
      return tellRecord(report)
    case 'exchange':
      return tellExchange(report)
    case 'fork':
      return tellFork(report)
  }
}

export function jsonOfReport(report: FileReport): unknown {
  switch (report.kind) {
    case 'record':
      return jsonOfRecord(report)
    case 'exchange':
      return { ...report, records: report.records.map(jsonOfRecord) }
    case 'fork':
      return jsonOfFork(report)
  }
}

function tellRecord(report: Report): string {
  const told = [...headOf(report), '', ...stepsOf(report.steps), '']
  // Of what could not be read at all, what such a file never proves says nothing.
  if (report.record === null) return [...told, 'Give a file that “countersign prove” wrote, whole.'].join('\n')
  return [...told, ...notProved(report.notShown)].join('\n')
}

function tellExchange(report: ExchangeReport): string {
  const lines = report.holds
    ? [`Proved: an exchange of ${report.records.length} record${report.records.length === 1 ? '' : 's'}.`]
    : ['Not proved.']
  lines.push('', ...stepsOf(report.steps))
  for (const record of report.records) {
    lines.push('', ...headOf(record))
    const named = report.references.filter(({ from }) => from === nameOf(record))
    for (const { to, state } of named) {
      lines.push(
        `${state === 'fits' ? 'It answers' : state === 'outside' ? 'It names, not in this file,' : 'It names wrongly'} ${to}`,
      )
    }
    if (!record.holds) lines.push(...stepsOf(record.steps))
  }
  return [...lines, '', ...notProved(report.notShown)].join('\n')
}

function tellFork(report: ForkReport): string {
  const { fork } = report
  const lines =
    report.holds && fork !== null
      ? [
          `Proved: the keys of ${fork.party} signed two checkpoints that contradict each other, of ${fork.heads[0].size} and of ${fork.heads[1].size} entries.`,
          `Log ${fork.origin}`,
        ]
      : ['Not proved.']
  return [...lines, '', ...stepsOf(report.steps), '', ...notProved(report.notShown)].join('\n')
}

/** Who said what to whom, and when it was held; or only that it is not proved. */
function headOf(report: Report): string[] {
  const { statement, record, times } = report
  if (!report.holds || statement === null || record === null) {
    return [`Not proved${record === null ? '' : `: record ${record.origin}#${record.index}`}.`]
  }
  return [
    `Proved: ${statement.from} said ${plain(statement.type)} to ${statement.to.join(', ') || 'nobody in particular'}.`,
    ...(statement.mode === 'Actual' ? [] : [`It was said as ${statement.mode === 'Test' ? 'a test' : 'an exercise'}.`]),
    ...times.map(({ recipient, lo, hi }) => {
      const what = recipient === '' ? 'It was logged' : `For ${recipient} it was held`
      if (report.inFork === 'after')
        return `It stands after the split of its log: it binds its author, and by when it was held ${recipient === '' ? '' : `for ${recipient} `}counts for nothing in its author’s favour${lo === null ? '' : `. It was said after ${at(lo)}`}.`
      // A file without any bound proves no holding either: it must not be read as one at an unknown time.
      if (lo === null && hi === null && recipient !== '')
        return `That it was held for ${recipient} is not proved: no receipt you can trust shows it.`
      return `${what} ${between(lo, hi)}.`
    }),
    ...witnessedOf(report),
    `Record ${record.origin}#${record.index}`,
    ...report.revealed.flatMap(contentOf),
  ]
}

/** Witnesses say that they saw one history of a log: after its split there were two (spec/witness.md). */
function witnessedOf({ witnesses, inFork }: Report): string[] {
  if (witnesses.length === 0) return []
  const names = witnesses.map(plain).join(', ')
  return [
    inFork === 'after' ? `Not witnessed after the split: ${names} saw one history of two.` : `Witnessed by ${names}.`,
  ]
}

/** Lines and characters of a revealed part that are shown; the whole is in the JSON and in the report. */
const SHOWN = { lines: 40, chars: 4_000 }

/** What a part says, where it is text: as its author wrote it, and harmless to a terminal. */
function contentOf({ part, mediaType, plaintext }: Report['revealed'][number]): string[] {
  const head = `\nWhat was said, part ${part}, ${plain(mediaType)}, ${plaintext.length} bytes`
  if (!/^text\/|[/+]json(?:;|$)/i.test(mediaType)) return [`${head}: no text; --json gives its bytes.`]
  // A character takes four bytes at most: what lies beyond need not be decoded.
  const text = new TextDecoder().decode(plaintext.subarray(0, SHOWN.chars * 4))
  const shown = text.slice(0, SHOWN.chars).split(/\r?\n/).slice(0, SHOWN.lines)
  const isWhole = shown.join('\n').length >= text.trimEnd().replaceAll('\r\n', '\n').length
  const isAll = isWhole && plaintext.length <= SHOWN.chars * 4
  return [`${head}:`, ...shown.map((line) => `  │ ${plain(line)}`), ...(isAll ? [] : ['  … --json gives all of it.'])]
}

function stepsOf(steps: readonly { ok: boolean; message: string }[]): string[] {
  return steps.map(({ ok, message }) => `  ${ok ? '✓' : '✗'} ${plain(message)}`)
}

function notProved(what: readonly { message: string }[]): string[] {
  return ['Not proved by this file:', ...what.map(({ message }) => `  – ${message}`)]
}

function nameOf({ record }: Report): string {
  return record === null ? '' : `${record.origin}#${record.index}`
}

function jsonOfRecord({ revealed, ...report }: Report): unknown {
  const parts = revealed.map(({ part, mediaType, plaintext }) => ({ part, mediaType, base64: toBase64(plaintext) }))
  return { ...report, revealed: parts }
}

function jsonOfFork({ fork, ...report }: ForkReport): unknown {
  if (fork === null) return { ...report, fork }
  const { origin, party, heads } = fork
  const told = heads.map(({ size, root, card }) => ({
    size,
    root: toBase64(root),
    ...(card === undefined ? {} : { card: card.digest }),
  }))
  return { ...report, fork: { origin, party, heads: told } }
}

function between(lo: number | null, hi: number | null): string {
  if (lo === null && hi === null) return 'at a time that no cosigner you trust bounds'
  if (lo === null) return `not later than ${at(hi)}`
  if (hi === null) return `not before ${at(lo)}, and no receipt you can trust shows by when`
  return `between ${at(lo)} and ${at(hi)}`
}

function at(seconds: number | null): string {
  return new Date((seconds ?? 0) * 1000).toISOString().replace('.000', '')
}
