import { verifyFile } from '@countersign/client'
import { parseCard } from '@countersign/record'
import type { Command } from 'commander'
import { examples, jsonOption, readInput } from '../options.ts'
import { EXIT, must, print, printJson } from '../output.ts'
import { jsonOfReport, tellReport } from '../tell-report.ts'

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description('check evidence of a record, an exchange or a fork, offline, against the cards you trust')
    .argument('<file>', 'the evidence file')
    .requiredOption('--card <file...>', 'cards you trust, of author and cosigners')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign verify share.evidence --card alfa.card --card bravo.card --card watch.card'),
    )
    .action((file: string, options: { card: string[]; json?: boolean }) => {
      const cards = options.card.map((path) => must(parseCard(readInput(path))))
      const report = verifyFile(readInput(file), cards)
      if (options.json === true) printJson(jsonOfReport(report))
      else print(tellReport(report))
      if (!report.holds) process.exitCode = EXIT.refused
    })
}
