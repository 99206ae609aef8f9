import { initNode, realSurroundings } from '@countersign/node'
import { fingerprintWords } from '@countersign/record'
import { type Command, Option } from 'commander'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, print, printJson } from '../output.ts'
import { newPassphrase, passphraseOption } from '../passphrase.ts'

export function initCommand(program: Command): void {
  program
    .command('init')
    .description('make a node: its keys and its party card')
    .requiredOption('--party <domain>', 'domain of the party')
    .addOption(dirOption())
    .option('--name <name>', 'name of the party, for people')
    .option('--endpoint <url>', 'where peers reach the node (otherwise https://<party>/)')
    .addOption(new Option('--neutral', 'the node serves others as depositary, observer or witness'))
    .addOption(passphraseOption('--passphrase-fd', 'a passphrase for the private keys'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign init --party alfa.example --dir ./alfa --endpoint https://node.alfa.example/'),
    )
    .action(
      async (options: {
        party: string
        dir: string
        name?: string
        endpoint?: string
        neutral?: boolean
        passphraseFd?: number
        json?: boolean
      }) => {
        const { party, dir, name, neutral, passphraseFd } = options
        const passphrase = passphraseFd === undefined ? undefined : await newPassphrase(passphraseFd, 'the passphrase')
        const endpoint = options.endpoint ?? `https://${party}/`
        const made = must(
          await initNode(
            {
              party,
              dir,
              endpoint,
              ...(name === undefined ? {} : { name }),
              ...(neutral === undefined ? {} : { neutral }),
              ...(passphrase === undefined ? {} : { passphrase }),
            },
            realSurroundings(),
          ),
        )
        const words = fingerprintWords(made.card)
        if (options.json === true) return printJson({ party, dir, endpoint, words })
        print(`A node for ${party} is in ${dir}.`)
        print(`Its fingerprint words, to be read out over a telephone:\n  ${words.join(' ')}`)
        print(`Next: give its card to the others: countersign card --dir ${dir} > ${party}.card`)
        return undefined
      },
    )
}
