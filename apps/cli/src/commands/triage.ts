// Triage of what others shared: what there is, and giving many objects their verdicts at once.

import { userInfo } from 'node:os'
import type { Triaged, TriageInput, TriageList, TriageQuery } from '@countersign/client'
import { FEEDBACK_VERDICTS, type FeedbackVerdict } from '@countersign/record'
import { type Command, Option } from 'commander'
import { onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, readInput, repeatable, wholeNumber } from '../options.ts'
import { misused, must, note, plain, print, printJson, table } from '../output.ts'
import { some } from '../stix-input.ts'

interface Flags {
  dir: string
  pact?: string
  from?: string
  since?: string
  until?: string
  verdict?: FeedbackVerdict
  reason?: string
  id?: string[]
  type?: string[]
  text?: string
  all?: boolean
  file?: string
  limit: number
  account?: string
  json?: boolean
}

export function triageCommand(command: Command): void {
  command
    .argument('[share]', 'UUID of a share of another party, or one record of it, origin#index')
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .option('--from <domain>', 'what this party shared')
    .option('--since <time>', 'shared from then on, such as 2026-03-01; otherwise a list looks back 31 days')
    .option('--until <time>', 'shared before then')
    .addOption(
      new Option('--verdict <word>', 'what was done with all that is chosen; without it, it is listed').choices(
        Object.keys(FEEDBACK_VERDICTS),
      ),
    )
    .option('--reason <text>', 'why, for whoever shared it; sealed like all of it')
    .addOption(repeatable('--id <id>', 'this object, whatever was said of it before; may be repeated'))
    .addOption(repeatable('--type <type>', 'objects of this type of STIX; may be repeated'))
    .option('--text <text>', 'objects that have this in their name or id')
    .option('--all', 'also what has a verdict of ours already')
    .option(
      '--file <file>',
      'instead of a verdict: several in JSON, [{"verdict", "reason", "ids" or "types" and "text"}]; of each object the first that fits counts',
    )
    .option('--limit <n>', 'of the list: how many objects at most', wholeNumber, 50)
    .option('--account <name>', 'in whose name it is said; private to this node')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign triage --dir ./bravo',
        'countersign triage --dir ./bravo 0195f3a0-7c11-7abc-8def-0123456789ab',
        'countersign triage --dir ./bravo 0195f3a0-7c11-7abc-8def-0123456789ab --verdict already-known --type domain-name',
        'countersign triage --dir ./bravo 0195f3a0-7c11-7abc-8def-0123456789ab --verdict accepted',
      ),
    )
    .action(async (share: string | undefined, flags: Flags) => {
      const { dir, verdict, file } = flags
      const scope = scopeOf(share, flags)
      if (verdict === undefined && file === undefined) {
        if (flags.reason !== undefined || flags.id !== undefined) throw misused('--reason and --id go with --verdict.')
        const listed = await withNode(dir, async (door) => {
          const asked = { ...scope, ...queryOf(flags), pact: flags.pact ?? (await onlyPact(door)) }
          return must(await door.triageList(asked))
        })
        return flags.json === true ? printJson(listed) : list(listed, share, flags)
      }
      const answers = answersOf(flags)
      const triaged = await withNode(dir, async (door) => {
        const asked: TriageInput = { ...scope, answers, pact: flags.pact ?? (await onlyPact(door)) }
        const input = flags.all === true ? { ...asked, again: true } : asked
        return must(await door.triage(input, flags.account ?? userInfo().username))
      })
      return flags.json === true ? printJson(triaged) : tell(triaged, flags)
    })
}

