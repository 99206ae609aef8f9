// The weekly round: what is gathered for an agreement, what the gate says of it, and saying it.

import { userInfo } from 'node:os'
import type {
  RoundDifference,
  RoundLooked,
  RoundPlace,
  RoundState,
  RoundTerms,
  ShareOutcome,
} from '@countersign/client'
import { TLP_LABELS } from '@countersign/record'
import { type Command, Option } from 'commander'
import { type Door, onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, repeatable } from '../options.ts'
import { EXIT, misused, must, note, plain, print, printJson, progressBar, Refused, table } from '../output.ts'
import { openStix, some } from '../stix-input.ts'
import { printVerdicts, sizeOf } from '../verdicts.ts'

interface Flags {
  dir: string
  pact?: string
  channel?: string
  to?: string[]
  account?: string
  json?: boolean
}

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

export function roundCommand(command: Command): void {
  const verb = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .addOption(dirOption())
      .option('--pact <id>', 'the agreement; may be left out where there is one only')
      .option('--channel <name>', 'otherwise main')
      .addOption(repeatable('--to <party>', 'the round for this recipient, may be repeated; otherwise that for all'))
      .addOption(jsonOption())
  const account = ['--account <name>', 'in whose name; private to this node'] as const

  verb('status', 'what is in each round, when it is due, and what became of the last')
    .addHelpText('after', examples('countersign round status --dir ./alfa'))
    .action(async (flags: Flags) => {
      const isOne = flags.channel !== undefined || flags.to !== undefined
      const rounds = await withNode(flags.dir, async (door) => {
        if (isOne) return [must(await door.round(await placeOf(door, flags)))]
        return must(await door.rounds(flags.pact ?? (await onlyPact(door))))
      })
      if (flags.json === true) return printJson(isOne ? rounds[0] : rounds)
      for (const round of rounds) tell(round, flags.dir)
      return undefined
    })

  verb('set', 'when it is due each week, in UTC, and how it is marked; Monday at 9 without')
    .addOption(new Option('--weekday <day>', 'on which day').choices(DAYS))
    .option('--hour <n>', 'at which hour in UTC, from 0 to 23')
    .addOption(new Option('--marking <tlp>', 'TLP 2.0, of its records').choices(TLP_LABELS))
    .option('--feed <name>', 'the feed it is shared in; every reader of the channel sees the name')
    .addHelpText('after', examples('countersign round set --dir ./alfa --weekday friday --hour 13'))
    .action(async (flags: Flags & { weekday?: string; hour?: string; marking?: string; feed?: string }) => {
      const { weekday, hour, marking, feed } = flags
      const terms: Partial<RoundTerms> = {
        ...(weekday === undefined ? {} : { weekday: DAYS.indexOf(weekday) + 1 }),
        ...(hour === undefined ? {} : { hour: hourOf(hour) }),
        ...(marking === undefined ? {} : { marking: { tlp: marking } }),
        ...(feed === undefined ? {} : { feed }),
      }
      if (Object.keys(terms).length === 0) throw misused('Say what is set: --weekday, --hour, --marking or --feed.')
      const round = await at(flags, async (door, place) => must(await door.setRound(place, terms)))
      return flags.json === true ? printJson(round) : tell(round, flags.dir)
    })

  verb('add', 'put STIX in; nothing is said yet')
    .argument('<file>', 'STIX 2.1: a bundle, an envelope or one object; - is standard input')
    .option(...account)
    .addHelpText('after', examples('countersign round add --dir ./alfa campaign.json'))
    .action(async (file: string, flags: Flags) => {
      const bar = progressBar('Reading')
      const added = await at(flags, async (door, place) => {
        const bytes = openStix(file, bar)
        return must(await door.addToRound(place, bytes, accountOf(flags)).finally(() => bar.end()))
      })
      if (flags.json === true) return printJson(added)
      const known = added.known === 0 ? '' : `; ${added.known} were there, or were said to the same before`
      return note(`${some(added.added, 'object')} put into the round${known}.`)
    })

  for (const [name, out, description] of [
    ['leave-out', true, 'leave objects out of this round and those after it, until they are taken in'],
    ['take-in', false, 'take objects in again that were left out'],
  ] as const) {
    const one = verb(name, description)
      .argument('[ids...]', 'STIX ids')
      .addOption(repeatable('--type <type>', 'all of this type of STIX; may be repeated'))
      .option('--all', 'all of it')
      .option(...account)
    if (out) one.option('--refused', 'what the gate refuses now')
    one
      .addHelpText(
        'after',
        examples(`countersign round ${name} --dir ./alfa indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f`),
      )
      .action(async (ids: string[], flags: Flags & { type?: string[]; all?: boolean; refused?: boolean }) => {
        const ways = [ids.length > 0, flags.type !== undefined, flags.all === true, flags.refused === true]
        if (ways.filter(Boolean).length !== 1) {
          throw misused(`Name objects, or give --type${out ? ', --refused' : ''} or --all; one of these.`)
        }
        const which = {
          ...(ids.length > 0 ? { ids } : {}),
          ...(flags.type === undefined ? {} : { types: flags.type }),
          ...(flags.refused === true ? { refused: true } : {}),
        }
        const { changed } = await at(flags, async (door, place) =>
          must(await door.chooseInRound(place, which, out, accountOf(flags))),
        )
        if (changed === 0) process.exitCode = EXIT.refused
        if (flags.json === true) return printJson({ changed })
        const none = `Nothing of it was ${out ? 'in the round' : 'left out'}; see countersign round status --dir ${flags.dir} --json`
        return note(changed === 0 ? none : `${some(changed, 'object')} ${out ? 'left out' : 'taken in'}.`)
      })
  }

  verb('try', 'what the gate says of each object that is in, and by which rule; nothing is said')
    .addHelpText('after', examples('countersign round try --dir ./alfa'))
    .action(async (flags: Flags) => {
      const tried = await at(flags, async (door, place) => must(await door.tryRound(place)))
      if (!tried.passes) process.exitCode = EXIT.refused
      if (flags.json === true) return printJson(tried)
      printVerdicts(tried)
      if (tried.passes) return print(`${sizeOf(tried)}: it would leave. Say it: ${sayAs(tried, flags)}`)
      if (tried.verdict === 'waits')
        return print(
          `${sizeOf(tried)}: nothing would leave before a second person approves it. Say it: ${sayAs(tried, flags)}`,
        )
      return note(
        `Nothing would leave; leave out what is refused: countersign round leave-out --refused --dir ${flags.dir}`,
      )
    })

  verb('say', 'say all that is in as one share, through the gate, where it is what was looked at')
    .option('--looked <digest>', 'what was looked at, as “round try” gives it')
    .option(...account)
    .addHelpText('after', examples('countersign round say --dir ./alfa --looked "$LOOKED"'))
    .action(async ({ looked = '', ...flags }: Flags & { looked?: string }) => {
      if (!/^[0-9a-f]{64}$/.test(looked)) {
        throw misused('Look at it first, and name what you looked at: countersign round try gives it, for --looked.')
      }
      const said = await at(flags, async (door, place) => door.sayRound(place, looked, accountOf(flags)))
      if (!said.ok) {
        const { refusals = [], refusalsTotal = 0 } = 'refusals' in said ? said : {}
        const { difference = null } = 'difference' in said ? said : {}
        if (flags.json === true) {
          printJson({ code: said.code, message: said.message, refusals, refusalsTotal, difference })
        } else if (difference !== null) tellDifference(difference)
        else
          for (const { object, message } of refusals.slice(0, 20))
            note(`  ${plain(object?.id ?? 'round')}: ${plain(message)}`)
        const next =
          refusals.length === 0
            ? ''
            : ` Leave out what is refused: countersign round leave-out --refused --dir ${flags.dir}`
        throw new Refused({ code: said.code, message: `${plain(said.message)}${next}` })
      }
      return flags.json === true ? printJson(said.value) : tellSaid(said.value, flags.dir)
    })

  verb('skip', 'say nothing this week; what was gathered stays for the next')
    .option('--reason <text>', 'why; private to this node')
    .option(...account)
    .addHelpText(
      'after',
      examples('countersign round skip --dir ./alfa --reason "Nothing new but what waits for the lab."'),
    )
    .action(async (flags: Flags & { reason?: string }) => {
      const round = await at(flags, async (door, place) =>
        must(await door.skipRound(place, flags.reason, accountOf(flags))),
      )
      return flags.json === true ? printJson(round) : note(`Skipped; it is due again on ${dayOf(round.dueAtMs)}.`)
    })
}

