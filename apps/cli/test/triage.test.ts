// Triage in the shell: what others shared is listed, gets its verdicts in bulk, and stands in the balance.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bytesInput, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { run } from './shell.ts'

const TIMES = '"created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z"'
const object = (type: string, n: number) =>
  `{"type":"${type}","spec_version":"2.1","id":"${type}--00000000-0000-4000-8000-00000000000${n}",${TIMES},"name":"${type} ${n}"}`
const idOf = (type: string, n: number) => `${type}--00000000-0000-4000-8000-00000000000${n}`

test('what another party shared is listed, gets its verdicts, and stands in the balance with them', {
  timeout: 120_000,
}, async () => {
  const parties = await startParties()
  const folder = mkdtempSync(join(tmpdir(), 'countersign-triage-'))
  try {
    const { alfa, bravo, pact } = parties
    const objects = [object('tool', 1), object('tool', 2), object('campaign', 3), object('campaign', 4)]
    const input = bytesInput(Buffer.from(`{"objects":[${objects}]}`))
    const { share } = value(await alfa.node.share({ pact, account: 'test', input }))
    await until('bravo to have it', async () => (await bravo.node.views.statistics()).objects === 4)
    await bravo.stop()
    const at = ['--dir', bravo.dir]
    const rowsOf = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/))

    const before = await run(['triage', ...at])
    expect(before).toMatchObject({ code: 0 })
    const [heading, row] = rowsOf(before.out)
    expect(heading?.slice(0, 5)).toEqual(['SHARE', 'FROM', 'WHEN', 'OBJECTS', 'OPEN'])
    expect([row?.[0], row?.[1], row?.[3], row?.[4], row?.at(-1)]).toEqual([
      ...[share, 'alfa.example', '4', '4'],
      '2 campaign, 2 tool',
    ])
    const kinds = await run(['triage', share, ...at, '--type', 'tool'])
    expect(rowsOf(kinds.out).slice(1, 3)).toEqual([
      [idOf('tool', 1), '–', 'TLP:AMBER', 'tool 1'],
      [idOf('tool', 2), '–', 'TLP:AMBER', 'tool 2'],
    ])

    const file = join(folder, 'answers.json')
    writeFileSync(
      file,
      JSON.stringify([
        { verdict: 'stale', reason: 'Gone since May.', ids: [idOf('tool', 1)] },
        { verdict: 'already-known', types: ['tool'] },
      ]),
    )
    const some = await run(['triage', share, ...at, '--file', file])
    expect([some.code, some.out.split('\n')]).toMatchObject([0, [expect.stringContaining('#'), '']])
    expect(some.err).toContain('1 already-known, 1 stale: alfa.example told, sealed, in 2 opinions.')
    expect(some.err).toContain('2 objects of what was looked at')
    const rest = await run(['triage', share, ...at, '--verdict', 'accepted', '--json'])
    expect(JSON.parse(rest.out)).toMatchObject({ verdicts: { accepted: 2, stale: 0 }, open: 0, to: ['alfa.example'] })
    expect((await run(['triage', share, ...at])).out).toContain('Nothing of it fits that is without a verdict')
    const listed = JSON.parse((await run(['triage', share, ...at, '--all', '--json'])).out)
    expect(listed).toMatchObject({ objectsTotal: 4, shares: [{ open: 0, verdicts: { accepted: 2, stale: 1 } }] })

    writeFileSync(file, '[{"verdict":"malicious"}]')
    for (const [flags, code, sentence] of [
      [[share, '--verdict', 'accepted'], 1, 'Nothing fits that has no verdict of ours yet'],
      [['--verdict', 'accepted'], 1, 'Say which share is triaged'],
      [[share, '--reason', 'x'], 2, 'go with --verdict'],
      [[share, '--file', file], 2, 'Answer 1 in'],
      [[share, '--file', file, '--verdict', 'stale'], 2, '--file stands alone'],
      [[share, '--file', join(folder, 'none')], 1, 'cannot be read'],
      [[share, '--verdict', 'splendid'], 2, 'Allowed choices'],
      [[share, '--verdict', 'stale', '--id', idOf('tool', 9)], 1, 'is not among what is triaged'],
    ] as const) {
      const refused = await run(['triage', ...flags, ...at])
      expect([flags, refused.code, refused.out]).toEqual([flags, code, ''])
      expect(refused.err).toContain(sentence)
    }

    await bravo.start()
    await until('alfa to hear of it', async () => {
      const { parties: all } = value(await alfa.node.balance({ pact }))
      return all.find(({ party }) => party === bravo.party)?.given.answered === 4
    })
    await bravo.stop()
    await alfa.stop()
    const rows = rowsOf((await run(['balance', '--dir', alfa.dir])).out)
    for (const [name, count] of [
      ['not answered', '0'],
      ['', 'accepted', '2'],
      ['', 'known already', '1'],
      ['', 'stale', '1'],
    ].map((cells) => [cells.at(-2), cells.at(-1)])) {
      expect(rows.find((cells) => cells.includes(name ?? ''))?.at(-1)).toBe(count)
    }
    expect((await run(['feedback', '--dir', alfa.dir])).out).toContain('Gone since May.')
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await parties.close()
  }
})
