import { createInterface } from 'node:readline/promises'
import { fingerprintWords } from '@countersign/record'
import type { Command } from 'commander'
import { readCard } from '../card-file.ts'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, note, print, printJson, Refused } from '../output.ts'

export function trustCommand(command: Command): void {
  command
    .argument('<card>', 'the card file')
    .addOption(dirOption())
    .option('--yes', 'the words were compared already')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign trust --dir ./alfa bravo.example.card'))
    .action(async (file: string, options: { dir: string; yes?: boolean; json?: boolean }) => {
      const card = readCard(file)
      const words = fingerprintWords(card)
      if (options.yes !== true) await compare(card.party, words)
      await withNode(options.dir, async (door) => must(await door.trust(card.bytes)))
      if (options.json === true) return printJson({ party: card.party, digest: card.digest, words })
      print(`The card of ${card.party} is trusted.`)
      return undefined
    })
}

async function compare(party: string, words: readonly string[]): Promise<void> {
  note(`Call ${party} by a number you know from elsewhere. Both read these words aloud:`)
  note(`\n  ${words.slice(0, 6).join(' ')}\n  ${words.slice(6).join(' ')}\n`)
  if (!process.stdin.isTTY) {
    const message = 'Nothing was trusted: compare the words with them first, then add --yes.'
    throw new Refused({ code: 'trust/not-compared', message })
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question('Are they the same, word for word? Type yes: ')
  ask.close()
  if (answer.trim().toLowerCase() !== 'yes') {
    throw new Refused({ code: 'trust/not-compared', message: 'Nothing was trusted. Ask them for their card again.' })
  }
}
