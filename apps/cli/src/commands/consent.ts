// Consent to passing on what we shared: given, taken back, and listed both ways. What it does and what it does not stands in the
// answer, for whoever reads it decides by it.

import { userInfo } from 'node:os'
import type { Consented, ConsentRow } from '@countersign/client'
import type { Command } from 'commander'
import { onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, repeatable } from '../options.ts'
import { misused, must, note, plain, print, printJson, table } from '../output.ts'

interface GiveFlags {
  dir: string
  pact?: string
  version?: string[]
  by?: string[]
  agreement?: string
  anyAgreement?: boolean
  party?: string[]
  anybody?: boolean
  account?: string
  json?: boolean
}

type Flags = Pick<GiveFlags, 'dir' | 'pact' | 'account' | 'json'>

export function consentCommand(command: Command): void {
  command
    .command('give')
    .description('let those we shared objects with pass them on')
    .argument('<what...>', 'STIX ids of objects in our outbox, or records of ours, origin#index, of which all is meant')
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement they were shared under; may be left out where there is one only')
    .addOption(
      repeatable('--version <time>', 'this version alone, or first or last; may be repeated; otherwise every one'),
    )
    .addOption(
      repeatable('--by <domain>', 'who may pass them on; may be repeated; otherwise all they were shared with'),
    )
    .option('--agreement <id>', 'under this agreement they may be passed on')
    .option('--any-agreement', 'under every agreement, and with --anybody outside of all')
    .addOption(repeatable('--party <domain>', 'to this party; may be repeated'))
    .option('--anybody', 'to anybody there')
    .option('--account <name>', 'in whose name it is said; private to this node')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign consent give --dir ./bravo --agreement 9e107d9d372bb6826bd81d3542a419d6 --party carol.example indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f',
        'countersign consent give --dir ./bravo --by alfa.example --any-agreement --anybody "$RECORD"',
      ),
    )
    .action(async (what: string[], flags: GiveFlags) => {
      const { agreement, anyAgreement, party, anybody } = flags
      if ((agreement === undefined) !== (anyAgreement === true)) {
        throw misused('Say under which agreement they may go: --agreement ID, or --any-agreement.')
      }
      if ((party === undefined) !== (anybody === true)) {
        throw misused('Say to whom they may go: --party DOMAIN, which may be repeated, or --anybody.')
      }
      const records = what.filter((one) => one.includes('#'))
      const ids = what.filter((one) => !one.includes('#'))
      const given = await withNode(flags.dir, async (door) => {
        const asked = {
          ...{ pact: flags.pact ?? (await onlyPact(door)), agreement: agreement ?? null, parties: party ?? null },
          ...(ids.length === 0 ? {} : { ids }),
          ...(records.length === 0 ? {} : { records }),
          ...(flags.version === undefined ? {} : { versions: flags.version }),
          ...(flags.by === undefined ? {} : { to: flags.by }),
        }
        return must(await door.consent(asked, flags.account ?? userInfo().username))
      })
      if (flags.json === true) return printJson(given)
      const where = agreement === undefined ? 'under any agreement' : `under ${agreement}`
      tell(given, [
        `${given.to.map(plain).join(', ')} may pass it on ${where}, to ${party?.map(plain).join(', ') ?? 'anybody'}; its markings hold as before.`,
        'Every reader of the channel sees this, and not what the objects are. Take it back with: countersign consent retract RECORD',
      ])
      return undefined
    })

  command
    .command('retract')
    .description('take consents of ours back; what was passed on by them before stays passed on')
    .argument('<records...>', 'consents that we gave, origin#index')
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .option('--account <name>', 'in whose name it is said; private to this node')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign consent retract --dir ./bravo "$RECORD"'))
    .action(async (records: string[], { dir, pact, account, json }: Flags) => {
      const retracted = await withNode(dir, async (door) => {
        const asked = { pact: pact ?? (await onlyPact(door)), records }
        return must(await door.retract(asked, account ?? userInfo().username))
      })
      if (json === true) return printJson(retracted)
      tell(retracted, [
        `${retracted.to.map(plain).join(', ')} may pass it on no more, once this has arrived. What was passed on before stays passed on.`,
      ])
      return undefined
    })

  command
    .command('list')
    .description('consents that we gave and that were given to us, the newest first')
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign consent list --dir ./alfa'))
    .action(async ({ dir, pact, json }: Flags) => {
      const consents = await withNode(dir, async (door) => must(await door.consents(pact ?? (await onlyPact(door)))))
      return json === true ? printJson(consents) : list(consents)
    })
}

function tell({ state, awaited, records }: Consented, sentences: string[]): void {
  for (const record of records) print(record)
  if (state === 'held-here') {
    note(`Held here until the log is compared with ${awaited.join(', ') || 'its peers'}; it is said then.`)
  }
  for (const sentence of sentences) note(sentence)
}

function list(consents: ConsentRow[]): void {
  if (consents.length === 0) {
    return note(
      'Nobody consented to passing anything on yet. Ask for it on the line, naming the record: countersign say hotline/message --re RECORD',
    )
  }
  for (const one of consents) {
    const { record, from, to, agreement, parties, of, objects, at, retractedFor, validity } = one
    print(record)
    const lines = [
      ['given', `${new Date(at).toISOString().slice(0, 16)}Z by ${plain(from)} to ${to.map(plain).join(', ')}`],
      [
        'of',
        `${objects === null ? 'all objects' : objects === 1 ? '1 object' : `${objects} objects`} in ${of.join(', ')}`,
      ],
      ['under', agreement ?? 'any agreement'],
      ['goes to', parties === null ? 'anybody there' : parties.map(plain).join(', ')],
      ...(retractedFor.length === 0 ? [] : [['taken back', `from ${retractedFor.map(plain).join(', ')}`]]),
      ...(validity.kind === 'valid' ? [] : [['counts', `not: it is ${validity.kind}. ${plain(validity.message)}`]]),
    ]
    print(table(lines.map(([name, value]) => ['', name ?? '', value ?? ''])))
  }
}
