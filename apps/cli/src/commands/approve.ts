// What two officers do together: a log that succeeds ours, and an alarm that is acknowledged. One asks and says why,
// another confirms (approvals.ts); each signs in with an account of their own.

import type { Act } from '@countersign/client'
import type { Command } from 'commander'
import { runningClient } from '../door.ts'
import { type OfficerFlags, officerOption, passwordOption, signIn } from '../officer.ts'
import { dirOption, examples } from '../options.ts'
import { must, note, print, Refused } from '../output.ts'
import { sentenceOf } from './status.ts'

type Flags = OfficerFlags & { dir: string }

export function logCommand(log: Command): void {
  log
    .command('succeed')
    .description('open a log that succeeds ours, where ours is stopped or waits for peers that do not answer')
    .addOption(dirOption())
    .requiredOption('--pact <id>', 'the agreement')
    .option('--channel <name>', 'the channel', 'line')
    .requiredOption('--reason <text>', 'why; the second officer reads it')
    .addOption(officerOption())
    .addOption(passwordOption())
    .addHelpText(
      'after',
      `
The old log is signed no further; it stays published, and everything in it still binds us, on any branch of it and
beyond what the new one pins too. The new log takes up from what both sides hold in common. It cannot be undone. A second
officer confirms it, and sees the same size and root: countersign approve.

A restored folder may hold no log of ours at all, while readers who may hold one never answer. There is nothing to be
succeeded then: two officers have them waited for no more, and a new log is opened by signing the agreement again.
${examples('countersign log succeed --dir ./alfa --pact ID --channel line --reason "Restored; watch is gone for good" --officer duty@alfa.example')}`,
    )
    .action(async (flags: Flags & { pact: string; channel: string; reason: string }) => {
      const client = await runningClient(flags.dir)
      const { pins, without } = must(await client.succession(flags.pact, flags.channel))
      const ask = async (act: Act) =>
        print(sentenceOf(must(await client.askApproval(act, flags.reason, await signIn(flags))), flags.dir))
      if (without !== null) {
        note(
          `No log of ours is here that could be succeeded. ${without.join(', ')} would be waited for no more:\na log of ours that nobody else holds would be lost to this folder, and what we said in it would bind us still.`,
        )
        return ask({ kind: 'log/go-on-without', pact: flags.pact, channel: flags.channel, readers: without })
      }
      if (pins === null) {
        const message = `Our log on “${flags.channel}” needs no successor: it neither waits for peers nor is it stopped. See: countersign status --dir ${flags.dir}`
        throw new Refused({ code: 'log/not-open', message })
      }
      note(`It would succeed ${pins.origin}\nafter ${pins.size} entries, with the root ${pins.root}.`)
      return ask({ kind: 'log/succeed', pact: flags.pact, channel: flags.channel, pins })
    })
}

export function alarmCommand(alarm: Command): void {
  alarm
    .command('acknowledge')
    .description(
      'ask that an alarm be acknowledged that nothing else ends, as that of a fork; a second officer confirms it',
    )
    .argument('<code>', 'as countersign status shows it')
    .argument('<subject>')
    .addOption(dirOption())
    .requiredOption('--reason <text>', 'what was done about it; the second officer reads it')
    .addOption(officerOption())
    .addOption(passwordOption())
    .addHelpText(
      'after',
      examples(
        'countersign alarm acknowledge --dir ./alfa mirror/fork ORIGIN --reason "Put to bravo by telephone" --officer duty@alfa.example',
      ),
    )
    .action(async (code: string, subject: string, flags: Flags & { reason: string }) => {
      const client = await runningClient(flags.dir)
      const act: Act = { kind: 'alarm/acknowledge', code, subject }
      print(sentenceOf(must(await client.askApproval(act, flags.reason, await signIn(flags))), flags.dir))
    })
}
