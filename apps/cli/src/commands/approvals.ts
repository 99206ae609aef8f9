// What waits for a second person: acts that an officer asked for, and shares above a threshold of the house. Whoever
// approves a share sees what the gate says of each object, and what would leave, and approves exactly that.

import { writeFileSync } from 'node:fs'
import type { NodeClient, WaitingShare } from '@countersign/client'
import type { Command } from 'commander'
import { runningClient } from '../door.ts'
import { type OfficerFlags, officerOption, passwordOption, signIn } from '../officer.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { misused, must, note, plain, print, printJson, Refused, table } from '../output.ts'
import { some } from '../stix-input.ts'
import { printVerdicts, sizeOf } from '../verdicts.ts'
import { sentenceOf } from './status.ts'

export function approvalsCommand(command: Command): void {
  command
    .argument('[share]', 'one share that waits: what the gate says of each object now')
    .addOption(dirOption())
    .option('--leaving <file>', 'write what would leave of that share into a new file; - is standard output')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign approvals --dir ./alfa', 'countersign approvals --dir ./alfa SHARE --leaving leaving.json'),
    )
    .action(async (id: string | undefined, flags: { dir: string; leaving?: string; json?: boolean }) => {
      const client = await runningClient(flags.dir)
      if (id !== undefined) return showOne(client, id, flags)
      if (flags.leaving !== undefined) throw misused('--leaving is for one share; name it.')
      const [acts, shares] = [must(await client.approvals()), must(await client.waitingShares())]
      if (flags.json === true) return printJson({ acts, shares })
      const open = acts.filter(({ state }) => state === 'open')
      for (const act of open) print(sentenceOf(act, flags.dir))
      const rows = shares.map((share) =>
        [
          share.id,
          STATES[share.state],
          share.author,
          share.marking.tlp,
          some(share.objects, 'object'),
          share.to.join(', '),
        ].map(plain),
      )
      if (rows.length > 0) print(table([['SHARE', 'STATE', 'SHARED BY', 'MARKING', 'OBJECTS', 'TO'], ...rows]))
      if (open.length === 0 && shares.every(({ state }) => state !== 'open')) note('Nothing waits for a second person.')
      return undefined
    })
}

async function showOne(client: NodeClient, id: string, flags: { leaving?: string; json?: boolean }) {
  const looked = must(await client.waitingShare(id))
  if (flags.leaving !== undefined) {
    const bytes = must(await client.leavingOf(id, looked.judgement))
    if (flags.leaving === '-') return void process.stdout.write(bytes)
    writeFileSync(flags.leaving, bytes, { mode: 0o600, flag: 'wx' })
    note(`What would leave stands in ${flags.leaving}.`)
  }
  if (flags.json === true) return printJson(looked)
  printVerdicts(looked.tried)
  print(factsOf(looked))
  if (looked.tried.verdict === 'refused') note('The gate refuses it by now; nothing of it leaves.')
  else print(`Judgement: ${looked.judgement}`)
  return undefined
}

/** Who shared it with whom, why it waits, and whom it needs still. */
function factsOf({
  author,
  to,
  marking,
  expiresAt,
  because,
  approvals,
  needed,
  objects,
  altered,
}: WaitingShare): string {
  const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ')
  const approved = approvals.map(({ name }) => name).join(', ')
  return plain(
    [
      `${sizeOf({ objects, altered })}, ${marking.tlp}, shared by ${author} to ${to.join(', ')}.`,
      ...because.map(
        ({ rule, message, objects: named }) =>
          `${message}${message.includes(rule) ? '' : ` (${rule})`}${named > 1 ? ` So for ${named} objects.` : ''}`,
      ),
      `${approved === '' ? '' : `${approved} approved it. `}It needs ${needed === 1 ? 'one person' : `${needed} persons`} and waits until ${until} UTC.`,
    ].join(' '),
  )
}

const STATES: Record<WaitingShare['state'], string> = {
  open: 'waits',
  approved: 'approved, held here',
  done: 'left',
  refused: 'refused',
  withdrawn: 'withdrawn',
  expired: 'expired',
  failed: 'refused by the gate',
}

interface Flags extends Omit<OfficerFlags, 'officer'> {
  dir: string
  officer?: string
  refuse?: true
  withdraw?: true
  reason?: string
  judgement?: string
}

export function approveCommand(command: Command): void {
  command
    .argument('<id>', 'as countersign approvals shows it')
    .addOption(dirOption())
    .option('--refuse', 'refuse it instead; of a share with --reason')
    .option('--reason <text>', 'why a share is refused; whoever shared it reads that')
    .option('--withdraw', 'take back a share that is yours; without --officer one that the shell or a tool shared')
    .option('--judgement <digest>', 'of a share: as countersign approvals showed it; otherwise what the gate says now')
    .addOption(officerOption().makeOptionMandatory(false))
    .addOption(passwordOption())
    .addHelpText(
      'after',
      examples(
        'countersign approve --dir ./alfa 4f1c… --officer chief@alfa.example',
        'countersign approve --dir ./alfa SHARE --refuse --reason "Ask the hospital first" --officer chief@alfa.example',
      ),
    )
    .action(async (id: string, flags: Flags) => {
      const client = await runningClient(flags.dir)
      return /^[0-9a-f]{8}-/.test(id) ? decideOnShare(client, id, flags) : confirmAct(client, id, flags)
    })
}

async function confirmAct(client: NodeClient, id: string, flags: Flags): Promise<void> {
  const waiting = must(await client.approvals()).find((one) => one.id === id)
  if (waiting !== undefined) note(sentenceOf(waiting, flags.dir))
  const isRefused = flags.refuse === true || flags.withdraw === true
  const officer = await signIn(officerIn(flags))
  const ended = must(isRefused ? await client.withdrawApproval(id, officer) : await client.confirmApproval(id, officer))
  print(isRefused ? 'It was withdrawn; nothing was done.' : ended.outcome)
}

async function decideOnShare(client: NodeClient, id: string, flags: Flags): Promise<void> {
  if (flags.withdraw === true) {
    const by = flags.officer === undefined ? undefined : await signIn(officerIn(flags))
    must(await client.withdrawShare(id, by))
    return print('It was withdrawn; nothing of it left.')
  }
  if (flags.refuse === true) {
    if (flags.reason === undefined) throw misused('A share is refused with its reason: --reason TEXT.')
    must(await client.refuseShare(id, flags.reason, await signIn(officerIn(flags))))
    return print('It was refused; nothing of it left.')
  }
  const looked = must(await client.waitingShare(id))
  if (looked.tried.verdict === 'refused') {
    const [first] = looked.tried.refusals
    throw new Refused({
      code: first?.code ?? 'release/unclear',
      message: `The gate refuses it by now: ${plain(first?.message ?? '')}`,
    })
  }
  printVerdicts(looked.tried)
  note(factsOf(looked))
  const officer = await signIn(officerIn(flags))
  const { state, needed } = must(await client.approveShare(id, flags.judgement ?? looked.judgement, officer))
  if (state === 'done') print('It was approved, and left.')
  else if (state === 'approved') print('It was approved, and leaves as soon as our log may be signed.')
  else print(`It was approved; it needs ${needed === 1 ? 'one person' : `${needed} persons`} more.`)
}

function officerIn({ officer, passwordFd }: Flags): OfficerFlags {
  if (officer === undefined) throw misused('Say who approves: --officer ADDRESS.')
  return { officer, ...(passwordFd === undefined ? {} : { passwordFd }) }
}
