// All commands, and how a run ends: 0 done, 1 refused, 2 misused.

import { Command, CommanderError } from 'commander'
import { EXIT, note, Refused } from './output.ts'
import { offerPassphrase, passphraseOption } from './passphrase.ts'

/** Adds what a command takes and does to what stands of it in the help of all. */
type Fill = (command: Command) => void

/** In the order of the help. Each is loaded when it is run, or its own help is asked for. */
const COMMANDS: readonly [name: string, description: string, load: () => Promise<Fill>, alias?: string][] = [
  ['init', 'make a node: its keys and its party card', async () => (await import('./commands/init.ts')).initCommand],
  [
    'serve',
    'run the node: hear, countersign, and serve peers, tools and the console',
    async () => (await import('./commands/serve.ts')).serveCommand,
  ],
  [
    'card',
    'print our party card, or its C2SP verifier keys',
    async () => (await import('./commands/card.ts')).cardCommand,
  ],
  [
    'trust',
    'trust a party’s card after comparing its fingerprint words',
    async () => (await import('./commands/trust.ts')).trustCommand,
  ],
  ['pact', 'propose, sign and look at agreements', async () => (await import('./commands/pact.ts')).pactCommand],
  [
    'say',
    'say a record: through the gate, sealed, signed and logged',
    async () => (await import('./commands/say.ts')).sayCommand,
  ],
  [
    'revoke',
    'take back objects that we shared: those they were shared with show them no more; that we shared them stays proved',
    async () => (await import('./commands/revoke.ts')).revokeCommand,
  ],
  [
    'consent',
    'consent to passing on what we shared: give it, take it back, and see which were given both ways',
    async () => (await import('./commands/consent.ts')).consentCommand,
  ],
  [
    'feedback',
    'tell those who shared objects what became of them: seen, accepted, known, false positive, stale; or list what came back on ours',
    async () => (await import('./commands/feedback.ts')).feedbackCommand,
  ],
  [
    'round',
    'the weekly round: gather what is new, see what the gate says of it, and say it as one share',
    async () => (await import('./commands/round.ts')).roundCommand,
  ],
  [
    'triage',
    'go through what others shared, in bulk: accepted, known, false positive, stale; or list what has no verdict yet',
    async () => (await import('./commands/triage.ts')).triageCommand,
  ],
  [
    'gate',
    'what may leave: try STIX against the rules of the agreement and of this house',
    async () => (await import('./commands/gate.ts')).gateCommand,
  ],
  [
    'misp',
    'events of MISP as STIX, to be said or looked at, and STIX as events of MISP',
    async () => (await import('./commands/misp.ts')).mispCommand,
  ],
  [
    'feed',
    'foreign TAXII 2.1 collections: pull what is new, into drafts or into shares, and push to them',
    async () => (await import('./commands/feed.ts')).feedCommand,
  ],
  [
    'records',
    'what was said and heard, newest first, each with its state',
    async () => (await import('./commands/records.ts')).recordsCommand,
  ],
  [
    'object',
    'one STIX object: its versions, the records they came in, who said them, and when they were countersigned',
    async () => (await import('./commands/objects.ts')).objectCommand,
  ],
  [
    'export',
    'objects of STIX as a file, as strictly marked as the strictest of them; nothing is changed by it',
    async () => (await import('./commands/export.ts')).exportCommand,
  ],
  [
    'balance',
    'what was exchanged with each other party, both ways: how much, what was new, and what became of it',
    async () => (await import('./commands/balance.ts')).balanceCommand,
  ],
  [
    'conflicts',
    'objects that came in two contents under one id and version, by who said the second',
    async () => (await import('./commands/objects.ts')).conflictsCommand,
  ],
  [
    'status',
    'whether the node may sign, whom it waits for, who is reachable, and what is wrong',
    async () => (await import('./commands/status.ts')).statusCommand,
  ],
  ['log', 'our own logs', async () => (await import('./commands/approve.ts')).logCommand],
  [
    'alarm',
    'alarms that stand until two officers have acknowledged them',
    async () => (await import('./commands/approve.ts')).alarmCommand,
  ],
  [
    'approve',
    'confirm, as a second person, what another asked for or shared; or refuse it',
    async () => (await import('./commands/approvals.ts')).approveCommand,
  ],
  [
    'approvals',
    'what waits for a second person: acts, and shares above a threshold of the house with what would leave',
    async () => (await import('./commands/approvals.ts')).approvalsCommand,
  ],
  [
    'prove',
    'cut an evidence file for one record, or for the exchange it belongs to',
    async () => (await import('./commands/prove.ts')).proveCommand,
    'evidence',
  ],
  [
    'destroy',
    'have the content of a record destroyed as soon as it may be; the entry and its proofs stay',
    async () => (await import('./commands/destroy.ts')).destroyCommand,
  ],
  [
    'hold',
    'say that the content of a record must be kept; --lift ends our holds on it',
    async () => (await import('./commands/destroy.ts')).holdCommand,
  ],
  [
    'verify',
    'check evidence of a record, an exchange or a fork, offline, against the cards you trust',
    async () => (await import('./commands/verify.ts')).verifyCommand,
  ],
  [
    'audit',
    'check every signature, hash, tile, mirror, receipt and view of a node',
    async () => (await import('./commands/audit.ts')).auditCommand,
  ],
  [
    'carry',
    'exchange with the others by a stick, where no network joins the sites',
    async () => (await import('./commands/carry.ts')).carryCommand,
  ],
  ['account', 'who may use this node', async () => (await import('./commands/account.ts')).accountCommand],
  [
    'key',
    'the keys of a node: their state, changing them, how they are kept',
    async () => (await import('./commands/key.ts')).keyCommand,
  ],
  [
    'witness',
    'cosign logs of anyone as a C2SP witness: one history of each, never two',
    async () => (await import('./commands/witness.ts')).witnessCommand,
  ],
  [
    'backup',
    'write all that a node is into one file, while it runs or not',
    async () => (await import('./commands/backup.ts')).backupCommand,
  ],
  ['restore', 'make a node’s folder of a backup', async () => (await import('./commands/backup.ts')).restoreCommand],
  ['root', 'root keys, kept apart from every node', async () => (await import('./commands/root.ts')).rootCommand],
  [
    'demo',
    'run two parties and a neutral on this machine, with an agreement and some threat data',
    async () => (await import('./commands/demo.ts')).demoCommand,
  ],
]

