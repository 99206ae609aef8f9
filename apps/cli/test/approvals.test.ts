// Four eyes in the shell: a real process that is killed while a share waits, two officers, and what each of them sees.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Parties, startParties, until, value } from '../../../packages/http/test/parties.ts'
import { run, serveWith } from './shell.ts'

const PASSWORD = 'a password of some length'
const OFFICERS = ['author', 'second', 'third']
let parties: Parties
let dir: string
let served: Awaited<ReturnType<typeof serveWith>>
let port: number

beforeAll(async () => {
  parties = await startParties()
  const { alfa } = parties
  for (const name of OFFICERS) value(await alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  ;({ dir, port } = alfa)
  await alfa.stop()
  mkdirSync(join(dir, 'rules'), { recursive: true })
  writeFileSync(join(dir, 'rules', 'house.json'), '{"approval":{"marking":"TLP:AMBER"}}')
  writeFileSync(
    join(dir, 'rules', 'house.cedar'),
    '@id("notes") @reason("Notes of ours stay here.") @redact("x_case") forbid (principal, action, resource);',
  )
  served = await serveWith(dir, port, [])
}, 120_000)
afterAll(async () => {
  await served.stop()
  await parties.close()
})

const ID = 'ipv4-addr--00000000-0000-4000-8000-000000000001'
const address = `{"type":"ipv4-addr","spec_version":"2.1","id":"${ID}","value":"192.0.2.1","x_case":"Alfa-17"}`
const at = () => ['--dir', dir]
const by = (name: string) => ['--officer', `${name}@alfa.example`, '--password-fd', '3']
const as = (args: string[]) => run(args, '', {}, [`${PASSWORD}\n`])

test('what waits outlives a killed process, is looked at, approved by two and refused by one, and leaves once', {
  timeout: 300_000,
}, async () => {
  const say = ['say', 'intel/share', ...at(), '--marking', 'TLP:AMBER', '-']
  const tried = await run(['gate', 'try', ...at(), '--marking', 'TLP:AMBER', '-'], address)
  expect(tried.code).toBe(1)
  expect(tried.out).toMatch(/the record +waits for approval +approval\.marking/)
  expect(tried.out).toContain('nothing would leave before a second person approves it')
  const said = await run(say, address)
  expect([said.code, said.out]).toEqual([0, ''])
  expect(said.err).toContain('nothing left yet, for it waits until a second person approves it:')
  const share = /countersign approve --dir \S+ (\S+)/.exec(said.err)?.[1] ?? ''

  process.kill(served.pid, 'SIGKILL')
  served = await serveWith(dir, port, [])
  expect((await run(['status', ...at()])).out).toContain('1 share waits for a second person: countersign approvals')
  const listed = await run(['approvals', ...at()])
  expect(listed.out).toContain(share)
  const leaving = join(dir, '..', 'leaving.json')
  const shown = await run(['approvals', share, ...at(), '--leaving', leaving])
  expect(shown.out).toMatch(/is redacted +notes +Notes of ours stay here\./)
  expect(shown.out).toContain('It needs 2 persons')
  expect(readFileSync(leaving, 'utf8')).toContain(ID)
  expect(readFileSync(leaving, 'utf8')).not.toContain('Alfa-17')
  expect((await run(['approvals', share, ...at(), '--leaving', leaving])).code).not.toBe(0)

  const first = await as(['approve', share, ...at(), ...by('author')])
  expect([first.code, first.out]).toEqual([0, expect.stringContaining('it needs one person more.')])
  const same = await as(['approve', share, ...at(), ...by('author')])
  expect([same.code, same.err]).toEqual([1, expect.stringContaining('another person approves it too')])
  const stale = await as(['approve', share, ...at(), ...by('second'), '--judgement', '0'.repeat(64)])
  expect([stale.code, stale.err]).toEqual([1, expect.stringContaining('The gate decides otherwise now')])
  const wrong = await run(['approve', share, ...at(), ...by('second')], '', {}, ['another password\n'])
  expect(wrong.code).toBe(1)
  const last = await as(['approve', share, ...at(), ...by('second')])
  expect([last.code, last.err, last.out.endsWith('It was approved, and left.\n')]).toEqual([0, last.err, true])
  const { bravo, pact } = parties
  await until('bravo to have it', async () => {
    const [text] = await bravo.node.views.textsShown(pact, 'inbox', [{ id: ID, version: null }])
    return text === address.replace(',"x_case":"Alfa-17"', '')
  })

  const other = await run(say, address.replace('0001"', '0002"'))
  const refused = /countersign approve --dir \S+ (\S+)/.exec(other.err)?.[1] ?? ''
  expect((await as(['approve', refused, ...at(), '--refuse', ...by('third')])).code).toBe(2)
  const no = await as(['approve', refused, ...at(), '--refuse', '--reason', 'Ask first', ...by('third')])
  expect([no.code, no.out]).toEqual([0, 'It was refused; nothing of it left.\n'])
  const third = /approve --dir \S+ (\S+)/.exec((await run(say, address.replace('0001"', '0003"'))).err)?.[1] ?? ''
  expect((await run(['approve', third, ...at(), '--withdraw'])).out).toBe('It was withdrawn; nothing of it left.\n')
  const ended = await run(['approvals', ...at(), '--json'])
  const { shares } = JSON.parse(ended.out) as { shares: { state: string; outcome: string }[] }
  expect(shares.map(({ state }) => state)).toEqual(['withdrawn', 'refused', 'done'])
  expect(shares[1]?.outcome).toBe('Ask first')
  expect((await run(['approvals', ...at()])).err).toContain('Nothing waits for a second person.')
})
