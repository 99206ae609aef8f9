import { userInfo } from 'node:os'
import type { FeedCredential, FeedDestination, PullReport } from '@countersign/client'
import { TLP_LABELS, type TlpLabel } from '@countersign/record'
import { type Command, Option } from 'commander'
import { type Door, onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, readInput, repeatable, wholeNumber } from '../options.ts'
import { EXIT, misused, must, note, plain, print, printJson, progressBar, table } from '../output.ts'
import { passphraseOption, readSecret } from '../passphrase.ts'
import { openStix, some } from '../stix-input.ts'
import { lineOf, tellFound, tellPull, tellPush, wordsOfPushes } from './feed-report.ts'

interface CredentialFlags {
  user?: string
  key?: boolean
  passwordFd?: number
  passwordFile?: string
  token?: boolean
}

interface AddFlags extends CredentialFlags {
  dir: string
  url?: string
  misp?: string
  round?: boolean
  drafts?: boolean
  pact?: string
  channel?: string
  to?: string[]
  marking?: string
  feed?: string
  every?: number
  since?: string
  account?: string
  json?: boolean
}

interface Flags {
  dir: string
  json?: boolean
}

interface PushFlags extends Flags {
  pact?: string
  upTo: TlpLabel
  every?: number
  account?: string
}