function sayAs({ looked }: RoundLooked, { dir }: Flags): string {
  return `countersign round say --dir ${dir} --looked ${looked}`
}

function tellDifference({ added, addedTotal, gone, goneTotal, verdicts, verdictsTotal, terms }: RoundDifference): void {
  for (const id of added.slice(0, 20)) note(`  came in: ${plain(id)}`)
  for (const id of gone.slice(0, 20)) note(`  went out: ${plain(id)}`)
  for (const { id, before, now } of verdicts.slice(0, 20)) note(`  ${plain(id)}: ${before} then, ${now} now`)
  if (terms) note('  it is marked, or goes into a feed, otherwise')
  const untold = [addedTotal, goneTotal, verdictsTotal].reduce((sum, total) => sum + Math.max(0, total - 20), 0)
  if (untold > 0) note(`  and ${untold} more`)
}

function at<T>(flags: Flags, act: (door: Door, place: RoundPlace) => Promise<T>): Promise<T> {
  return withNode(flags.dir, async (door) => act(door, await placeOf(door, flags)))
}

async function placeOf(door: Door, { pact, channel, to }: Flags): Promise<RoundPlace> {
  return {
    pact: pact ?? (await onlyPact(door)),
    ...(channel === undefined ? {} : { channel }),
    ...(to === undefined ? {} : { to }),
  }
}

