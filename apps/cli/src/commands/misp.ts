import { writeFileSync } from 'node:fs'
import { bundleOfMisp, mispMappingLines, mispOfBundle } from '@countersign/intel'
import { type Command, Option } from 'commander'
import { examples, jsonOption, readInput, writeOutput } from '../options.ts'
import { must, note, plain, print, printJson, table } from '../output.ts'
import { some } from '../stix-input.ts'

interface Flags {
  output?: string
  json?: boolean
}

/** What was not mapped is named one by one up to here; the rest is counted. */
const SHOWN = 20

export function mispCommand(command: Command): void {
  command
    .command('import')
    .description('make a STIX 2.1 bundle of MISP events; nothing is said and nothing kept')
    .argument('<file>', 'events of the MISP core format; - is standard input')
    .addOption(outputOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign misp import event.json -o event.stix.json'))
    .action((file: string, { output, json }: Flags) => {
      const { text, objects, events } = must(bundleOfMisp(readInput(file)))
      give(text, output, json)
      if (json === true) return printJson({ objects, events })
      for (const { info, figures, carried, leftOut } of events) {
        const { attributes, mapped } = figures
        note(`${plain(info)}: ${mapped} of ${some(attributes, 'attribute')} in STIX’s own words.`)
        name(carried, 'Carried as they are:', ({ path, what, why }) => `${path} ${what}: ${why}`)
        name(leftOut, 'Left behind:', ({ path, what, why }) => `${path || what}: ${why}`)
      }
      return note(`${some(objects, 'object')} of ${some(events.length, 'event')}.`)
    })
  command
    .command('export')
    .description('make MISP events of STIX 2.1 objects')
    .argument('<file>', 'STIX 2.1: a bundle, an envelope or one object; - is standard input')
    .addOption(outputOption())
    .addOption(
      new Option('--distribution <number>', 'of what was not made of an event, as MISP counts')
        .choices(['0', '1', '2', '3'])
        .default('0', '0, your organisation only'),
    )
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign misp export heard.stix.json -o heard.json'))
    .action((file: string, { output, json, distribution }: Flags & { distribution: string }) => {
      const { text, events, figures, notices } = must(mispOfBundle(readInput(file), distribution))
      give(text, output, json)
      if (json === true) return printJson({ events, figures, notices })
      name(notices, 'Not all of these is in MISP’s own words:', ({ id, why }) => `${id}: ${why}`)
      return note(`${some(events, 'event')} of ${some(figures.objects, 'object')}; ${figures.carried} carried as text.`)
    })
  command
    .command('types')
    .description('show how every attribute type of MISP is said in STIX')
    .addOption(jsonOption())
    .action(({ json }: Flags) => {
      const lines = mispMappingLines()
      if (json === true) return printJson(lines)
      const rows = lines.map(({ type, detecting, seen }) => [type, detecting, seen])
      return print(table([['TYPE', 'WITH TO_IDS', 'WITHOUT'], ...rows]))
    })
}

const outputOption = () => new Option('-o, --output <file>', 'where to write it; otherwise to standard output')

/** With --json standard output is for what is told. */
function give(text: string, output: string | undefined, json: boolean | undefined): void {
  if (output !== undefined) writeOutput(output, (path) => writeFileSync(path, text), 'choose another with -o.')
  else if (json !== true) process.stdout.write(text)
}

function name<T>(list: readonly T[], heading: string, words: (one: T) => string): void {
  if (list.length === 0) return
  note(heading)
  for (const one of list.slice(0, SHOWN)) note(`  ${plain(words(one))}`)
  if (list.length > SHOWN) note(`  and ${list.length - SHOWN} more; --json names them all.`)
}
