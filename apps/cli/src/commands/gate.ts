import { missedBy } from '@countersign/intel'
import { nodeDisk } from '@countersign/ledger'
import { readCases } from '@countersign/node'
import { TLP_LABELS } from '@countersign/record'
import { type Command, Option } from 'commander'
import { onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, repeatable } from '../options.ts'
import { EXIT, must, note, plain, print, printJson, progressBar, table } from '../output.ts'
import { noteRemarks, openStix, some } from '../stix-input.ts'
import { printVerdicts, sizeOf } from '../verdicts.ts'

interface TryFlags {
  dir: string
  pact?: string
  channel?: string
  to?: string[]
  marking?: string
  json?: boolean
}

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
        printVerdicts(tried)
        const { passes, objects, records, verdict } = tried
        if (passes) print(`${sizeOf(tried)}: it would leave, in ${some(records, 'record')}.`)
        else if (verdict === 'waits') print(`${sizeOf(tried)}: nothing would leave before a second person approves it.`)
        else
          note(`Of ${some(objects, 'object')} nothing would leave; mend or take out what is refused, then try again.`)
        noteRemarks(tried, 'which would be passed on as they are')
        return undefined
      })
    })
  command
    .command('test')
    .description('ask the gate about the cases that lie beside the rules, in DIR/rules/….cases.json')
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign gate test --dir ./alfa'))
    .action(async (flags: Pick<TryFlags, 'dir' | 'pact' | 'json'>) => {
      await withNode(flags.dir, async (door) => {
        const pact = flags.pact ?? (await onlyPact(door))
        const results: { file: string; case: string; holds: boolean; why: string }[] = []
        for (const one of must(await readCases(nodeDisk(), flags.dir, pact))) {
          const { file, name, objects, to, marking } = one
          const asked = {
            pact,
            ...(to === undefined ? {} : { to: [...to] }),
            ...(marking === undefined ? {} : { marking: { tlp: marking } }),
          }
          const tried = await door.tryShare(asked, bundleOf(objects), () => {})
          const missed = tried.ok ? missedBy(one, tried.value.told) : tried.message
          results.push({ file, case: name, holds: missed === undefined, why: missed ?? '' })
        }
        const failed = results.filter(({ holds }) => !holds).length
        // No case at all is no test that was passed.
        if (failed > 0 || results.length === 0) process.exitCode = EXIT.refused
        if (flags.json === true) return printJson({ cases: results.length, failed, results })
        if (results.length === 0) {
          note(`There is no case in ${flags.dir}/rules; docs/RULES.md says how one is written.`)
          return undefined
        }
        const rows = results.map(({ holds, file, case: name, why }) => {
          return [holds ? 'holds' : 'FAILS', file, name, why].map(plain)
        })
        print(table([['', 'FILE', 'CASE', 'WHY'], ...rows]))
        print(
          failed === 0
            ? `${some(results.length, 'case')}, all hold.`
            : `${failed} of ${some(results.length, 'case')} fail.`,
        )
        return undefined
      })
    })
  command
    .command('rules')
    .description('show the rules of the house that decide about leaving; officers change them in the console')
    .addOption(dirOption())
    .option('--scope <name>', 'house, an agreement’s id or a party', 'house')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign gate rules --dir ./alfa'))
    .action(async ({ dir, scope, json }: { dir: string; scope: string; json?: boolean }) => {
      await withNode(dir, async (door) => {
        const { rules, fault, open } = must(await door.rules(scope))
        if (fault !== '') process.exitCode = EXIT.refused
        if (json === true) return printJson({ rules, fault, open })
        if (fault !== '') note(`Nothing leaves until this is mended: ${fault}`)
        else if (rules.length === 0) print('There is no rule; docs/RULES.md says how one is written.')
        const rows = rules.map(({ name, enabled, effect, reason, table: line }) => {
          return [name, enabled ? 'counts' : 'off', effect, line === null ? 'by hand' : 'table', reason].map(plain)
        })
        if (rows.length > 0) print(table([['RULE', '', 'DOES', 'WRITTEN', 'REASON'], ...rows]))
        if (open !== null) note(`${open.askedBy} asked for a change, which another officer decides on in the console.`)
        return undefined
      })
    })
}

function bundleOf(objects: readonly unknown[]): ReadableStream<Uint8Array> {
  return new Blob([JSON.stringify({ objects })]).stream()
}
