import { createInterface } from 'node:readline/promises'
import { loadMember } from '@countersign/node'
import type { Command } from 'commander'
import { dirOption, examples, jsonOption } from '../options.ts'
import { misused, must, note, plain, print, printJson, table } from '../output.ts'

const ROLES_TOLD = 'duty-officer, analyst, releasing-officer, agreement-officer, administrator, or auditor alone'

const OUTCOMES = {
  in: 'signed in',
  wrong: 'wrong password',
  locked: 'refused, after too many wrong ones',
  'too-many': 'refused, too many at once',
}

export function accountCommand(account: Command): void {
  account
    .command('officer')
    .description('add an officer, who signs in to the console; the password is asked for, or read from standard input')
    .addOption(dirOption())
    .requiredOption('--email <address>', 'what the officer signs in with')
    .requiredOption('--name <name>', 'of the officer, for people')
    .option('--role <role...>', `${ROLES_TOLD}; otherwise all that act, for the only person of a house`)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign account officer --dir ./alfa --email duty@alfa.example --name "Duty officer" --role duty-officer analyst',
      ),
    )
    .action(async (options: { dir: string; email: string; name: string; role?: string[]; json?: boolean }) => {
      const password = await askPassword()
      return withAccounts(options.dir, async (accounts, { parseRoles }, party) => {
        const roles = options.role === undefined ? undefined : must(parseRoles(options.role))
        const officer = must(await accounts.addOfficer(options.email, options.name, password, roles))
        if (options.json === true) return printJson(officer)
        return print(`${officer.email} may sign in to the console of ${party}, as ${officer.roles.join(', ')}.`)
      })
    })

  account
    .command('roles')
    .description('give an officer other roles instead of those they had; they count from the next click on')
    .addOption(dirOption())
    .requiredOption('--email <address>', 'what the officer signs in with')
    .requiredOption('--role <role...>', ROLES_TOLD)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign account roles --dir ./alfa --email duty@alfa.example --role duty-officer'),
    )
    .action(async (options: { dir: string; email: string; role: string[]; json?: boolean }) =>
      withAccounts(options.dir, async (accounts, { parseRoles }) => {
        const officer = must(accounts.setRoles(options.email, must(parseRoles(options.role))))
        if (options.json === true) return printJson(officer)
        return print(`${officer.email} is ${officer.roles.join(', ')} from now on.`)
      }),
    )

  account
    .command('officers')
    .description('list the officers who may sign in to the console, and their roles')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign account officers --dir ./alfa'))
    .action(async (options: { dir: string; json?: boolean }) =>
      withAccounts(options.dir, async (accounts) => {
        const officers = accounts.officers()
        if (options.json === true) return printJson({ officers })
        if (officers.length === 0) return note('There is no officer yet; “countersign account officer” adds one.')
        for (const { email, name, roles } of officers) print(`${email}  ${name}  ${roles.join(' ') || 'no role'}`)
        return undefined
      }),
    )

  account
    .command('sign-ins')
    .description('list who signed in to the console with a password, or tried to; the newest first')
    .addOption(dirOption())
    .option('--limit <number>', 'how many', '50')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign account sign-ins --dir ./alfa --limit 200'))
    .action(async (options: { dir: string; limit: string; json?: boolean }) => {
      if (!/^[1-9][0-9]{0,5}$/.test(options.limit)) throw misused('--limit takes a number from 1.')
      return withAccounts(options.dir, async (accounts) => {
        const signIns = accounts.signIns.newest(Number(options.limit))
        if (options.json === true) return printJson({ signIns })
        if (signIns.length === 0) return note('Nobody tried to sign in yet.')
        const rows = signIns.map(({ at, email, address, outcome }) => [
          ...[new Date(at).toISOString(), plain(email), plain(address), OUTCOMES[outcome]],
        ])
        return print(table([['WHEN', 'ACCOUNT', 'FROM', 'WHAT CAME OF IT'], ...rows]))
      })
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
type Accounts = Awaited<ReturnType<Http['openAccounts']>>

async function withAccounts(
  folder: string,
  act: (accounts: Accounts, http: Http, party: string) => Promise<void>,
): Promise<void> {
  const { dir, card } = must(loadMember(folder))
  const http = await import('@countersign/http')
  const accounts = await http.openAccounts(dir, card.body.endpoints[0] ?? 'http://localhost')
  try {
    await act(accounts, http, card.party)
  } finally {
    accounts.close()
  }
}

function withTools(folder: string, act: (tools: Accounts['tools'], http: Http) => void): Promise<void> {
  return withAccounts(folder, async (accounts, http) => act(accounts.tools, http))
}

async function askPassword(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  if (process.stdin.isTTY) process.stderr.write('Password, at least 12 characters: ')
  // Read line by line: a question is never answered where the input ends before a line, and the program with it.
  for await (const line of lines) return line
  throw misused('Give the password, one line of at least 12 characters, on standard input, or type it at a terminal.')
}
