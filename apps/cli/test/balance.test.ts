// The balance in the shell: what went to the other party and what came from it.

import { expect, test } from 'vitest'
import { bytesInput, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { run } from './shell.ts'

const tool = (n: number) =>
  `{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-00000000000${n}","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"tool ${n}"}`

test('the balance is told both ways, for the time that is asked for', { timeout: 120_000 }, async () => {
  const parties = await startParties()
  try {
    const { alfa, bravo, pact } = parties
    for (const [{ node }, objects] of [
      [alfa, [1, 2]],
      [bravo, [2, 3]],
    ] as const) {
      value(
        await node.share({
          pact,
          account: 'test',
          input: bytesInput(Buffer.from(`{"objects":[${objects.map(tool)}]}`)),
        }),
      )
      const held = async () =>
        (await Promise.all([alfa, bravo].map((one) => one.node.views.statistics()))).map((one) => one.objects)
      const most = node === alfa.node ? 2 : 4
      await until('both to hold it', async () => (await held()).every((count) => count === most))
    }
    await alfa.stop()
    const told = await run(['balance', '--dir', alfa.dir])
    expect(told).toMatchObject({ code: 0 })
    const rows = told.out.split('\n').map((line) => line.split(/ {2,}/))
    expect(rows[0]).toEqual(['', 'FROM bravo.example', 'TO bravo.example'])
    expect(rows).toContainEqual(['objects shared', '2', '2'])
    expect(rows).toContainEqual(['new to whoever got them', '1 (50 %)', '2 (100 %)'])
    expect(rows).toContainEqual(['answered', '0 (0 %)', '0 (0 %)'])
    expect(rows).toContainEqual(['warned ahead by (median)', '–', '–'])
    expect(told.err).toMatch(/^Shared from 20\S+Z up to 20\S+Z, and what was said of it since\./)

    const earlier = await run(['balance', '--dir', alfa.dir, '--until', '2026-01-01', '--json'])
    expect(JSON.parse(earlier.out)).toMatchObject({
      ...{ pact, from: '2025-12-25T00:00:00.000Z', until: '2026-01-01T00:00:00.000Z' },
      parties: [{ party: 'bravo.example', received: { objects: 0 }, given: { objects: 0 } }],
    })
    for (const [flags, sentence] of [
      [['--from', 'yesterday'], 'Give times as 2026-03-01'],
      [['--from', '2026-02-30T25:00:00Z'], 'Give times as 2026-03-01'],
      [['--from', '2027-01-01', '--until', '2026-01-01'], 'begins before it ends'],
      [['--from', '2020-01-01', '--until', '2026-01-01'], 'spans 366 days at most'],
      [['--pact', 'f'.repeat(32)], 'agreement'],
    ] as const) {
      const refused = await run(['balance', '--dir', alfa.dir, ...flags])
      expect([refused.code, refused.out]).toEqual([1, ''])
      expect(refused.err).toContain(sentence)
    }
  } finally {
    await parties.close()
  }
})
