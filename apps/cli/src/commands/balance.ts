import type { BalanceAnswer, Exchanged } from '@countersign/client'
import type { Command } from 'commander'
import { onlyPact, withNode } from '../door.ts'
import { dirOption, examples, jsonOption } from '../options.ts'
import { must, note, print, printJson, table } from '../output.ts'

interface Flags {
  dir: string
  pact?: string
  from?: string
  until?: string
  json?: boolean
}

export function balanceCommand(command: Command): void {
  command
    .addOption(dirOption())
    .option('--pact <id>', 'the agreement; may be left out where there is one only')
    .option('--from <time>', 'such as 2026-03-01 or 2026-03-01T00:00:00Z; otherwise seven days before --until')
    .option('--until <time>', 'up to then; otherwise now')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'countersign balance --dir ./alfa',
        'countersign balance --dir ./alfa --from 2026-01-01 --until 2026-04-01',
      ),
    )
    .action(async ({ dir, pact, from, until, json }: Flags) => {
      const balance = await withNode(dir, async (door) => {
        const asked = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
        return must(await door.balance({ ...asked, pact: pact ?? (await onlyPact(door)) }))
      })
      return json === true ? printJson(balance) : tell(balance)
    })
}

function tell({ from, until, parties }: BalanceAnswer): void {
  if (parties.length === 0) return note('Nobody has a log under this agreement yet.')
  const heading = ['', ...parties.flatMap(({ party }) => [`FROM ${party}`, `TO ${party}`])]
  const ways = parties.flatMap(({ received, given }) => [received, given])
  const line = (name: string, of: (way: Exchanged) => string) => [name, ...ways.map(of)]
  print(
    table([
      heading,
      line('objects shared', ({ objects }) => String(objects)),
      line('new to whoever got them', ({ fresh, objects }) => share(fresh, objects)),
      line('answered', ({ answered, objects }) => share(answered, objects)),
      line('not answered', ({ untouched }) => String(untouched)),
      line('  accepted', ({ verdicts }) => String(verdicts.accepted)),
      line('  known already', ({ verdicts }) => String(verdicts['already-known'])),
      line('  false positives', ({ verdicts }) => String(verdicts['false-positive'])),
      line('  stale', ({ verdicts }) => String(verdicts.stale)),
      line('seen by whoever got them', ({ sighted }) => String(sighted)),
      line('warned ahead by (median)', ({ leadMs }) => (leadMs === null ? '–' : span(leadMs))),
    ]),
  )
  note(
    `Shared from ${from.slice(0, 16)}Z up to ${until.slice(0, 16)}Z, and what was said of it since. Say what became of what you got: countersign triage --help`,
  )
}

function share(part: number, of: number): string {
  return of === 0 ? String(part) : `${part} (${Math.round((100 * part) / of)} %)`
}

/** Below zero it was seen before it was shared. */
function span(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)]
  const text = days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
  return ms < 0 && minutes > 0 ? `-${text}` : text
}
