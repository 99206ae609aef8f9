// Telling those who shared something what became of it, and reading what came back on ours.

import { userInfo } from 'node:os'
import type { FeedbackGiven, FeedbackInput, FeedbackPage, FeedbackRow } from '@countersign/client'
import { FEEDBACK_VERDICTS, type FeedbackVerdict } from '@countersign/record'
import { type Command, Option } from 'commander'
import { onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, readInput, repeatable, wholeNumber } from '../options.ts'
import { misused, must, note, plain, print, printJson, table } from '../output.ts'
import { some } from '../stix-input.ts'

interface FeedbackFlags {
  dir: string
  pact?: string
  seen?: string | true
  last?: string
  count?: number
  notSeen?: boolean
  verdict?: FeedbackVerdict
  opinion?: string
  reason?: string
  sighter?: string
  nameSighter?: boolean
  file?: string
  takeBack?: boolean
  to?: string[]
  from?: string
  limit?: number
  account?: string
  json?: boolean
}

export function feedbackCommand(command: Command): void {
  command
    .argument(
      '[ids...]',
      'STIX ids of objects that others shared with us; without any, what came back on ours is listed',
    )
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .option('--seen [time]', 'it was seen, first at this time in RFC 3339, such as 2026-11-30T10:00:00Z')
    .option('--last <time>', 'with --seen: when it was seen last')
    .option('--count <n>', 'with --seen: how often; 1 where it is left out', wholeNumber)
    .option('--not-seen', 'it was looked for and not seen')
    .addOption(new Option('--verdict <word>', 'what was done with it here').choices(Object.keys(FEEDBACK_VERDICTS)))
    .addOption(
      new Option('--opinion <word>', 'an opinion of STIX; otherwise the one that goes with the verdict').choices([
        ...'strongly-disagree disagree neutral agree strongly-agree'.split(' '),
      ]),
    )
    .option('--reason <text>', 'why, sealed like all of it; of a sighting alone what was seen')
    .option('--sighter <name>', 'who saw it, where the agreement wants that named or leaves it open')
    .option('--name-sighter', 'with --file: leave in what names who saw it, where the agreement leaves that open')
    .option('--file <file>', 'instead of objects: sightings and opinions of STIX 2.1, with what they refer to')
    .option('--take-back', 'the ids are of sightings and opinions that we said, and that hold no longer')
    .addOption(repeatable('--to <domain>', 'also told: a party that was given the same; may be repeated'))
    .option('--from <domain>', 'of the list: what this party said')
    .option('--limit <n>', 'of the list: how many at most; 50 where it is left out', wholeNumber)
    .option('--account <name>', 'in whose name it is said; private to this node')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign feedback --dir ./alfa',
        'countersign feedback --dir ./bravo --seen 2026-11-30T10:00:00Z --count 3 indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f',
        'countersign feedback --dir ./bravo --verdict false-positive --reason "A public resolver." indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f',
      ),
    )
    .action(async (ids: string[], flags: FeedbackFlags) => {
      const isList = ids.length === 0 && flags.file === undefined
      allTaken(
        isList ? 'list' : flags.file !== undefined ? 'file' : flags.takeBack === true ? 'takeBack' : 'said',
        flags,
      )
      if (isList) return list(flags)
      const said = saidBy(ids, flags)
      const given = await withNode(flags.dir, async (door) => {
        const asked = { pact: flags.pact ?? (await onlyPact(door)), ...said }
        return must(await door.giveFeedback(asked, flags.account ?? userInfo().username))
      })
      if (flags.json === true) return printJson(given)
      for (const record of given.records) print(record)
      for (const sentence of sentences(given, flags)) note(sentence)
      return undefined
    })
}

/** The options that each way of using the command takes beside those that all take; nothing is left out in silence. */
const TAKEN = {
  list: ['from', 'limit'],
  file: ['file', 'nameSighter', 'to', 'account'],
  takeBack: ['takeBack', 'to', 'account'],
  said: ['seen', 'last', 'count', 'notSeen', 'verdict', 'opinion', 'reason', 'sighter', 'to', 'account'],
} as const
const WITHOUT = {
  list: 'does nothing where no object is named; name the objects it is about',
  file: 'does nothing with --file, whose objects say all of it',
  takeBack: 'does nothing with --take-back, which takes what was said back as it is',
  said: 'does nothing where objects are named; --help says what each option goes with',
}

function allTaken(use: keyof typeof TAKEN, flags: FeedbackFlags): void {
  const taken: readonly string[] = ['dir', 'pact', 'json', ...TAKEN[use]]
  const [beside] = Object.keys(flags).filter((name) => !taken.includes(name))
  if (beside === undefined) return
  throw misused(`--${beside.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${WITHOUT[use]}.`)
}

