// The life of content: destroy it, hold it, lift a hold.

import type { ContentState } from '@countersign/client'
import type { Command } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, print, printJson } from '../output.ts'

interface Flags {
  dir: string
  json?: boolean
}

const ACCOUNT = 'shell'

export function destroyCommand(command: Command): void {
  command
    .argument('<record>', 'origin#index')
    .addOption(dirOption())
    .option('--reason <text>', 'why; it stays on this node')
    .option('--status', 'only say how it stands')
    .option('--take-back', 'ask no longer for what has not happened yet')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Content is destroyed when its author and everyone it addresses consent, or when the time of retention of the agreement
has run out; never while a legal hold or a charge stands on it. Asked once, it is carried out when that comes true.
${examples(
  'countersign destroy --dir ./alfa --reason "Request 12 of the data protection officer" ORIGIN#INDEX',
  'countersign destroy --dir ./alfa --status ORIGIN#INDEX',
)}`,
    )
    .action(async (record: string, flags: Flags & { reason?: string; status?: true; takeBack?: true }) => {
      await withNode(flags.dir, async (door) => {
        if (flags.takeBack === true) {
          must(await door.takeBack(record))
          return print('Nobody here asks for its destruction any more. A consent that was said stays said.')
        }
        if (flags.status === true) {
          const state = must(await door.contentState(record))
          return flags.json === true ? printJson(state) : print(standing(state))
        }
        const answer = must(await door.destroy(record, flags.reason ?? '', ACCOUNT))
        if (flags.json === true) return printJson(answer)
        if (answer.state === 'already') return print('Its content is destroyed already.')
        if (answer.state === 'destroyed')
          return print('It is on record that its content is destroyed; it is being removed here now.')
        const until =
          answer.retainedUntil === null ? '' : `, or on ${day(answer.retainedUntil)}, when its retention ends`
        return print(
          answer.awaited.length === 0
            ? 'Everyone concerned consents; it is destroyed as soon as their consent has arrived in our log.'
            : `Our consent is said. It is destroyed once these consent too: ${answer.awaited.join(', ')}${until}.`,
        )
      })
    })
}

export function holdCommand(command: Command): void {
  command
    .argument('<record>', 'origin#index')
    .addOption(dirOption())
    .option('--reason <text>', 'why; it stays on this node')
    .option('--lift', 'end our holds on it')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign hold --dir ./alfa --reason "Case 7 of 2026" ORIGIN#INDEX'))
    .action(async (record: string, flags: Flags & { reason?: string; lift?: true }) => {
      await withNode(flags.dir, async (door) => {
        if (flags.lift === true) {
          const { lifted } = must(await door.lift(record, ACCOUNT))
          return flags.json === true ? printJson({ lifted }) : print(`Lifted: ${lifted.join(', ')}`)
        }
        const { hold } = must(await door.hold(record, flags.reason ?? '', ACCOUNT))
        return flags.json === true ? printJson({ hold }) : print(`Nobody may destroy it while this stands: ${hold}`)
      })
    })
}

function standing(state: ContentState): string {
  const { destroyed, consents, awaited, holds, holdReasons, charges, retainedUntil, wish } = state
  const lines = [
    [
      'Destroyed',
      destroyed.length === 0 ? 'nothing' : `part${destroyed.length === 1 ? '' : 's'} ${destroyed.join(', ')}`,
    ],
    ['Consenting', consents.length === 0 ? 'nobody' : consents.join(', ')],
    ['Not yet', awaited.length === 0 ? 'nobody' : awaited.join(', ')],
    ['Holds', holds.length === 0 ? 'none' : holds.map(({ party, record }) => `${party} (${record})`).join(', ')],
    ...holdReasons.map(({ reason, account, at }) => ['Held by us', `by ${account} on ${day(at / 1000)}: ${reason}`]),
    ['Charges', charges.length === 0 ? 'none' : charges.join(', ')],
    ['Retained', retainedUntil === null ? 'not shown since when it is held' : `until ${day(retainedUntil)}`],
    ['Asked here', wish === null ? 'by nobody' : `by ${wish.account} on ${day(wish.at / 1000)}: ${wish.reason}`],
  ]
  return lines.map(([name, value]) => `${(name ?? '').padEnd(12)}${value}`).join('\n')
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}