export function feedCommand(feed: Command): void {
  withCredential(
    feed
      .command('discover')
      .description('show which collections a TAXII 2.1 server has, and the address of each')
      .addOption(dirOption())
      .requiredOption('--url <address>', 'of the server, such as https://taxii.example/taxii2/, or of one API root'),
  )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign feed discover --dir ./alfa --url https://taxii.example/taxii2/ --user alfa --password-fd 3 3<password.txt',
      ),
    )
    .action(async (flags: Flags & CredentialFlags & { url: string }) => {
      const credential = await credentialOf(flags)
      const found = await withNode(flags.dir, async (door) => must(await door.discoverFeeds(flags.url, credential)))
      const signIn =
        flags.user === undefined ? (flags.token === true ? ' --token' : '') : ` --user ${plain(flags.user)}`
      return flags.json === true ? printJson(found) : tellFound(found, ` --dir ${flags.dir}`, signIn)
    })

  withCredential(
    feed
      .command('add')
      .description('add a TAXII 2.1 collection, or a MISP, to pull from; nothing is fetched yet')
      .argument('<name>', 'how it is called here')
      .addOption(dirOption())
      .option('--url <address>', 'of the collection, such as https://taxii.example/root/collections/ID/')
      .option(
        '--misp <address>',
        'of a MISP instead, such as https://misp.example/; signed in to by the key of a user',
      ),
  )
    .option('--drafts', 'into files of drafts, to be looked at and said by hand; this is so without --pact')
    .option(
      '--pact <id>',
      'share what it brings under this agreement, through the release gate; - where there is one only',
    )
    .option('--round', 'with --pact: into its next weekly round, which a person says, instead of sharing it at once')
    .option('--channel <name>', 'otherwise main; with --pact')
    .addOption(repeatable('--to <party>', 'a recipient, may be repeated; otherwise all other parties of the channel'))
    .addOption(new Option('--marking <tlp>', 'TLP 2.0, of the records; with --pact').choices(TLP_LABELS))
    .option('--feed <name>', 'the feed of ours it is shared in; every reader of the channel sees the name; with --pact')
    .option('--every <minutes>', 'how often a running node pulls by itself; otherwise never', wholeNumber)
    .option('--since <time>', 'only what the server added, or published, after this time: 2026-03-01T00:00:00Z')
    .option('--account <name>', 'who adds it; private to this node')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign feed add partner --dir ./alfa --url https://taxii.example/root/collections/3a5c…/ --user alfa --password-fd 3 3<password.txt',
        'countersign feed add partner --dir ./alfa --url https://taxii.example/root/collections/3a5c…/ --pact - --marking TLP:GREEN --every 15',
        'countersign feed add ourmisp --dir ./alfa --misp https://misp.example/ --pact - --round --every 60 --password-fd 3 3<key.txt',
      ),
    )
    .action(async (name: string, flags: AddFlags) => {
      const { dir, misp, since, every = 0, json } = flags
      const url = flags.url ?? misp
      if (url === undefined || (flags.url !== undefined && misp !== undefined)) {
        throw misused('Give --url for a collection of TAXII, or --misp for a MISP, one of the two.')
      }
      const credential = await credentialOf(misp === undefined ? flags : { ...flags, key: true })
      const added = await withNode(dir, async (door) => {
        const destination = await destinationOf(door, flags)
        const account = flags.account ?? userInfo().username
        const asked = { name, url, destination, credential, everyMinutes: every, account }
        const kind = misp === undefined ? {} : { kind: 'misp' as const }
        return must(await door.addFeed({ ...asked, ...kind, ...(since === undefined ? {} : { since }) }))
      })
      if (json === true) return printJson(added)
      return print(`${name} is added, ${plain(added.signsIn)}. Pull it: countersign feed pull ${name} --dir ${dir}`)
    })

  feed
    .command('list')
    .description('how each feed stands: its last pull, how much was new, the next try, and what is wrong')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign feed list --dir ./alfa'))
    .action(async ({ dir, json }: Flags) => {
      const rows = await withNode(dir, async (door) => must(await door.feeds()))
      if (json === true) return printJson(rows)
      if (rows.length === 0) return note('There is no feed yet; “countersign feed add NAME” adds one.')
      const heading = ['FEED', 'INTO', 'LAST PULL', 'NEW', 'IN ALL', 'WAITING', 'NEXT TRY']
      print(table([heading, ...rows.map(lineOf)]))
      for (const { name, url, error, doubt, pushes } of rows) {
        if (pushes !== null) print(plain(wordsOfPushes(name, pushes)))
        if (error !== null) print(`! ${name} (${plain(url)}): ${plain(error)}`)
        if (doubt !== null) print(`  ${name}: ${plain(doubt)}`)
      }
      return undefined
    })

  feed
    .command('pull')
    .description('pull what is new; a pull that was broken off goes on where it was')
    .argument('<name...>', 'of the feeds')
    .addOption(dirOption())
    .option('--now', 'ask also a server that wants to be left alone for a while')
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign feed pull partner --dir ./alfa'))
    .action(async (names: string[], { dir, now = false, json }: Flags & { now?: boolean }) => {
      const reports = await withNode(dir, async (door) => {
        const all: PullReport[] = []
        for (const name of names) all.push(must(await door.pullFeed(name, now)))
        return all
      })
      if (reports.some(({ failure }) => failure !== undefined)) process.exitCode = EXIT.refused
      if (json === true) return printJson(reports)
      for (const report of reports) tellPull(report, dir)
      return undefined
    })

  feed
    .command('push')
    .description('add objects to a feed, to a MISP as events: those of a file, or what we shared under an agreement')
    .argument('<name>', 'of the feed')
    .argument('[file]', 'STIX 2.1: a bundle, an envelope or one object; - is standard input')
    .addOption(dirOption())
    .option(
      '--pact <id>',
      'instead of a file: what stands in our outbox under this agreement; - where there is one only',
    )
    .addOption(
      new Option('--up-to <tlp>', 'the highest TLP 2.0 that may leave').choices(TLP_LABELS).default('TLP:CLEAR'),
    )
    .option(
      '--every <minutes>',
      'with --pact: from now on a running node pushes by itself, that often; 0 ends it',
      (text) => (text === '0' ? 0 : wholeNumber(text)),
    )
    .option('--account <name>', 'who asks for that; private to this node')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign feed push partner campaign.json --dir ./alfa --up-to TLP:GREEN',
        'countersign feed push partner --pact - --dir ./alfa',
        'countersign feed push partner --pact - --dir ./alfa --up-to TLP:GREEN --every 30',
      ),
    )
    .action(async (name: string, file: string | undefined, flags: PushFlags) => {
      const { dir, pact, upTo, json } = flags
      if (flags.every === 0 && file === undefined) {
        const ended = await withNode(dir, async (door) => must(await door.pushFeedByItself(name, null)))
        return json === true ? printJson(ended) : print(`Nothing is pushed to ${name} by itself any more.`)
      }
      if ((file === undefined) === (pact === undefined)) throw misused('Give a file or --pact, one of the two.')
      if (flags.every !== undefined) {
        if (file !== undefined)
          throw misused('A file is pushed once; --every is for what stands in the outbox: --pact.')
        return pushByItself(name, { ...flags, pact: pact ?? '-', every: flags.every })
      }
      const report = await withNode(dir, async (door) => {
        const under = pact === '-' ? await onlyPact(door) : pact
        const bytes = file === undefined ? undefined : openStix(file, progressBar('Reading'))
        return must(await door.pushFeed({ name, tlp: upTo, ...(under === undefined ? {} : { pact: under }) }, bytes))
      })
      const { failure, refusedTotal, open } = report
      if (failure !== undefined || refusedTotal > 0 || open > 0) process.exitCode = EXIT.refused
      return json === true ? printJson(report) : tellPush(report)
    })

  for (const [word, paused, description] of [
    ['pause', true, 'pull a feed no more until it is resumed'],
    ['resume', false, 'let a paused feed be pulled again'],
  ] as const) {
    feed
      .command(word)
      .description(description)
      .argument('<name>', 'of the feed')
      .addOption(dirOption())
      .addOption(jsonOption())
      .addHelpText('after', examples(`countersign feed ${word} partner --dir ./alfa`))
      .action(async (name: string, { dir, json }: Flags) => {
        const row = await withNode(dir, async (door) => must(await door.pauseFeed(name, paused)))
        if (json === true) return printJson(row)
        return print(paused ? `${name} is paused.` : `${name} is paused no more.`)
      })
  }

  withCredential(
    feed
      .command('credentials')
      .description('have a feed sign in with another password or token, or without')
      .argument('<name>', 'of the feed')
      .addOption(dirOption()),
  )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign feed credentials partner --dir ./alfa --token --password-fd 3 3<token.txt'),
    )
    .action(async (name: string, flags: Flags & CredentialFlags) => {
      const credential = await credentialOf(flags)
      const row = await withNode(flags.dir, async (door) => must(await door.setFeedCredential(name, credential)))
      if (flags.json === true) return printJson(row)
      return print(`${name} signs in ${plain(row.signsIn)}.`)
    })

  feed
    .command('remove')
    .description('forget a feed, with what it brought and nobody was given yet; its files of drafts stay')
    .argument('<name>', 'of the feed')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign feed remove partner --dir ./alfa'))
    .action(async (name: string, { dir, json }: Flags) => {
      const row = await withNode(dir, async (door) => must(await door.removeFeed(name)))
      if (json === true) return printJson(row)
      return print(`${name} is removed${row.waiting === 0 ? '' : `, with ${some(row.waiting, 'object')} that waited`}.`)
    })
}

