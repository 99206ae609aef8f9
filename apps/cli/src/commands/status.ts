import type { ApprovalRow } from '@countersign/client'
import type { NodeStatus } from '@countersign/node'
import type { Command } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, plain, print, printJson } from '../output.ts'

export function statusCommand(command: Command): void {
  command
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign status --dir ./alfa'))
    .action(async (options: { dir: string; json?: boolean }) => {
      const status = await withNode(options.dir, async (door) => must(await door.status()) as NodeStatus)
      if (options.json === true) return printJson(status)
      for (const line of tell(status, options.dir)) print(line)
      return undefined
    })
}

/** How a node stands, a line each. */
export function* tell(status: NodeStatus, dir: string): Generator<string> {
  const { party, neutral, pacts, heldHere, alarms, approvals, toApprove } = status
  yield `${party}${neutral ? ', a neutral' : ''}`
  for (const { id, title, channels, peers } of pacts) {
    yield `\n${plain(title)} (${id})`
    for (const { name, state, awaited, maySucceed, mayGoOnWithout, size } of channels) {
      const awaits = awaited.length === 0 || state !== 'checking' ? '' : `; awaits ${awaited.join(', ')}`
      yield `  ${name}: ${STATES[state]}${state === 'none' ? '' : `, ${size} entries`}${awaits}`
      if (awaits === '' && awaited.length > 0) {
        yield `    It gives no receipt on the logs of the others before these have answered: ${awaited.join(', ')}.`
        yield '    They may hold receipts of ours that this folder lacks, which others could contradict.'
      }
      if (maySucceed) {
        yield `    Where that cannot be mended, two officers open a log that succeeds it: countersign log succeed --help`
      }
      if (mayGoOnWithout) {
        yield '    They may hold a log of ours that this folder lacks. Where they never answer, two officers go on without them: countersign log succeed --help'
      }
    }
    for (const peer of peers) {
      const heard = peer.lastHeardMs === null ? 'not heard yet' : `heard ${new Date(peer.lastHeardMs).toISOString()}`
      yield `  ${peer.party}: ${peer.reachable ? 'reachable' : 'not reachable'}, ${heard}`
    }
  }
  if (heldHere > 0) yield `\n${heldHere} held here, to be said once the logs may be signed.`
  if (alarms.length === 0) yield '\nNo alarm.'
  for (const { code, subject, message, twoOfficers } of alarms) {
    yield `\n! ${code} ${plain(subject)}\n  ${plain(message)}`
    if (twoOfficers === true) {
      yield `  It stands until two officers have acknowledged it: countersign alarm acknowledge --dir ${dir} ${code} ${plain(subject)}`
    }
  }
  if (toApprove > 0) {
    const [shares, wait] = toApprove === 1 ? ['share', 'waits'] : ['shares', 'wait']
    yield `\n${toApprove} ${shares} ${wait} for a second person: countersign approvals --dir ${dir}`
  }
  for (const approval of approvals) yield `\n${sentenceOf(approval, dir)}`
}

const STATES: Record<NodeStatus['pacts'][number]['channels'][number]['state'], string> = {
  none: 'no log of ours',
  checking: 'compared with the peers’ copies, nothing is signed meanwhile',
  ready: 'may be signed',
  stopped: 'stopped',
}

function whatOf(act: ApprovalRow['act']): string {
  switch (act.kind) {
    case 'log/succeed':
      return `a log that succeeds ${act.pins.origin} after ${act.pins.size} entries (root ${act.pins.root.slice(0, 16)}…)`
    case 'log/go-on-without':
      return `waiting no more on “${act.channel}” for ${act.readers.join(', ')}, who may hold a log of ours that this folder lacks`
    case 'alarm/acknowledge':
      return `acknowledging the alarm ${act.code} on ${act.subject}`
  }
}

/** What one officer asked for. */
export function sentenceOf({ id, act, reason, askedBy, expiresAt }: ApprovalRow, dir: string): string {
  const what = whatOf(act)
  const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ')
  return plain(
    `WAITS FOR A SECOND OFFICER until ${until} UTC: ${what}. ${askedBy} asked: ${reason}. Another officer confirms it: countersign approve --dir ${dir} ${id} --officer ADDRESS`,
  )
}
