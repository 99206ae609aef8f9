import type { ConflictPage, ObjectDetail, Provenance } from '@countersign/client'
import type { Command } from 'commander'
import { withNode } from '../door.ts'
import { dirOption, examples, jsonOption, wholeNumber } from '../options.ts'
import { must, note, plain, print, printJson, table } from '../output.ts'

export function objectCommand(command: Command): void {
  command
    .argument('<id>', 'the STIX id, such as indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f')
    .addOption(dirOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('countersign object indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f --dir ./alfa'))
    .action(async (id: string, flags: { dir: string; json?: boolean }) => {
      const detail = await withNode(flags.dir, async (door) => must(await door.object(id)))
      if (flags.json === true) return printJson(detail)
      const rows = detail.versions.flatMap(({ version, collection, pact, provenance }) =>
        provenance.map((from) => [
          plain(version) || '–',
          collection,
          pact.slice(0, 8),
          from.party,
          countersigned(from),
          from.takenBack ? 'taken back' : from.refused ? 'other content, refused' : from.state,
          from.record,
        ]),
      )
      print(table([['VERSION', 'IN', 'PACT', 'FROM', 'COUNTERSIGNED BY', 'STATE', 'RECORD'], ...rows]))
      if (detail.feedback.length > 0) {
        print(table([['SAID BY', 'SEEN', 'FIRST', 'LAST', 'VERDICT', 'WHY'], ...detail.feedback.map(feedbackLine)]))
      }
      return note('The newest version stands first; --json has the texts.')
    })
}

function feedbackLine({ party, mode, sightings, opinion }: ObjectDetail['feedback'][number]): string[] {
  const seen = sightings === null ? '–' : sightings.count === 0 ? 'not seen' : `${sightings.count}×`
  return [
    mode === 'Actual' ? party : `${party} (${mode})`,
    ...[seen, plain(sightings?.first ?? '') || '–', plain(sightings?.last ?? '') || '–'],
    plain(opinion?.verdict ?? opinion?.opinion ?? '') || '–',
    plain(opinion?.explanation ?? '').slice(0, 80) || '–',
  ]
}

/** By whom, and by when it was held there at the latest. */
function countersigned({ delivery }: Provenance): string {
  const by = delivery.flatMap(({ recipient, hi }) =>
    hi === null ? [] : [`${recipient} ${new Date(hi * 1000).toISOString().slice(0, 19)}Z`],
  )
  return by.join(', ') || 'nobody yet'
}

interface ConflictFlags {
  dir: string
  party?: string
  pact?: string
  limit: number
  json?: boolean
}

export function conflictsCommand(command: Command): void {
  command
    .addOption(dirOption())
    .option('--party <domain>', 'each text that this party said, instead of one line for each party')
    .option('--pact <id>', 'under this agreement; with --party')
    .option('--limit <n>', 'how many at most; with --party', wholeNumber, 50)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('countersign conflicts --dir ./alfa', 'countersign conflicts --dir ./alfa --party bravo.example'),
    )
    .action(async ({ dir, party, pact, limit, json }: ConflictFlags) => {
      if (party === undefined) {
        const sources = await withNode(dir, async (door) => must(await door.conflictSources()))
        if (json === true) return printJson(sources)
        if (sources.length === 0) return print('No object came in two contents under one id and version.')
        const rows = sources.map((one) => [
          ...[one.party, one.collection, one.pact.slice(0, 8), String(one.objects), String(one.texts), one.last],
        ])
        return print(table([['FROM', 'IN', 'PACT', 'OBJECTS', 'TEXTS', 'LAST RECORD'], ...rows]))
      }
      const conflicts: ConflictPage['conflicts'] = []
      await withNode(dir, async (door) => {
        for (let cursor: string | null = ''; cursor !== null && conflicts.length < limit; ) {
          const asked = {
            party,
            ...(pact === undefined ? {} : { pact }),
            limit: String(Math.min(200, limit - conflicts.length)),
          }
          const page: ConflictPage = must(await door.conflicts({ ...asked, ...(cursor === '' ? {} : { cursor }) }))
          conflicts.push(...page.conflicts)
          cursor = page.next
        }
      })
      if (json === true) return printJson(conflicts)
      if (conflicts.length === 0) return print('Nothing that this party said was refused.')
      const rows = conflicts.map((one) => [one.id, plain(one.version) || '–', one.kept.record, one.refused.record])
      return print(table([['OBJECT', 'VERSION', 'KEPT, FROM RECORD', 'REFUSED, FROM RECORD'], ...rows]))
    })
}
