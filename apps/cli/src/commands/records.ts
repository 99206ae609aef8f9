import type { RecordPage, RecordRow, RecordState } from '@countersign/client'
import { type Command, Option } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption, wholeNumber } from '../options.ts'
import { must, note, plain, print, printJson, table } from '../output.ts'

const STATES: RecordState[] = ['said', 'held', 'delivered', 'void', 'undecided', 'superseded']

interface RecordsFlags {
  dir: string
  pact?: string
  channel?: string
  type?: string
  party?: string
  state?: string
  limit: number
  json?: boolean
  passphraseFd?: number
}

export function recordsCommand(command: Command): void {
  command
    .addOption(dirOption())
    .option('--pact <id>', 'of this agreement')
    .option('--channel <name>', 'such as main or line')
    .option('--type <type>', 'such as intel/share')
    .option('--party <domain>', 'said by it or to it')
    .addOption(new Option('--state <state>', 'how far it has come').choices(STATES))
    .addOption(new Option('--limit <n>', 'how many at most').argParser(wholeNumber).default(50))
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign records --dir ./alfa --type intel/share'))
    .action(async (flags: RecordsFlags) => {
      const records: RecordRow[] = []
      let total = 0
      let narrowed = false
      await withNode(flags.dir, async (door) => {
        const { dir: _dir, json: _json, passphraseFd: _fd, limit: wanted, ...filters } = flags
        narrowed = Object.keys(filters).length > 0
        for (let cursor: string | null = ''; cursor !== null && records.length < wanted; ) {
          const limit = String(Math.min(200, wanted - records.length))
          const page: RecordPage = must(await door.records({ ...filters, limit, ...(cursor === '' ? {} : { cursor }) }))
          records.push(...page.records)
          total = page.total
          cursor = page.next
        }
      })
      if (flags.json === true) return printJson(records)
      if (records.length === 0)
        return print(narrowed ? 'No record is like that; leave an option out to see more.' : 'No record yet.')
      print(
        table([
          ['TIME', 'STATE', 'TYPE', 'FROM', 'MARKING', 'TITLE', 'RECORD'],
          ...records.map((row) => [
            row.time,
            row.validity.kind === 'valid' ? row.state : `${row.state}: ${row.validity.code}`,
            plain(row.type),
            row.from,
            row.marking.tlp,
            plain(row.title ?? '').slice(0, 40),
            row.record,
          ]),
        ]),
      )
      if (total > records.length) note(`${total - records.length} older records are not shown; give --limit for more.`)
      return undefined
    })
}
