import { type ForkReport, type Report, verifyEvidence, verifyFork } from '@countersign/client'
import { evidenceKind, parseCard } from '@countersign/record'
import type { Command } from 'commander'
import { examples, jsonOption, readInput } from '../options.ts'
import { EXIT, must, plain, print, printJson } from '../output.ts'

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description('check evidence of a record or of a fork, offline, against the cards you trust')
    .argument('<file>', 'the evidence file')
    .requiredOption('--card <file...>', 'cards you trust, of author and cosigners')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign verify share.evidence --card alfa.card --card bravo.card --card watch.card'),
    )
    .action((file: string, options: { card: string[]; json?: boolean }) => {
      const cards = options.card.map((path) => must(parseCard(readInput(path))))
      const bytes = readInput(file)
      if (evidenceKind(bytes) === 'fork') {
        const report = verifyFork(bytes, cards)
        if (options.json === true) printJson(jsonOfFork(report))
        else print(tellFork(report))
        if (!report.holds) process.exitCode = EXIT.refused
        return
      }
      const report = verifyEvidence(bytes, cards)
      if (options.json === true) printJson(jsonOf(report))
      else print(tell(report))
      if (!report.holds) process.exitCode = EXIT.refused
    })
}

function jsonOf({ revealed, ...report }: Report) {
  const parts = revealed.map(({ part, mediaType, plaintext }) => ({
    ...{ part, mediaType },
    base64: Buffer.from(plaintext).toString('base64'),
  }))
  return { ...report, revealed: parts }
}

function tell(report: Report): string {
  const lines: string[] = []
  const { statement, record } = report
  if (report.holds && statement !== null && record !== null) {
    lines.push(
      `Proved: ${statement.from} said ${plain(statement.type)} to ${statement.to.join(', ') || 'nobody in particular'}.`,
    )
    for (const { recipient, lo, hi } of report.times) {
      const whom = recipient === '' ? 'It was logged' : `For ${recipient} it was held`
      lines.push(`${whom} ${between(lo, hi)}.`)
    }
    lines.push(`Record ${record.origin}#${record.index}`)
  } else lines.push('Not proved.')
  lines.push('')
  for (const { ok, message } of report.steps) lines.push(`  ${ok ? '✓' : '✗'} ${plain(message)}`)
  lines.push('', 'Not proved by this file:')
  for (const { message } of report.notShown) lines.push(`  – ${message}`)
  return lines.join('\n')
}

function jsonOfFork({ fork, ...report }: ForkReport) {
  const heads = fork?.heads.map(({ size, root, card }) => ({
    ...{ size, root: Buffer.from(root).toString('base64') },
    card: card.digest,
  }))
  return { ...report, fork: fork === null ? null : { origin: fork.origin, party: fork.party, heads } }
}

function tellFork(report: ForkReport): string {
  const lines: string[] = []
  if (report.holds && report.fork !== null) {
    const { party, origin, heads } = report.fork
    lines.push(
      `Proved: the keys of ${party} signed two checkpoints that contradict each other, of ${heads[0].size} and of ${heads[1].size} entries.`,
      `Log ${origin}`,
    )
  } else lines.push('Not proved.')
  lines.push('')
  for (const { ok, message } of report.steps) lines.push(`  ${ok ? '✓' : '✗'} ${plain(message)}`)
  lines.push('', 'Not proved by this file:')
  for (const { message } of report.notShown) lines.push(`  – ${message}`)
  return lines.join('\n')
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
