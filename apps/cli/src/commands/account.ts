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
    .description('add a tool that speaks TAXII, or give one a new password and new rights; the password is shown once')
    .argument('<name>', 'what the tool signs in with')
    .addOption(dirOption())
    .option(
      '--may <right...>',
      'what it may: read:inbox, read:outbox, write:outbox, write:inbox (remove from it), each also @AGREEMENT for that one alone; otherwise the first three',
    )
    .option('--end', 'let the tool in no more')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign account tool siem --dir ./alfa',
        'countersign account tool blocklist --dir ./alfa --may read:inbox',
        'countersign account tool siem --dir ./alfa --end',
      ),
    )
    .action(async (name: string, options: { dir: string; may?: string[]; end?: boolean; json?: boolean }) => {
      if (options.end === true && options.may !== undefined) throw misused('Give --end or --may, not both.')
      return withTools(options.dir, (tools, { parseRight }) => {
        if (options.end === true) {
          must(tools.end(name))
          if (options.json === true) return printJson({ user: name, ended: true })
          return print(`${name} is let in no more.`)
        }
        const tool = must(
          tools.add(
            name,
            options.may?.map((text) => must(parseRight(text))),
          ),
        )
        if (options.json === true) return printJson(tool)
        print(`${tool.user}\n${tool.password}`)
        return note(
          'The password is not kept and not shown again; a new one is made by the same command. It serves as the password of HTTP Basic or as a bearer token.',
        )
      })
    })

  account
    .command('tools')
    .description('list the tools that may speak TAXII, and what each may')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign account tools --dir ./alfa'))
    .action(async (options: { dir: string; json?: boolean }) =>
      withTools(options.dir, (tools, { formatRight }) => {
        const all = tools.all().map(({ name, rights }) => ({ user: name, may: rights.map(formatRight) }))
        if (options.json === true) return printJson({ tools: all })
        if (all.length === 0) return note('There is no tool yet; “countersign account tool NAME” adds one.')
        for (const { user, may } of all) print(`${user}  ${may.join(' ') || 'nothing'}`)
        return undefined
      }),
    )
}

type Http = typeof import('@countersign/http')

async function withTools(
  folder: string,
  act: (tools: Awaited<ReturnType<Http['openAccounts']>>['tools'], http: Http) => void,
): Promise<void> {
  const { dir, card } = must(loadMember(folder))
  const http = await import('@countersign/http')
  const accounts = await http.openAccounts(dir, card.body.endpoints[0] ?? 'http://localhost')
  try {
    act(accounts.tools, http)
  } finally {
    accounts.close()
  }
}

async function askPassword(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  if (process.stdin.isTTY) process.stderr.write('Password, at least 12 characters: ')
  // Read line by line: a question is never answered where the input ends before a line, and the program with it.
  for await (const line of lines) return line
  throw misused('Give the password, one line of at least 12 characters, on standard input, or type it at a terminal.')
}
