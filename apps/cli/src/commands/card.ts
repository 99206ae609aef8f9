import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatVerifierKey, makeVerifierKey, type SignatureType } from '@countersign/log'
import { loadIdentity } from '@countersign/node'
import { fingerprintWords, receiptKeyName } from '@countersign/record'
import { type Command, Option } from 'commander'
import { dirOption, examples } from '../options.ts'
import { misused, must, note, print } from '../output.ts'

const TYPES: Record<string, SignatureType> = { '01': 1, '04': 4, '06': 6 }

export function cardCommand(program: Command): void {
  program
    .command('card')
    .description('print our party card, or its C2SP verifier keys')
    .addOption(dirOption())
    .addOption(new Option('--vkeys <role>', 'verifier keys, one a line').choices(['log', 'receipt']))
    .addOption(new Option('--type <type>', 'only keys of this signature type').choices(Object.keys(TYPES)))
    .addHelpText(
      'after',
      examples('countersign card --dir ./alfa > alfa.card', 'countersign card --dir ./alfa --vkeys log --type 01'),
    )
    .action(async (options: { dir: string; vkeys?: 'log' | 'receipt'; type?: string }) => {
      const { card, dir } = must(await loadIdentity(options.dir))
      if (options.vkeys === undefined) {
        if (options.type !== undefined) throw misused('--type is for --vkeys log or --vkeys receipt.')
        process.stdout.write(card.bytes)
        if (process.stdout.isTTY) print('')
        note(`Fingerprint words of ${card.party}: ${fingerprintWords(card).join(' ')}`)
        return
      }
      const own = options.vkeys === 'log' ? ([1, 6] as const) : ([4, 6] as const)
      const names =
        options.vkeys === 'log' ? origins(dir, card.party) : pacts(dir).map((pact) => receiptKeyName(card.party, pact))
      const keys = card.keys[options.vkeys]
      for (const name of names) {
        for (const type of own) {
          if (options.type !== undefined && TYPES[options.type] !== type) continue
          print(formatVerifierKey(makeVerifierKey(name, type, type === 6 ? keys.mldsa44 : keys.ed25519)))
        }
      }
    })
}

/** Of our own logs, as their indexes name them. */
function origins(dir: string, party: string): string[] {
  const logs = join(dir, 'logs')
  if (!existsSync(logs)) return []
  return readdirSync(logs).flatMap((pact) => {
    const index = join(logs, pact, 'index')
    const lines = existsSync(index) ? readFileSync(index, 'utf8').split('\n').filter(Boolean) : []
    return lines.map((line) => `${party}/${pact}/${line}`)
  })
}

function pacts(dir: string): string[] {
  const folder = join(dir, 'private', 'pacts')
  return existsSync(folder) ? readdirSync(folder) : []
}
