// Taking back what we shared. What it does and what it does not stands in the answer: whoever reads it decides by it what
// else must be done.

import { userInfo } from 'node:os'
import type { Revoked } from '@countersign/client'
import { REVOCATION_REASONS } from '@countersign/record'
import { type Command, Option } from 'commander'
import { onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, repeatable } from '../options.ts'
import { must, note, plain, print, printJson } from '../output.ts'
import { some } from '../stix-input.ts'

interface RevokeFlags {
  dir: string
  reason: string
  pact?: string
  version?: string[]
  creator?: boolean
  account?: string
  json?: boolean
}

export function revokeCommand(command: Command): void {
  command
    .argument('<ids...>', 'STIX ids of objects in our outbox')
    .addOption(dirOption())
    .addOption(
      new Option('--reason <word>', 'why; every reader of the channel sees it')
        .choices(REVOCATION_REASONS)
        .makeOptionMandatory(),
    )
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .addOption(
      repeatable('--version <time>', 'this version alone, or first or last; may be repeated; otherwise every one'),
    )
    .option(
      '--creator',
      'we created them: share a new version as well, with revoked set to true, of each that has versions',
    )
    .option('--account <name>', 'in whose name it is said; private to this node')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign revoke --dir ./alfa --reason false-positive ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd',
        'countersign revoke --dir ./alfa --reason mistake --version last indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f',
      ),
    )
    .action(async (ids: string[], flags: RevokeFlags) => {
      const revoked = await withNode(flags.dir, async (door) => {
        const asked = {
          ...{ pact: flags.pact ?? (await onlyPact(door)), ids, reason: flags.reason },
          ...(flags.creator === true ? { creator: true } : {}),
          ...(flags.version === undefined ? {} : { versions: flags.version }),
        }
        return must(await door.revoke(asked, flags.account ?? userInfo().username))
      })
      if (flags.json === true) return printJson(revoked)
      for (const record of [...revoked.newVersions, ...revoked.records]) print(record)
      for (const sentence of sentences(revoked, flags.creator === true)) note(sentence)
      return undefined
    })
}

function sentences({ state, awaited, objects, shares, to, versioned }: Revoked, creator: boolean): string[] {
  const whom = to.map(plain).join(', ')
  if (objects === 0)
    return ['All of it is revoked already by its last version, and nothing older is shared: nothing was said.']
  return [
    state === 'held-here'
      ? `Held here until the log is compared with ${awaited.join(', ') || 'its peers'}; then ${some(objects, 'object')} of ${some(shares, 'record')} will be taken back from ${whom}.`
      : `${some(objects, 'object')} of ${some(shares, 'record')} taken back from ${whom}: their nodes show them and give them to tools no more, once this has arrived.`,
    'That we shared them stays proved. What was done with them before is not undone, and no copy is destroyed by this.',
    ...(versioned.length === 0
      ? []
      : [
          creator
            ? `${some(versioned.length, 'object')} of these ${versioned.length === 1 ? 'has' : 'have'} versions: a new one with revoked set to true is shared, unless the last was revoked already. It reaches whoever got it on the way.`
            : `${some(versioned.length, 'object')} of these ${versioned.length === 1 ? 'has' : 'have'} versions. Where we are the creator, --creator shares a new one with revoked set to true: that reaches whoever got it on the way.`,
        ]),
  ]
}
