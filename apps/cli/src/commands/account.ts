import { createInterface } from 'node:readline/promises'
import { loadMember } from '@countersign/node'
import type { Command } from 'commander'
import { dirOption, examples, jsonOption } from '../options.ts'
import { misused, must, note, print, printJson } from '../output.ts'

export function accountCommand(account: Command): void {
  account
    .command('officer')
    .description('add an officer, who signs in to the console; the password is asked for, or read from standard input')
    .addOption(dirOption())
    .requiredOption('--email <address>', 'what the officer signs in with')
    .requiredOption('--name <name>', 'of the officer, for people')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign account officer --dir ./alfa --email duty@alfa.example --name "Duty officer"'),
    )
    .action(async (options: { dir: string; email: string; name: string; json?: boolean }) => {
      const password = await askPassword()
      const { dir, card } = must(loadMember(options.dir))
      const accounts = await (await import('@countersign/http')).openAccounts(
        dir,
        card.body.endpoints[0] ?? 'http://localhost',
      )
      try {
        const officer = must(await accounts.addOfficer(options.email, options.name, password))
        if (options.json === true) return printJson(officer)
        print(`${options.email} may sign in to the console of ${card.party}.`)
        return undefined
      } finally {
        accounts.close()
      }
    })

  account
    .command('tool')
    .description('add a tool that speaks TAXII; its password is shown once')
    .argument('<name>', 'what the tool signs in with')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign account tool siem --dir ./alfa'))
    .action(async (name: string, options: { dir: string; json?: boolean }) => {
      const { dir, card } = must(loadMember(options.dir))
      const accounts = await (await import('@countersign/http')).openAccounts(
        dir,
        card.body.endpoints[0] ?? 'http://localhost',
      )
      try {
        const tool = must(accounts.addTool(name))
        if (options.json === true) return printJson(tool)
        print(`${tool.user}\n${tool.password}`)
        note('The password is not kept and not shown again; a new one is made by the same command.')
        return undefined
      } finally {
        accounts.close()
      }
    })
}

async function askPassword(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  if (process.stdin.isTTY) process.stderr.write('Password, at least 12 characters: ')
  // Read line by line: a question is never answered where the input ends before a line, and the program with it.
  for await (const line of lines) return line
  throw misused('Give the password, one line of at least 12 characters, on standard input, or type it at a terminal.')
}
