import { writeFileSync } from 'node:fs'
import { type FileReport, REPORT_LANGUAGES, reportHtml, verifyFile } from '@countersign/client'
import { parsePolicy, parseVerifierKey, sha256, toHex, type VerifierKey } from '@countersign/log'
import { type Card, evidenceKind, type Language } from '@countersign/record'
import { type Command, Option } from 'commander'
import { readCard } from '../card-file.ts'
import { hanFaces } from '../han-face.ts'
import { examples, jsonOption, readInput, writeOutput } from '../options.ts'
import { EXIT, misused, note, print, printJson, Refused } from '../output.ts'
import { jsonOfReport, tellReport } from '../tell-report.ts'

interface Options {
  card?: string[]
  key?: string[]
  report?: string
  language: Language
  json?: boolean
}

export function verifyCommand(command: Command): void {
  command
    .argument('<file>', 'the evidence file')
    .argument('[beside...]', 'to be applied to it: evidence of notices of compromised keys, files of a fork')
    .option('--card <file...>', 'cards you trust, of author and cosigners')
    .option(
      '--key <file...>',
      'verifier keys of logs you know, a line each, or a policy: for a fork that a witness keeps',
    )
    .option('--report <file>', 'write a report for people, one A4 page, as an HTML file to open and print')
    .addOption(
      new Option('--language <language>', 'of the report').choices(REPORT_LANGUAGES).default('en' satisfies Language),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign verify share.evidence --card alfa.card --card bravo.card --card watch.card',
        'countersign verify call.evidence --card alfa.card --report call.html --language ru',
        'countersign verify fork.evidence --card alfa.card',
        'countersign verify fork.evidence --key ./w1/policy',
        'countersign verify call.evidence notice.evidence --card alfa.card watch.card',
        'countersign verify call.evidence fork.evidence --card alfa.card watch.card',
      ),
    )
    .action((file: string, others: string[], options: Options) => {
      if (options.report?.toLowerCase().endsWith('.pdf')) {
        throw misused('A report is written as HTML; give it a name such as report.html, open it and print it to PDF.')
      }
      if (options.card === undefined && options.key === undefined)
        throw misused('Give the cards you trust with --card; for a fork of a log without cards its keys with --key.')
      const cards = (options.card ?? []).map(readCard)
      const keys = (options.key ?? []).flatMap((path) => logKeysIn(path, readInput(path)))
      const bytes = readInput(file)
      const beside = others.map(readInput)
      const kind = evidenceKind(bytes)
      if (beside.some((other) => evidenceKind(other) !== 'fork') && kind !== 'record')
        throw misused('Notices are applied to the evidence of one record; give that, cut with: countersign prove')
      if (beside.length > 0 && kind !== 'record' && kind !== 'exchange')
        throw misused('A fork is applied to the evidence of a record or an exchange; give that first.')
      const report = verifyFile(bytes, cards, beside, keys)
      if (options.report !== undefined)
        writeReport(options.report, report, { bytes, cards, language: options.language })
      if (options.json === true) printJson(jsonOfReport(report))
      else print(tellReport(report))
      if (!report.holds) process.exitCode = EXIT.refused
    })
}

/** Of a policy the keys of its logs; else a verifier key in each line. */
function logKeysIn(path: string, bytes: Uint8Array): VerifierKey[] {
  const policy = parsePolicy(bytes, { sharedLogKeys: true })
  if (policy.ok) return policy.value.logs.map(({ key }) => key)
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines.flatMap((line) => {
    const written =
      line
        .trim()
        .replace(/^log[ \t]+/, '')
        .split(/[ \t]/)[0] ?? ''
    if (written === '' || written.startsWith('#')) return []
    const key = parseVerifierKey(written)
    if (!key.ok)
      throw new Refused({ code: key.code, message: `${path}: ${key.message} Give a file with one in each line.` })
    return [key.value]
  })
}

/** Also where the file does not hold: the page says so first, and why. */
function writeReport(
  path: string,
  report: FileReport,
  { bytes, cards, language }: { bytes: Uint8Array; cards: Card[]; language: Language },
): void {
  const digest = toHex(sha256(bytes))
  const page = reportHtml(report, { language, digest, trusted: cards, faces: hanFaces })
  writeOutput(path, (to) => writeFileSync(to, page), 'choose another with --report.')
  note(`The report is in ${path}: open it in a browser, and print it from there.`)
}
