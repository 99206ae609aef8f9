import { userInfo } from 'node:os'
import type { SayInput, ShareOutcome } from '@countersign/client'
import { MESSAGE_MEDIA_TYPE, PRECEDENCES, TLP_LABELS, typeNamed } from '@countersign/record'
import { type Command, Option } from 'commander'
import { type Door, onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption, readInput, repeatable } from '../options.ts'
import { misused, must, note, plain, print, printJson, progressBar, Refused } from '../output.ts'
import { noteRemarks, openStix, some } from '../stix-input.ts'

/** Types whose content the file is. */
const OF_FILE = new Set(['intel/share', 'hotline/message', 'hotline/ack'])

interface SayFlags {
  dir: string
  pact?: string
  channel?: string
  to?: string[]
  marking?: string
  mode?: string
  re?: string[]
  content?: string[]
  precedence: string
  feed?: string
  account?: string
  json?: boolean
}

export function sayCommand(command: Command): void {
  command
    .argument('<type>', 'kind of record, such as intel/share, hotline/message or hotline/ack')
    .argument(
      '[file]',
      'STIX for intel/share; JSON {"subject","text"} or plain text for hotline/message; for others the body, JSON; - is standard input',
    )
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .option('--channel <name>', 'otherwise the type’s own')
    .addOption(repeatable('--to <party>', 'a recipient, may be repeated; otherwise all other parties of the channel'))
    .addOption(new Option('--marking <tlp>', 'TLP 2.0').choices(TLP_LABELS))
    .addOption(new Option('--mode <mode>').choices(['Actual', 'Exercise', 'Test']))
    .addOption(repeatable('--re <record>', 'a record this answers, as origin#index; may be repeated'))
    .addOption(
      repeatable('--content <role:mediatype:file>', 'a part to seal with a record of another type; may be repeated'),
    )
    .addOption(new Option('--precedence <word>', 'of a hotline message').choices(PRECEDENCES).default('ROUTINE'))
    .option('--feed <name>', 'of intel/share: the feed it is shared in; every reader of the channel sees the name')
    .option('--account <name>', 'in whose name it is said; private to this node')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign say intel/share --dir ./alfa --marking TLP:AMBER campaign.json',
        'countersign say incident/notice --dir ./alfa --content notice:application/json:notice.json body.json',
        'echo "Please look at your mail relays." | countersign say hotline/message --dir ./alfa --precedence PRIORITY -',
      ),
    )
    .action(async (type: string, file: string | undefined, flags: SayFlags) => {
      if (flags.content !== undefined && OF_FILE.has(type)) {
        throw misused(`${type} takes its content from its file; --content is for other types.`)
      }
      if (typeNamed(type) === undefined) throw misused(`“${type}” is no kind of record; see countersign say --help.`)
      await withNode(flags.dir, async (door) => {
        const common = { pact: flags.pact ?? (await onlyPact(door)), ...given(flags) }
        const account = flags.account ?? userInfo().username
        if (type === 'intel/share') return share(door, common, account, file, flags)
        if (flags.feed !== undefined) throw misused('--feed is for intel/share alone.')
        const input = await recordOf(door, type, file, common, flags)
        const said = must(await door.say(input, account))
        if (flags.json === true) return printJson(said)
        if (said.state === 'held-here') return noteHeld(said.awaited)
        print(said.record)
        return undefined
      })
    })
}

function noteHeld(awaited: readonly string[]): void {
  note(`Held here until the log is compared with ${awaited.join(', ') || 'its peers'}; then it is said by itself.`)
}

function noteWaits({ share, objects, waits }: ShareOutcome, dir: string): void {
  note(`${some(objects, 'object')}; nothing left yet, for it waits until a second person approves it:`)
  for (const why of new Set(waits.map(({ message }) => message))) note(`  ${plain(why)}`)
  note(`Two officers approve what is said in the shell: countersign approve --dir ${dir} ${share} --officer ADDRESS`)
}

type Common = Pick<SayInput, 'pact' | 'channel' | 'to' | 'marking' | 'mode'>

function given(flags: SayFlags): Omit<Common, 'pact'> {
  return {
    ...(flags.channel === undefined ? {} : { channel: flags.channel }),
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(flags.marking === undefined ? {} : { marking: { tlp: flags.marking } }),
    ...(flags.mode === undefined ? {} : { mode: flags.mode }),
  }
}

