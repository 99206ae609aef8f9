import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatVerifierKey, makeVerifierKey, type SignatureType } from '@countersign/log'
import { loadMember } from '@countersign/node'
import { depositKeyName, fingerprintWords, receiptKeyName } from '@countersign/record'
import { type Command, Option } from 'commander'
import { dirOption, examples, jsonOption } from '../options.ts'
import { misused, must, note, print, printJson } from '../output.ts'

/** Under which names a receipt key signs for an agreement. */
const NAMES_BY_PACT = { receipt: receiptKeyName, deposit: depositKeyName }

const TYPES: Record<string, SignatureType> = { '01': 1, '04': 4, '06': 6 }

export function cardCommand(command: Command): void {
  command
    .addOption(dirOption())
    .addOption(new Option('--vkeys <role>', 'verifier keys, one a line').choices(['log', 'receipt', 'deposit']))
    .addOption(new Option('--type <type>', 'only keys of this signature type').choices(Object.keys(TYPES)))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign card --dir ./alfa > alfa.card', 'countersign card --dir ./alfa --vkeys log --type 01'),
    )
    .action(
      async (options: { dir: string; vkeys?: keyof typeof NAMES_BY_PACT | 'log'; type?: string; json?: boolean }) => {
        const { card, dir } = must(loadMember(options.dir))
        if (options.vkeys === undefined) {
          if (options.type !== undefined) throw misused('--type is for --vkeys log, receipt or deposit.')
          if (options.json === true) {
            const { party, digest, rootDigest, body } = card
            return printJson({ party, digest, root: rootDigest, words: fingerprintWords(card), card: body })
          }
          process.stdout.write(card.bytes)
          if (process.stdout.isTTY) print('')
          note(`Fingerprint words of ${card.party}: ${fingerprintWords(card).join(' ')}`)
          return undefined
        }
        const own = options.vkeys === 'log' ? ([1, 6] as const) : ([4, 6] as const)
        const { vkeys } = options
        const names =
          vkeys === 'log' ? origins(dir, card.party) : pacts(dir).map((pact) => NAMES_BY_PACT[vkeys](card.party, pact))
        const keys = card.keys[vkeys === 'log' ? 'log' : 'receipt']
        const lines: string[] = []
        for (const name of names) {
          for (const type of own) {
            if (options.type !== undefined && TYPES[options.type] !== type) continue
            lines.push(formatVerifierKey(makeVerifierKey(name, type, type === 6 ? keys.mldsa44 : keys.ed25519)))
          }
        }
        if (options.json === true) return printJson(lines)
        for (const line of lines) print(line)
        if (names.length === 0) note(`${card.party} has no agreement yet, so there is no key to print.`)
        return undefined
      },
    )
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
