import { join } from 'node:path'
import { initNode, initUnsigned, realSurroundings } from '@countersign/node'
import { fingerprintWords } from '@countersign/record'
import { type Command, Option } from 'commander'
import { dirOption, examples, jsonOption } from '../options.ts'
import { misused, must, print, printJson } from '../output.ts'
import { newPassphrase, passphraseOption } from '../passphrase.ts'
import { rootOf } from './key-change.ts'

export function initCommand(command: Command): void {
  command
    .requiredOption('--party <domain>', 'domain of the party')
    .addOption(dirOption())
    .option('--name <name>', 'name of the party, for people')
    .option('--endpoint <url>', 'where peers reach the node (otherwise https://<party>/)')
    .addOption(new Option('--neutral', 'the node serves others as depositary, observer or witness'))
    .addOption(passphraseOption('--passphrase-fd', 'a passphrase for the private keys'))
    .option('--root <pub...>', 'public root keys, made with “countersign root make” on another machine')
    .option('--threshold <k>', 'how many of them must sign', Number)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign init --party alfa.example --dir ./alfa --endpoint https://node.alfa.example/',
        'countersign init --party alfa.example --dir ./alfa --root a.pub b.pub c.pub --threshold 2',
      ),
    )
    .action(
      async (options: {
        party: string
        dir: string
        name?: string
        endpoint?: string
        neutral?: boolean
        passphraseFd?: number
        root?: string[]
        threshold?: number
        json?: boolean
      }) => {
        const { party, dir, name, neutral, passphraseFd } = options
        const passphrase = passphraseFd === undefined ? undefined : await newPassphrase(passphraseFd, 'the passphrase')
        const endpoint = options.endpoint ?? `https://${party}/`
        if ((options.root === undefined) !== (options.threshold === undefined)) {
          throw misused('Give --root and --threshold together.')
        }
        const asked = {
          ...{ party, dir, endpoint },
          ...(name === undefined ? {} : { name }),
          ...(neutral === undefined ? {} : { neutral }),
          ...(passphrase === undefined ? {} : { passphrase }),
        }
        if (options.root !== undefined && options.threshold !== undefined) {
          const root = rootOf(options.root, options.threshold)
          const { words } = must(await initUnsigned({ ...asked, root }, realSurroundings()))
          const request = join(dir, 'private', 'key-request.json')
          if (options.json === true) return printJson({ party, dir, endpoint, words, request })
          print(`The keys of a node for ${party} are in ${dir}. Its root must sign its card:`)
          print(`carry ${request} to where the root keys lie, and there, with each key that is needed:`)
          print(`  countersign root sign --key KEY ${request}`)
          print(`Then, here: countersign key accept --dir ${dir} ${request}`)
          return undefined
        }
        const made = must(await initNode(asked, realSurroundings()))
        const words = fingerprintWords(made.card)
        if (options.json === true) return printJson({ party, dir, endpoint, words })
        print(`A node for ${party} is in ${dir}.`)
        print(`Its fingerprint words, to be read out over a telephone:\n  ${words.join(' ')}`)
        print(`Next: give its card to the others: countersign card --dir ${dir} > ${party}.card`)
        print(
          'Its root key lies in the same folder, which is for trying out: whoever copies the folder is the party for good.',
        )
        print('For real use make root keys elsewhere first: countersign root make')
        return undefined
      },
    )
}
