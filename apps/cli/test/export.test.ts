// Objects taken out by the shell: the file that the console saves, under the strictest marking in it, whole or not at all.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bytesInput, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { run, serve } from './shell.ts'

const id = (n: number) => `ipv4-addr--00000000-0000-4000-8000-00000000000${n}`
const address = (n: number) => `{"type": "ipv4-addr", "spec_version": "2.1", "id": "${id(n)}", "value": "192.0.2.${n}"}`

test('a selection is written whole, alike with the node running and at rest, and says how strictly it is marked', {
  timeout: 240_000,
}, async () => {
  const parties = await startParties({ yaml: (draft) => draft.replace('max: TLP:AMBER+STRICT', 'max: TLP:RED') })
  const folder = mkdtempSync(join(tmpdir(), 'countersign-export-'))
  const { alfa, pact } = parties
  let stop: (() => Promise<void>) | undefined
  try {
    for (const [tlp, n] of [
      ['TLP:GREEN', 1],
      ['TLP:RED', 2],
    ] as const) {
      const input = bytesInput(Buffer.from(address(n)))
      value(await alfa.node.share({ pact, account: 'test', marking: { tlp }, input }))
      await until('it to be shown', async () => (await alfa.node.views.object(id(n))) !== undefined)
    }
    await alfa.stop()
    const file = (name: string) => join(folder, name)
    const save = (...more: string[]) => run(['export', '--dir', alfa.dir, ...more])
    stop = await serve(alfa.dir, alfa.port)

    const green = await save('-o', file('green.json'), id(1), id(9))
    expect([green.code, green.out]).toEqual([0, ''])
    expect(green.err).toContain('1 object written to')
    expect(green.err).toContain('marked TLP:GREEN')
    expect(green.err).toContain('1 object asked for is not shown here.')
    expect(readFileSync(file('green.json'), 'utf8')).toContain(address(1))

    // What stood under that name stays where nothing may be written.
    writeFileSync(file('red.json'), 'before')
    const unsaid = await save('-o', file('red.json'), '--type', 'ipv4-addr')
    expect([unsaid.code, unsaid.out]).toEqual([1, ''])
    expect(unsaid.err).toContain('It is marked TLP:RED. Nothing was written')
    expect(readFileSync(file('red.json'), 'utf8')).toBe('before')
    const red = await save('-o', file('red.json'), '--type', 'ipv4-addr', '--red', '--json')
    expect(JSON.parse(red.out)).toMatchObject({ objects: 2, missing: 0, marking: 'TLP:RED', form: 'stix' })
    for (const n of [1, 2]) expect(readFileSync(file('red.json'), 'utf8')).toContain(address(n))
    const misp = await save('-o', file('misp.json'), '--form', 'misp', id(1))
    expect(misp.code).toBe(0)
    expect(readFileSync(file('misp.json'), 'utf8')).toContain('192.0.2.1')

    mkdirSync(file('folder'))
    for (const [more, code, sentence] of [
      [[], 2, 'one of these'],
      [[id(1), '--all'], 2, 'one of these'],
      [['--form', 'csv', id(1)], 2, 'Allowed choices'],
    ] as const) {
      const { code: ended, out, err } = await save('-o', file('none.json'), ...more)
      expect([more, ended, out]).toEqual([more, code, ''])
      expect(err).toContain(sentence)
    }
    for (const place of ['folder', 'absent/x.json']) {
      expect((await save('-o', file(place), id(1))).err).toContain('cannot be written')
    }
    expect(existsSync(file('none.json'))).toBe(false)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])

    await stop()
    stop = undefined
    const rest = await save('-o', file('rest.json'), id(1), id(9))
    expect(rest.code).toBe(0)
    expect(readFileSync(file('rest.json'))).toEqual(readFileSync(file('green.json')))
  } finally {
    await stop?.()
    await parties.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
