// The weekly round in the shell: filled, tried, mended, said and skipped.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startParties } from '../../../packages/http/test/parties.ts'
import { run, serve } from './shell.ts'

const RED = '"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]'
const idOf = (n: number) => `tool--00000000-0000-4000-8000-00000000000${n}`
const tool = (n: number, more = '"name":"x"') =>
  `{"type":"tool","spec_version":"2.1","id":"${idOf(n)}","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z",${more}}`

test('a round is filled, tried, mended and said, through the running node', { timeout: 240_000 }, async () => {
  const parties = await startParties()
  const folder = mkdtempSync(join(tmpdir(), 'countersign-round-'))
  const { alfa } = parties
  await alfa.stop()
  const stop = await serve(alfa.dir, alfa.port)
  try {
    const file = join(folder, 'objects.json')
    writeFileSync(file, `{"objects":[${[tool(1), tool(2, `"name":"y",${RED}`), tool(3)]}]}`)
    const round = (verb: string, ...more: string[]) => run(['round', verb, '--dir', alfa.dir, ...more])

    const empty = await round('try')
    expect([empty.code, empty.out]).toEqual([1, ''])
    expect(empty.err).toContain('Nothing is in this round')
    // Who has looked at nothing says nothing.
    const unseen = await round('say')
    expect([unseen.code, unseen.out]).toEqual([2, ''])
    expect(unseen.err).toContain('Look at it first')
    expect((await round('status')).out).toMatch(/due +Monday 20\d\d-\d\d-\d\d 09:00 UTC/)
    const added = await round('add', file)
    expect([added.code, added.err]).toEqual([0, '3 objects put into the round.\n'])
    expect((await round('add', file)).err).toContain('0 objects put into the round; 3 were there')

    const tried = await round('try')
    expect(tried.code).toBe(1)
    expect(tried.out).toMatch(new RegExp(`${idOf(2)} +is refused +release/marking-above-agreement`))
    expect(tried.err).toContain('countersign round leave-out --refused')
    const looked = async () => JSON.parse((await round('try', '--json')).out).looked as string
    const asked = await looked()
    const refused = await round('say', '--looked', asked)
    expect([refused.code, refused.out]).toEqual([1, ''])
    expect(refused.err).toContain(idOf(2))
    expect((await round('leave-out', '--refused')).err).toBe('1 object left out.\n')
    const status = await round('status', '--json')
    expect(JSON.parse(status.out)).toMatchObject([{ objects: 2, leftOut: 1, last: null }])
    expect((await round('try')).out).toContain(
      `2 objects: it would leave. Say it: countersign round say --dir ${alfa.dir}`,
    )

    const changed = await round('say', '--looked', asked)
    expect([changed.code, changed.out]).toEqual([1, ''])
    expect(changed.err).toContain('What would be said is not what was looked at: 1 went out.')
    expect(changed.err).toContain(`went out: ${idOf(2)}`)
    const told = JSON.parse((await round('say', '--looked', asked, '--json')).out)
    expect(told).toMatchObject({ code: 'round/changed', difference: { gone: [idOf(2)], goneTotal: 1 } })
    const said = await round('say', '--json', '--looked', await looked())
    expect([said.code, JSON.parse(said.out)]).toMatchObject([0, { state: 'said', objects: 2 }])
    expect((await round('status')).out).toMatch(/said last +\w+ 20\d\d-.* UTC, 2 objects, share /)
    expect((await round('take-in', idOf(2))).err).toBe('1 object taken in.\n')
    const set = await round('set', '--weekday', 'friday', '--hour', '13', '--marking', 'TLP:GREEN', '--json')
    expect(JSON.parse(set.out)).toMatchObject({ weekday: 5, hour: 13, marking: { tlp: 'TLP:GREEN' }, objects: 1 })
    expect((await round('skip', '--reason', 'A holiday.')).err).toMatch(
      /^Skipped; it is due again on Friday 20\d\d-\d\d-\d\d 13:00 UTC\.\n$/,
    )
    expect((await round('status')).err).toMatch(/^Shell of this machine skipped it on .*: A holiday\.$/m)
    const one = await round('status', '--to', 'bravo.example', '--json')
    expect(JSON.parse(one.out)).toMatchObject({ to: ['bravo.example'], objects: 0, gathered: [] })

    for (const [[verb, ...flags], code, sentence] of [
      [['leave-out'], 2, 'Name objects, or give --type'],
      [['leave-out', idOf(1), '--all'], 2, 'one of these'],
      [['take-in', '--refused'], 2, 'unknown option'],
      [['leave-out', idOf(9)], 1, 'Nothing of it was in the round'],
      [['set'], 2, 'Say what is set'],
      [['set', '--hour', '24'], 2, 'from 0 to 23'],
      [['set', '--weekday', 'someday'], 2, 'Allowed choices'],
      [['add', join(folder, 'none')], 1, 'does not exist'],
      [['status', '--to', 'watch.example'], 1, 'no other party'],
      [['status', '--pact', 'f'.repeat(32)], 1, 'no agreement'],
    ] as const) {
      const wrong = await round(verb, ...flags)
      expect([verb, flags, wrong.code, wrong.out]).toEqual([verb, flags, code, ''])
      expect(wrong.err).toContain(sentence)
    }
  } finally {
    await stop()
    rmSync(folder, { recursive: true, force: true })
    await parties.close()
  }
})
