import type { NodeStatus } from '@countersign/node'
import type { Command } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, plain, print, printJson } from '../output.ts'

export function statusCommand(program: Command): void {
  program
    .command('status')
    .description('whether the node may sign, whom it waits for, who is reachable, and what is wrong')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign status --dir ./alfa'))
    .action(async (options: { dir: string; json?: boolean }) => {
      const status = await withNode(options.dir, async (door) => must(await door.status()) as NodeStatus)
      if (options.json === true) return printJson(status)
      for (const line of tell(status)) print(line)
      return undefined
    })
}

function* tell({ party, neutral, pacts, heldHere, alarms }: NodeStatus): Generator<string> {
  yield `${party}${neutral ? ', a neutral' : ''}`
  for (const { id, title, channels, peers } of pacts) {
    yield `\n${plain(title)} (${id})`
    for (const { name, state, awaited, size } of channels) {
      const awaits = awaited.length === 0 ? '' : `; awaits ${awaited.join(', ')}`
      yield `  ${name}: ${STATES[state]}${state === 'none' ? '' : `, ${size} entries`}${awaits}`
    }
    for (const peer of peers) {
      const heard = peer.lastHeardMs === null ? 'not heard yet' : `heard ${new Date(peer.lastHeardMs).toISOString()}`
      yield `  ${peer.party}: ${peer.reachable ? 'reachable' : 'not reachable'}, ${heard}`
    }
  }
  if (heldHere > 0) yield `\n${heldHere} held here, to be said once the logs may be signed.`
  if (alarms.length === 0) yield '\nNo alarm.'
  for (const { code, subject, message } of alarms) yield `\n! ${code} ${plain(subject)}\n  ${plain(message)}`
}

const STATES: Record<NodeStatus['pacts'][number]['channels'][number]['state'], string> = {
  none: 'no log of ours',
  checking: 'compared with the peers’ copies, nothing is signed meanwhile',
  ready: 'may be signed',
  stopped: 'stopped',
}
