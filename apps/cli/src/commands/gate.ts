import { TLP_LABELS } from '@countersign/record'
import { type Command, Option } from 'commander'
import { onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, repeatable } from '../options.ts'
import { EXIT, must, note, plain, print, printJson, progressBar, table } from '../output.ts'
import { noteRemarks, openStix, some } from '../stix-input.ts'

interface TryFlags {
  dir: string
  pact?: string
  channel?: string
  to?: string[]
  marking?: string
  json?: boolean
}

/** Objects shown one by one; the rest is counted. */
const SHOWN = 50

export function gateCommand(command: Command): void {
  command
    .command('try')
    .description('show what the release gate says of STIX objects, and by which rule; nothing is said and nothing kept')
    .argument('<file>', 'STIX 2.1: a bundle, an envelope or one object; - is standard input')
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .option('--channel <name>', 'otherwise main')
    .addOption(repeatable('--to <party>', 'a recipient, may be repeated; otherwise all other parties of the channel'))
    .addOption(new Option('--marking <tlp>', 'TLP 2.0').choices(TLP_LABELS))
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign gate try --dir ./alfa --marking TLP:AMBER campaign.json'))
    .action(async (file: string, flags: TryFlags) => {
      await withNode(flags.dir, async (door) => {
        const { channel, to, marking } = flags
        const asked = {
          pact: flags.pact ?? (await onlyPact(door)),
          ...(channel === undefined ? {} : { channel }),
          ...(to === undefined ? {} : { to }),
          ...(marking === undefined ? {} : { marking: { tlp: marking } }),
        }
        const bar = progressBar('Reading')
        const bytes = openStix(file, bar)
        const tried = must(await door.tryShare(asked, bytes, (done, of) => bar.at(done, of)).finally(() => bar.end()))
        if (!tried.passes) process.exitCode = EXIT.refused
        if (flags.json === true) return printJson(tried)
        const { passes, objects, records, refusals, refusalsTotal } = tried
        if (passes) print(`${some(objects, 'object')} would leave, in ${some(records, 'record')}.`)
        else {
          const rows = refusals.slice(0, SHOWN).map(({ object, code, message }) => {
            return [
              plain(object?.id ?? (object === undefined ? 'the record' : `object ${object.index}`)),
              code,
              plain(message),
            ]
          })
          print(table([['OBJECT', 'CODE', 'WHY'], ...rows]))
          if (refusalsTotal > rows.length) note(`And ${refusalsTotal - rows.length} more reasons.`)
          note(`Of ${some(objects, 'object')} nothing would leave; mend or take out what is named, then try again.`)
        }
        noteRemarks(tried, 'which would be passed on as they are')
        return undefined
      })
    })
}