async function share(door: Door, common: Common, account: string, file: string | undefined, flags: SayFlags) {
  if (file === undefined) throw misused('intel/share needs a file of STIX 2.1.')
  const bar = progressBar('Sharing')
  const bytes = openStix(file, bar)
  const shared = await door
    .share({ ...common, ...(flags.feed === undefined ? {} : { feed: flags.feed }) }, account, bytes, (done, of) =>
      bar.at(done, of),
    )
    // The line is free again for whatever is said next, a failure included.
    .finally(() => bar.end())
  if (!shared.ok) {
    const { refusals = [], refusalsTotal = 0 } = 'refusals' in shared ? shared : {}
    if (flags.json === true) printJson({ code: shared.code, message: shared.message, refusals, refusalsTotal })
    else
      for (const { object, message } of refusals.slice(0, 20))
        note(`  ${plain(object?.id ?? 'record')}: ${plain(message)}`)
    // What the file is not, the splitter says; what it should be, whoever gave it may not know.
    const isFile = shared.code.startsWith('json/') || shared.code.startsWith('stix/')
    const next = isFile ? ' Give a bundle of STIX 2.1: a JSON file, in UTF-8. Nothing was said.' : ''
    throw new Refused({ code: shared.code, message: `${isFile ? `${file}: ` : ''}${plain(shared.message)}${next}` })
  }
  const { state, awaited, records, objects } = shared.value
  if (flags.json === true) return printJson(shared.value)
  for (const record of records) print(record)
  if (state === 'held-here') noteHeld(awaited)
  else if (state === 'waits') noteWaits(shared.value, flags.dir)
  else note(`${some(objects, 'object')} shared in ${some(records.length, 'record')}.`)
  const { redacted, redactedTotal } = shared.value
  if (redactedTotal > 0) note(`${some(redactedTotal, 'object')} redacted or left out by rules of this house:`)
  for (const { id, index, reasons } of redacted.slice(0, 20))
    note(`  ${plain(id ?? `object ${index}`)}: ${plain(reasons.map(({ message }) => message).join(' '))}`)
  noteRemarks(shared.value, 'kept and passed on as they came')
  return undefined
}

async function recordOf(
  door: Door,
  type: string,
  file: string | undefined,
  common: Common,
  flags: SayFlags,
): Promise<SayInput> {
  const base: SayInput = { ...common, type, body: {}, ...(flags.re === undefined ? {} : { re: flags.re }) }
  const text = file === undefined ? undefined : new TextDecoder().decode(readInput(file))
  if (type === 'hotline/message') {
    if (text === undefined) throw misused('hotline/message needs a file with the message, or - for standard input.')
    const message = asObject(text) ?? fromText(text)
    const bytes = new TextEncoder().encode(JSON.stringify(message))
    return {
      ...base,
      body: { precedence: flags.precedence },
      content: [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }],
    }
  }
  if (type === 'hotline/ack') {
    const [ref, ...more] = flags.re ?? []
    if (ref === undefined || more.length > 0)
      throw misused('hotline/ack needs the one message it acknowledges: --re origin#index.')
    const { row } = must(await door.record(ref))
    const { number } = (row.body ?? {}) as { number?: unknown }
    const remark =
      text === undefined
        ? []
        : [{ role: 'remark', mediaType: 'text/plain;charset=utf-8', bytes: new TextEncoder().encode(text) }]
    return { ...base, body: { number }, to: common.to ?? [row.from], content: remark }
  }
  const body = text === undefined ? {} : asObject(text)
  if (body === undefined) throw misused(`${type} needs its body as a JSON object.`)
  return { ...base, body, content: (flags.content ?? []).map(partOf) }
}

/** `role:mediatype:file`; a media type has no colon, a file's name may. */
function partOf(text: string): { role: string; mediaType: string; bytes: Uint8Array } {
  const [, role, mediaType, file] = /^([^:]+):([^:]+):(.+)$/s.exec(text) ?? []
  if (role === undefined || mediaType === undefined || file === undefined) {
    throw misused(`“${text}” is no content; give role:mediatype:file, such as notice:application/json:notice.json.`)
  }
  return { role, mediaType, bytes: readInput(file) }
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Plain text: its first line is the subject. */
function fromText(text: string): { subject: string; text: string } {
  const trimmed = text.trim()
  const subject = (trimmed.split('\n', 1)[0] ?? '').slice(0, 200)
  if (subject === '') throw misused('The message is empty.')
  return { subject, text: trimmed }
}