function accountOf({ account }: Flags): string {
  return account ?? userInfo().username
}

function hourOf(text: string): number {
  if (!/^(?:1?\d|2[0-3])$/.test(text)) throw misused('An hour is a number from 0 to 23, in UTC.')
  return Number(text)
}

function tell(round: RoundState, dir: string): void {
  const { pact, channel, to, objects, leftOut, sources, dueAtMs, isDue, saying, last } = round
  const whom = to === null ? '' : `, to ${to.join(', ')}`
  print(`Round of ${pact} on ${channel}${whom}`)
  print(
    table([
      ['  due', isDue ? `since ${dayOf(dueAtMs)}` : dayOf(dueAtMs)],
      ['  in it', objects === 0 ? 'nothing' : some(objects, 'object')],
      ...sources.map(({ source, objects: count }) => ['', `${count} from ${plain(source)}`]),
      ['  left out', String(leftOut)],
      ...(saying === null
        ? []
        : [['  being said', `${some(saying.objects, 'object')} by ${plain(saying.by)}: ${SAYING[saying.state]}`]]),
      [
        '  said last',
        last === null ? 'never' : `${dayOf(last.at)}, ${some(last.objects, 'object')}, share ${last.share}`,
      ],
    ]),
  )
  if (round.skipped !== null) {
    const { by, at: when, reason } = round.skipped
    note(`${plain(by)} skipped it on ${dayOf(when)}${reason === null ? '.' : `: ${plain(reason)}`}`)
  }
  if (round.note !== null) note(plain(round.note))
  if (objects > 0) note(`See what the gate says of it: countersign round try --dir ${dir}`)
}

const SAYING = {
  waits: 'waits for a second person (countersign approvals)',
  'held-here': 'waits until its log may be signed',
  said: 'said',
  ended: 'not said',
  unknown: 'not known yet, for its log is being compared with its peers’ copies',
}

function tellSaid({ state, awaited, records, objects, redactedTotal, waits }: ShareOutcome, dir: string): void {
  for (const record of records) print(record)
  if (state === 'held-here') {
    note(`Held here until the log is compared with ${awaited.join(', ') || 'its peers'}; then it is said by itself.`)
  } else if (state === 'waits') {
    note(`${some(objects, 'object')}; nothing left yet, for it waits until a second person approves it:`)
    for (const why of new Set(waits.map(({ message }) => message))) note(`  ${plain(why)}`)
    note(`It is listed by: countersign approvals --dir ${dir}`)
  } else note(`${some(objects, 'object')} shared in ${some(records.length, 'record')}.`)
  if (redactedTotal > 0)
    note(`${some(redactedTotal, 'object')} redacted or left out by rules of this house; --json tells what.`)
}

function dayOf(ms: number): string {
  const time = new Date(ms)
  const day = DAYS[(time.getUTCDay() + 6) % 7] ?? ''
  return `${day.charAt(0).toUpperCase()}${day.slice(1)} ${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
