// Statuses of what tools added, as they are kept (OASIS TAXII 2.1 section 4.3).

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LIMITS } from '../src/limits.ts'
import { Adding, concluded, pendingStatus, refused, shared, waiting } from '../src/taxii/status.ts'
import { Statuses } from '../src/taxii/statuses.ts'

const [PACT, TOOL] = ['0'.repeat(32), 'siem']
const adding = new Adding()
adding.met({ id: 'tool--00000000-0000-4000-8000-000000000001', version: '2026-02-01T00:00:00.000Z' })
adding.met(undefined)

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-statuses-'))
  mkdirSync(join(dir, 'private'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

test('is kept for a day after its end, one under way without end', () => {
  let now = 1_790_000_000_000
  const statuses = new Statuses(folder(), () => now)
  onTestFinished(() => statuses.close())
  const [over, open] = ['over', 'open'].map((id) => pendingStatus(id, now))
  if (over === undefined || open === undefined) throw new Error('There are two.')
  for (const one of [over, open]) expect(statuses.begin(one, PACT, TOOL)).toBe(true)
  now += LIMITS.statusKeptMs
  statuses.update(shared(over, adding))
  const has = () => ['over', 'open'].map((id) => statuses.get(id, PACT, TOOL) !== undefined)
  now += LIMITS.statusKeptMs
  statuses.begin(pendingStatus('third', now), PACT, TOOL)
  expect(has()).toEqual([true, true])
  now += 1
  statuses.begin(pendingStatus('fourth', now), PACT, TOOL)
  expect(has()).toEqual([false, true])
})

test('of an earlier run is told from one of this; of another tool or agreement there is none', () => {
  const dir = folder()
  const status = pendingStatus('one', 1_790_000_000_000)
  const first = new Statuses(dir, () => 0)
  first.begin(status, PACT, TOOL)
  expect(first.get('one', PACT, TOOL)).toEqual({ status, underWay: true })
  expect(first.get('one', PACT, 'other')).toBeUndefined()
  expect(first.get('one', '1'.repeat(32), TOOL)).toBeUndefined()
  first.close()
  const second = new Statuses(dir, () => 0)
  onTestFinished(() => second.close())
  expect(second.get('one', PACT, TOOL)).toEqual({ status, underWay: false })
})

const OUT = { code: 'release/redacted' as const, message: 'It is ours.' }
const told = (index: number, leftOut: boolean) => ({
  ...{ index, id: null, verdict: 'redacted' as const, reasons: [OUT], leftOut },
  cut: leftOut ? [] : [{ selector: 'name', because: 'rule' as const, by: null, message: 'It is cut.' }],
})
/** Of three objects the first is cut and the last left out. */
function partly(): Adding {
  const of = new Adding()
  for (const n of [1, 2, 3]) of.met({ id: `tool--00000000-0000-4000-8000-00000000000${n}`, version: null })
  of.decided({ objects: 2, redacted: [told(0, false), told(2, true)] })
  return of
}

test('what a rule of the house left out was not added, with its reason; what it cut was, and says so', () => {
  const begun = pendingStatus('one', 0)
  const of = partly()
  const [cut, whole, out] = of.details() ?? []
  const message = 'It is ours. (release/redacted)'
  const counts = { total_count: 3, failure_count: 1, failures: [{ ...out, message }] }
  const lists = [{ ...cut, message }, whole]
  expect(shared(begun, of)).toMatchObject({ ...counts, status: 'complete', success_count: 2, successes: lists })
  const waits = waiting(begun, of, 'It waits.')
  expect(waits).toMatchObject({ ...counts, status: 'pending', pending_count: 2, pendings: lists })
  // An earlier run took it in; it is said, and the records hold as many as were let go, or fewer.
  expect(concluded(waits, 'said')).toMatchObject({ ...counts, success_count: 2, successes: lists })
  expect(concluded(waits, 'said', { left: 2 })).toMatchObject({ ...counts, success_count: 2 })
  expect(concluded(waits, 'said', { left: 1 })).toMatchObject({ success_count: 1, failure_count: 2 })
  // What is shared can be waited for; what is left out, never.
  expect(of.last?.id).toBe(whole?.id)
  const many = new Adding()
  for (let n = 0; n < 3; n++) many.met({ id: 'x', version: null })
  many.decided({ objects: 1, redacted: [told(2, true)] })
  const some = shared(begun, many)
  expect(some).toMatchObject({ success_count: 1, failure_count: 2, x_countersign_failures: [{ id: 'x' }] })
  expect([some.successes, some.failures]).toEqual([undefined, undefined])
})

test('does not tell a tool from whom, and under which agreement, something else came', () => {
  const other = 'It came from carol.example under the agreement abab, and goes on to others only with its consent.'
  const code = 'release/originator' as const
  const refusals = [{ code, message: other, object: { index: 0, id: null } }]
  const refusal = { ok: false as const, code, message: `${other} (object 0) Nothing left.`, refusals }
  for (const of of [adding, new Adding()]) {
    const told = JSON.stringify(refused(pendingStatus('one', 0), of, refusal))
    expect(told).not.toMatch(/carol|abab/)
    expect(told).toContain('another party’s to pass on')
  }
})

test('counts add up and lists are whole, whatever became of the request', () => {
  const begun = pendingStatus('one', 1_790_000_000_000)
  const refusal = { ok: false as const, code: 'release/marking', message: 'It may not leave.' }
  const all = [
    begun,
    shared(begun, adding),
    waiting(begun, adding, 'It waits.'),
    refused(begun, adding, refusal),
    refused(begun, new Adding(), refusal),
    shared(begun, partly()),
    waiting(begun, partly(), 'It waits.'),
    concluded(waiting(begun, partly(), 'It waits.'), 'said', { left: 1 }),
    concluded(waiting(begun, partly(), 'It waits.'), 'said', { left: 9 }),
    concluded(waiting(begun, partly(), 'It waits.'), 'unknown'),
    concluded(begun, 'said'),
    concluded(begun, 'unknown'),
    concluded(waiting(begun, adding, 'It waits.'), 'said'),
    concluded(waiting(begun, adding, 'It waits.'), 'unknown'),
  ]
  for (const status of all) {
    const { total_count, success_count, failure_count, pending_count } = status
    expect(success_count + failure_count + pending_count).toBe(total_count)
    expect(status.successes?.length ?? success_count).toBe(success_count)
    expect(status.failures?.length ?? failure_count).toBe(failure_count)
    expect(status.pendings?.length ?? pending_count).toBe(pending_count)
    expect(status.request_timestamp).toBe('2026-09-21T14:13:20.000000Z')
  }
  expect(all.map(({ status }) => status)).toEqual([
    ...['pending', 'complete', 'pending', 'complete', 'complete'],
    ...['complete', 'pending', 'complete', 'complete', 'complete'],
    ...['complete', 'complete', 'complete', 'complete'],
  ])
})