async function pushByItself(
  name: string,
  { dir, pact, upTo, every, account, json }: PushFlags & { pact: string; every: number },
): Promise<void> {
  const row = await withNode(dir, async (door) => {
    const under = pact === '-' ? await onlyPact(door) : pact
    const asked = { pact: under, upTo, everyMinutes: every, account: account ?? userInfo().username }
    return must(await door.pushFeedByItself(name, asked))
  })
  if (json === true) return printJson(row)
  print(`From now on a running node pushes to ${name} every ${some(every, 'minute')}, up to ${upTo}.`)
  note('What would need a second person stays here. See how it goes: countersign feed list')
}

function withCredential(command: Command): Command {
  return command
    .option('--user <name>', 'sign in by HTTP Basic under this name')
    .option('--token', 'sign in by a bearer token')
    .option('--key', 'sign in to a MISP by the key of a user')
    .addOption(passphraseOption('--password-fd', 'the password, token or key'))
    .option('--password-file <file>', 'read the password, token or key from this file: one line')
}

/** The secret is never an argument: other programs of the machine can read those. */
async function credentialOf({ user, token, key, passwordFd, passwordFile }: CredentialFlags): Promise<FeedCredential> {
  const ways = [user !== undefined, token === true, key === true].filter(Boolean).length
  if (ways > 1) throw misused('Give one of --user, --token and --key; a MISP is signed in to by a key alone.')
  if (passwordFd !== undefined && passwordFile !== undefined) {
    throw misused('Give --password-fd or --password-file, not both.')
  }
  if (ways === 0) {
    if (passwordFd === undefined && passwordFile === undefined) return { kind: 'none' }
    throw misused('Say with --user NAME, --token or --key what the secret is.')
  }
  const what = key === true ? 'the key' : token === true ? 'the token' : `the password of ${user}`
  const secret =
    passwordFile === undefined
      ? await readSecret(passwordFd, what, '--password-fd')
      : new TextDecoder().decode(readInput(passwordFile)).replace(/\r?\n$/, '')
  if (key === true) return { kind: 'key', key: secret }
  return user === undefined ? { kind: 'bearer', token: secret } : { kind: 'basic', user, password: secret }
}

async function destinationOf(door: Door, flags: AddFlags): Promise<FeedDestination> {
  const { drafts, round, pact, channel, to, marking, feed } = flags
  if (pact === undefined) {
    if ([channel, to, marking, feed, round].some((given) => given !== undefined)) {
      throw misused('--round, --channel, --to, --marking and --feed are for shares; name the agreement with --pact.')
    }
    return { kind: 'drafts' }
  }
  if (drafts === true) throw misused('Give --drafts or --pact, not both.')
  const place = {
    ...{ pact: pact === '-' ? await onlyPact(door) : pact },
    ...(channel === undefined ? {} : { channel }),
    ...(to === undefined ? {} : { to }),
  }
  if (round === true) {
    if (marking === undefined && feed === undefined) return { kind: 'round', ...place }
    throw misused('How a round is marked, and its feed, is set with: countersign round set')
  }
  return {
    ...{ kind: 'share', ...place },
    ...(marking === undefined ? {} : { marking: { tlp: marking } }),
    ...(feed === undefined ? {} : { feed }),
  }
}