function scopeOf(share: string | undefined, { from, since, until }: Flags): Omit<TriageInput, 'pact' | 'answers'> {
  return {
    ...(share === undefined ? {} : share.includes('#') ? { record: share } : { share }),
    ...(from === undefined ? {} : { from }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  }
}

function queryOf({ type, text, all, limit }: Flags): Omit<TriageQuery, 'pact'> {
  return {
    ...(type === undefined ? {} : { types: type.join(',') }),
    ...(text === undefined ? {} : { text }),
    ...(all === true ? { all: '1' } : {}),
    limit: String(Math.min(limit, LISTED_MAX)),
  }
}

const LISTED_MAX = 1_000

function answersOf({ verdict, reason, id, type, text, file }: Flags): TriageInput['answers'] {
  if (file !== undefined) {
    if ([verdict, reason, id, type, text].some((one) => one !== undefined)) {
      throw misused('--file stands alone: what it says takes the place of --verdict and what goes with it.')
    }
    let read: unknown
    try {
      read = JSON.parse(Buffer.from(readInput(file)).toString('utf8'))
    } catch (cause) {
      if (cause instanceof SyntaxError) throw misused(`${file} is no JSON (${cause.message}).`)
      throw cause
    }
    if (!Array.isArray(read)) throw misused(`${file} holds no list of answers; see --help.`)
    const wrong = read.findIndex((one) => !isAnswer(one))
    if (wrong === -1) return read as TriageInput['answers']
    throw misused(
      `Answer ${wrong + 1} in ${file} is none: it has a "verdict" and, where they are wanted, "reason", "text", and the lists "ids" or "types".`,
    )
  }
  if (verdict === undefined) throw misused('Say a --verdict.')
  return [
    {
      verdict,
      ...(reason === undefined ? {} : { reason }),
      ...(id === undefined ? {} : { ids: id }),
      ...(type === undefined ? {} : { types: type }),
      ...(text === undefined ? {} : { text }),
    },
  ]
}

function isAnswer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('verdict' in value)) return false
  const isText = (one: unknown) => typeof one === 'string' && one !== ''
  return Object.entries(value).every(([name, one]) => {
    if (name === 'verdict') return typeof one === 'string' && Object.hasOwn(FEEDBACK_VERDICTS, one)
    if (name === 'reason' || name === 'text') return isText(one)
    return (name === 'ids' || name === 'types') && Array.isArray(one) && one.length > 0 && one.every(isText)
  })
}

function tell({ state, awaited, records, to, verdicts, open, ids, redactedTotal }: Triaged, { dir }: Flags): void {
  for (const record of records) print(record)
  const counts = Object.entries(verdicts).flatMap(([word, count]) => (count === 0 ? [] : [`${count} ${word}`]))
  const whom = to.map(plain).join(', ')
  note(
    state === 'held-here'
      ? `${counts.join(', ')}: held here until the log is compared with ${awaited.join(', ') || 'its peers'}; then ${whom} will be told.`
      : state === 'waits'
        ? `${counts.join(', ')}: waits until a second person of this house has approved it; see countersign approvals --dir ${dir}`
        : `${counts.join(', ')}: ${whom} told, sealed, in ${some(ids.length, 'opinion')}.`,
  )
  if (redactedTotal > 0) note(`The gate cut or left out ${some(redactedTotal, 'object')}; --json tells what and why.`)
  note(
    open === 0
      ? 'Nothing of what was looked at is left without a verdict.'
      : `${some(open, 'object')} of what was looked at has no verdict yet.`,
  )
}

function list(
  { shares, sharesTotal, objects, objectsTotal }: TriageList,
  share: string | undefined,
  flags: Flags,
): void {
  if (shares.length === 0) return print('Nobody shared anything with us in that time.')
  if (share === undefined) {
    print(
      table([
        ['SHARE', 'FROM', 'WHEN', 'OBJECTS', 'OPEN', 'ACCEPTED', 'KNOWN', 'FALSE', 'STALE', 'OPEN, BY TYPE'],
        ...shares.map(({ share: id, from, time, objects: count, open, verdicts, openTypes }) => [
          ...[plain(id), from, time.slice(0, 16), String(count), String(open), String(verdicts.accepted)],
          ...[String(verdicts['already-known']), String(verdicts['false-positive']), String(verdicts.stale)],
          Object.entries(openTypes)
            .map(([type, n]) => `${n} ${plain(type)}`)
            .join(', ') || '–',
        ]),
      ]),
    )
    if (sharesTotal > shares.length)
      note(`The last ${shares.length} of ${sharesTotal}; narrow it with --from or --since.`)
    return note(`Say what became of one: countersign triage --dir ${flags.dir} SHARE --verdict accepted`)
  }
  if (objects.length === 0) return print('Nothing of it fits that is without a verdict of ours; --all lists the rest.')
  print(
    table([
      ['OBJECT', 'VERDICT', 'TLP', 'NAME'],
      ...objects.map(({ id, verdict, tlp, name }) => [plain(id), verdict ?? '–', tlp, plain(name ?? '') || '–']),
    ]),
  )
  if (objectsTotal > objects.length) note(`The first ${objects.length} of ${objectsTotal}; --limit lists more.`)
  return undefined
}
