import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption, writeOutput } from '../options.ts'
import { must, note, printJson } from '../output.ts'

interface Options {
  dir: string
  reveal?: boolean
  withExchange?: boolean
  output: string
  json?: boolean
}

export function proveCommand(command: Command): void {
  command
    .argument('<record>', 'origin#index, as “countersign records” prints it')
    .addOption(dirOption())
    .option('--reveal', 'with the content and its salt, so that others can read it')
    .option('--with-exchange', 'with all that it answers and that answers it, as far as held here')
    .requiredOption('-o, --output <file>', 'where to write it')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign prove --dir ./alfa "alfa.example/…/main/…#3" -o share.evidence',
        'countersign prove --dir ./alfa "alfa.example/…/line/…#7" --with-exchange --reveal -o call.evidence',
      ),
    )
    .action(async (record: string, options: Options) => {
      const { reveal = false, withExchange: exchange = false } = options
      const file = await withNode(options.dir, async (door) => must(await door.evidence(record, { reveal, exchange })))
      writeOutput(options.output, (path) => writeFileSync(path, file), 'choose another with -o.')
      if (options.json === true) {
        return printJson({ record, output: options.output, bytes: file.length, revealed: reveal, exchange })
      }
      note(
        `Written to ${options.output}. Anyone with the cards can check it: countersign verify ${options.output} --card CARD`,
      )
      return undefined
    })
}
