import { writeFileSync } from 'node:fs'
import { checkAgreement, explainAgreement, parseInvitation } from '@countersign/pact'
import type { Command } from 'commander'
import { openDoor, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, readInput, writeOutput } from '../options.ts'
import { must, note, plain, print, printJson, Refused } from '../output.ts'

export function pactCommand(pact: Command): void {
  pact
    .command('propose')
    .description('draft an agreement from YAML, open our logs for it and write the invitation')
    .argument('<file>', 'the draft, YAML')
    .addOption(dirOption())
    .requiredOption('-o, --output <file>', 'where to write the invitation')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign pact propose --dir ./alfa agreements/demo.yaml -o demo.invitation'))
    .action(async (file: string, options: { dir: string; output: string; json?: boolean }) => {
      const yaml = new TextDecoder().decode(readInput(file))
      const proposed = await withNode(options.dir, async (door) => must(await door.propose(yaml)))
      write(options.output, proposed.invitation)
      if (options.json === true)
        return printJson({ pact: proposed.pact, version: proposed.version, invitation: options.output })
      print(`Proposed: agreement ${proposed.pact}`)
      print(`Carry ${options.output} to the other parties and the neutrals; sign it here with:`)
      print(`  countersign pact sign --dir ${options.dir} ${proposed.pact}`)
      return undefined
    })

  pact
    .command('sign')
    .description('sign an agreement; a neutral agrees to serve it')
    .argument('<what>', 'an invitation file, or the id of an agreement this node holds')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign pact sign --dir ./bravo demo.invitation'))
    .action(async (what: string, options: { dir: string; json?: boolean }) => {
      const isId = /^[0-9a-f]{32}$/.test(what)
      const invitation = isId ? undefined : readInput(what)
      if (invitation !== undefined && options.json !== true) explain(invitation)
      const signed = await withNode(options.dir, async (door) => must(await door.sign(invitation ?? what)))
      if (options.json === true) return printJson(signed)
      print(
        signed.as === 'neutral' ? `This node serves agreement ${signed.pact}.` : `Signed: agreement ${signed.pact}.`,
      )
      print(`See where it stands with: countersign pact show --dir ${options.dir}`)
      return undefined
    })

  pact
    .command('show')
    .description('where our agreements stand')
    .argument('[id]', 'one of them')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign pact show --dir ./alfa'))
    .action(async (id: string | undefined, options: { dir: string; json?: boolean }) => {
      const door = await openDoor(options.dir)
      try {
        const all = must(await door.pacts()).filter((one) => id === undefined || one.id === id)
        if (options.json === true) return printJson(all)
        if (all.length === 0 && id !== undefined) {
          throw new Refused({
            code: 'pact/unknown',
            message: `This node has no agreement ${id}; leave the id out to list all.`,
          })
        }
        if (all.length === 0) print('No agreement yet. Propose one with: countersign pact propose')
        for (const one of all) {
          print(`${plain(one.title)}\n  id ${one.id}\n  version ${one.version}\n  ${one.state}`)
          for (const { name, signatures, force } of one.channels) {
            const signed = signatures.map(
              ({ party, record }) => `${party} ${record === null ? 'has not signed' : 'signed'}`,
            )
            const since =
              force === null
                ? ''
                : `; in force since ${new Date(force.since * 1000).toISOString()} by ${force.receipt.by}`
            print(`  ${name}: ${signed.join(', ')}${since}`)
          }
        }
        return undefined
      } finally {
        await door.close()
      }
    })
}

/** What is about to be signed, in plain words, and what it will not be able to do. */
function explain(invitation: Uint8Array): void {
  const { agreement } = must(parseInvitation(invitation))
  note(plainLines(explainAgreement(agreement)))
  for (const { message } of checkAgreement(agreement, Date.now())) note(`Note: ${message}`)
}

function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n')
}

function write(path: string, bytes: Uint8Array): void {
  writeOutput(path, (to) => writeFileSync(to, bytes), 'choose another place with -o.')
}
