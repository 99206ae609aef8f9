// All commands, and how a run ends: 0 done, 1 refused, 2 misused.

import { Command, CommanderError } from 'commander'
import { accountCommand } from './commands/account.ts'
import { approveCommands } from './commands/approve.ts'
import { auditCommand } from './commands/audit.ts'
import { backupCommand, restoreCommand } from './commands/backup.ts'
import { cardCommand } from './commands/card.ts'
import { carryCommand } from './commands/carry.ts'
import { demoCommand } from './commands/demo.ts'
import { destroyCommand, holdCommand } from './commands/destroy.ts'
import { initCommand } from './commands/init.ts'
import { keyCommand } from './commands/key.ts'
import { pactCommand } from './commands/pact.ts'
import { proveCommand } from './commands/prove.ts'
import { recordsCommand } from './commands/records.ts'
import { rootCommand } from './commands/root.ts'
import { sayCommand } from './commands/say.ts'
import { serveCommand } from './commands/serve.ts'
import { statusCommand } from './commands/status.ts'
import { trustCommand } from './commands/trust.ts'
import { verifyCommand } from './commands/verify.ts'
import { witnessCommand } from './commands/witness.ts'
import { EXIT, note, Refused } from './output.ts'
import { offerPassphrase, passphraseOption } from './passphrase.ts'

export async function runProgram(args: readonly string[]): Promise<void> {
  const program = new Command('countersign')
    .description('Agreements on cyber-security between parties that do not trust each other: say, prove, keep, judge.')
    .showHelpAfterError('(add --help for how to use it)')
    .exitOverride()
  const commands = [
    initCommand,
    serveCommand,
    cardCommand,
    trustCommand,
    pactCommand,
    sayCommand,
    recordsCommand,
    statusCommand,
    approveCommands,
    proveCommand,
    destroyCommand,
    holdCommand,
    verifyCommand,
    auditCommand,
    carryCommand,
    accountCommand,
    keyCommand,
    witnessCommand,
    backupCommand,
    restoreCommand,
    rootCommand,
    demoCommand,
  ]
  for (const add of commands) add(program)
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
