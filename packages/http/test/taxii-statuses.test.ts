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

test('counts add up and lists are whole, whatever became of the request', () => {
  const begun = pendingStatus('one', 1_790_000_000_000)
  const refusal = { ok: false as const, code: 'release/marking', message: 'It may not leave.' }
  const all = [
    begun,
    shared(begun, adding),
    waiting(begun, adding, 'It waits.'),
    refused(begun, adding, refusal),
    refused(begun, new Adding(), refusal),
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
    ...['complete', 'complete', 'complete', 'complete'],
  ])
})
