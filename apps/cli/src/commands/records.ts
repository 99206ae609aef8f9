import type { RecordPage, RecordRow } from '@countersign/client'
import { type Command, Option } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption, wholeNumber } from '../options.ts'
import { must, note, plain, print, printJson, table } from '../output.ts'

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
    .option('--pact <id>')
    .option('--channel <name>')
    .option('--type <type>')
    .option('--party <domain>', 'said by it or to it')
    .option('--state <state>', 'said, held, delivered, void, undecided or superseded')
    .addOption(new Option('--limit <n>', 'how many at most').argParser(wholeNumber).default(50))
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign records --dir ./alfa --type intel/share'))
    .action(async (flags: RecordsFlags) => {
      const records: RecordRow[] = []
      let total = 0
      await withNode(flags.dir, async (door) => {
        const { dir: _dir, json: _json, passphraseFd: _fd, limit: wanted, ...filters } = flags
        for (let cursor: string | null = ''; cursor !== null && records.length < wanted; ) {
          const limit = String(Math.min(200, wanted - records.length))
          const page: RecordPage = must(await door.records({ ...filters, limit, ...(cursor === '' ? {} : { cursor }) }))
          records.push(...page.records)
          total = page.total
          cursor = page.next
        }
      })
      if (flags.json === true) return printJson(records)
      if (records.length === 0) return print('No record yet.')
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