function saidBy(ids: string[], flags: FeedbackFlags): Omit<FeedbackInput, 'pact'> {
  const { seen, last, count, notSeen, verdict, opinion, reason, sighter, nameSighter, file, takeBack, to } = flags
  const told = to === undefined ? {} : { to }
  if (file !== undefined) {
    if (ids.length > 0) throw misused('--file says what its objects are about: name no others beside it.')
    const stix = Buffer.from(readInput(file)).toString('utf8')
    return { ...told, stix, ...(nameSighter === true ? { namesSighter: true } : {}) }
  }
  if (takeBack === true) return { ...told, takeBack: ids }
  const isSighting = seen !== undefined || notSeen === true
  const isOpinion = verdict !== undefined || opinion !== undefined
  if (!isSighting && !isOpinion) throw misused('Say what became of it: --seen, --not-seen, --verdict or --opinion.')
  if (seen !== undefined && notSeen === true) throw misused('--seen and --not-seen contradict each other.')
  if (notSeen === true && count !== undefined) throw misused('--not-seen says that the count is 0: leave --count out.')
  for (const [name, given] of Object.entries({ last, count, sighter })) {
    if (!isSighting && given !== undefined) throw misused(`--${name} goes with --seen.`)
  }
  const alike = { ...told, ...(sighter === undefined ? {} : { sighter }) }
  const sighting = {
    ...(notSeen === true ? { count: 0 } : count === undefined ? {} : { count }),
    ...(typeof seen === 'string' ? { first: seen } : {}),
    ...(last === undefined ? {} : { last }),
    ...(reason !== undefined && !isOpinion ? { description: reason } : {}),
  }
  const thought = {
    ...(verdict === undefined ? {} : { verdict }),
    ...(opinion === undefined ? {} : { opinion }),
    ...(reason === undefined ? {} : { explanation: reason }),
  }
  return { ...alike, ids, ...(isSighting ? { sighting } : {}), ...(isOpinion ? { opinion: thought } : {}) }
}

function sentences(
  { state, awaited, to, ids, redactedTotal }: FeedbackGiven,
  { dir, takeBack }: FeedbackFlags,
): string[] {
  const whom = to.map(plain).join(', ')
  return [
    state === 'held-here'
      ? `Held here until the log is compared with ${awaited.join(', ') || 'its peers'}; then ${whom} will be told.`
      : state === 'waits'
        ? `It waits until a second person of this house has approved it; then ${whom} will be told. It is listed by: countersign approvals --dir ${dir}`
        : `${whom} told, sealed: nobody else reads what.`,
    // What waits is withdrawn where it is listed, and what takes back is said once.
    ...(state === 'waits' || takeBack === true
      ? []
      : [
          `To take it back: countersign feedback --dir ${dir} --take-back ${ids.slice(0, 3).map(plain).join(' ')}${ids.length > 3 ? ' …' : ''}`,
        ]),
    ...(redactedTotal === 0
      ? []
      : [`The gate cut or left out ${some(redactedTotal, 'object')}; --json tells what and why.`]),
  ]
}

async function list({ dir, pact, from, limit = 50, json }: FeedbackFlags): Promise<void> {
  const rows: FeedbackRow[] = []
  await withNode(dir, async (door) => {
    for (let cursor: string | null = ''; cursor !== null && rows.length < limit; ) {
      const asked = {
        ...(pact === undefined ? {} : { pact }),
        ...(from === undefined ? {} : { party: from }),
        ...(cursor === '' ? {} : { cursor }),
        limit: String(Math.min(200, limit - rows.length)),
      }
      const page: FeedbackPage = must(await door.feedback(asked))
      rows.push(...page.feedback)
      cursor = page.next
    }
  })
  if (json === true) return printJson(rows)
  if (rows.length === 0) return print('Nothing came back yet on what we shared.')
  const lines = rows.map((row) => [
    ...[row.party, row.mode === 'Actual' ? whatOf(row) : `${row.mode}: ${whatOf(row)}`, row.object],
    ...[plain(row.name ?? '') || '–', plain(row.explanation ?? '').slice(0, 80) || '–', row.record],
  ])
  return print(table([['FROM', 'SAYS', 'OF', 'NAME', 'WHY', 'RECORD'], ...lines]))
}

function whatOf({ kind, count, first, last, verdict, opinion }: FeedbackRow): string {
  if (kind === 'opinion') return verdict ?? opinion ?? 'an opinion'
  if (count === 0) return 'looked for, not seen'
  const times = [first, last].flatMap((time) => (time === null ? [] : [plain(time)]))
  return `seen ${count}×${times.length === 0 ? '' : `, ${[...new Set(times)].join(' to ')}`}`
}