export async function runProgram(args: readonly string[]): Promise<void> {
  const program = new Command('countersign')
    .description('Agreements on cyber-security between parties that do not trust each other: say, prove, keep, judge.')
    .showHelpAfterError('(add --help for how to use it)')
    .exitOverride()
  // The program itself takes no option with a value: the command is the first word, or the second after “help”.
  const words = args.filter((arg) => !arg.startsWith('-'))
  const asked = words[0] === 'help' ? words[1] : words[0]
  for (const [name, description, load, alias] of COMMANDS) {
    const command = program.command(name).description(description)
    if (alias !== undefined) command.alias(alias)
    if (asked === name || (alias !== undefined && asked === alias)) (await load())(command)
  }
  for (const command of withChildren(program)) {
    command.exitOverride().showHelpAfterError('(add --help for how to use it)')
    if (has(command, '--dir') && !has(command, '--passphrase-fd')) command.addOption(passphraseOption())
  }
  program.hook('preAction', (_program, command) => offerPassphrase(command.opts().passphraseFd))
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (cause) {
    process.exitCode = end(cause)
  }
}

function end(cause: unknown): number {
  // Commander has said already what was wrong, or shown its help.
  if (cause instanceof CommanderError)
    return cause.exitCode === 0 || cause.code === 'commander.help' ? EXIT.done : EXIT.misused
  if (cause instanceof Refused) {
    note(`countersign: ${cause.message}`)
    return cause.exit
  }
  note(
    `countersign: ${cause instanceof Error ? cause.message : String(cause)} (Nothing foresaw this; COUNTERSIGN_DEBUG=1 shows where it came from.)`,
  )
  if (process.env.COUNTERSIGN_DEBUG !== undefined && cause instanceof Error) note(cause.stack ?? '')
  return EXIT.refused
}

function* withChildren(command: Command): Generator<Command> {
  for (const child of command.commands) {
    yield child
    yield* withChildren(child)
  }
}

function has(command: Command, flag: string): boolean {
  return command.options.some(({ long }) => long === flag)
}
