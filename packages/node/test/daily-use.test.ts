// What room the limits of a day leave (spec/agreement.md): by the days that neutrals give entries, by the times of our own
// or where there is no neutral, and a day's worth of our clock of what is over them.

import type { Agreement } from '@countersign/pact'
import { expect, test } from 'vitest'
import { agreement, entry, ORIGIN } from '../../../spec/vectors/samples.ts'
import { DailyUse } from '../src/daily-use.ts'

const DAY = 86_400
const FIRST = 20_500
const on = (party: string, channel: string) => ORIGIN.replace('alfa.example', party).replace('/main/', `/${channel}/`)
const MAIN = on('alfa.example', 'main')
const limits = { entriesPerDay: 10, bytesPerDay: 10_000_000, partBytes: 1_024, parts: 2, openProposals: 8 }

/** Logs of alfa as they grow; `clock` in days, cosignatures by watch. */
function world(options: { us?: string; change?: Partial<Agreement> } = {}) {
  const logs = new Map<string, Uint8Array[]>()
  const cosignatures = new Map<string, { by: string; size: number; time: number }[]>()
  const clock = { day: 0 }
  const reads = { entries: 0 }
  const log = (origin: string) => ({
    origin,
    get size() {
      return logs.get(origin)?.length ?? 0
    },
    async *entries(from: number, to: number) {
      for (const one of logs.get(origin)?.slice(from, to) ?? []) {
        reads.entries++
        yield one
      }
    },
  })
  const use = new DailyUse({
    agreement: { ...agreement, limits, ...options.change },
    us: options.us ?? 'bravo.example',
    logsOf: (party) => [...logs.keys()].filter((origin) => origin.startsWith(`${party}/`)).map(log),
    cosignatures: (origin) => cosignatures.get(origin) ?? [],
    now: () => (FIRST + clock.day) * DAY * 1000 + 1_000,
  })
  return {
    ...{ clock, reads },
    says(origin: string, count: number, day = clock.day, of: (time: string) => Uint8Array = (time) => entry({ time })) {
      const time = new Date((FIRST + day) * DAY * 1000 + 500).toISOString()
      const one = of(time)
      logs.set(origin, [...(logs.get(origin) ?? []), ...Array.from({ length: count }, () => one)])
    },
    cosigned(origin: string, day = clock.day, size = logs.get(origin)?.length ?? 0) {
      cosignatures.set(origin, [
        ...(cosignatures.get(origin) ?? []),
        { by: 'watch.example', size, time: (FIRST + day) * DAY + 600 },
      ])
    },
    room: (origin: string) => use.room(log(origin)),
    inTurn: (origin: string, work: () => Promise<void>) => use.inTurn(origin, work),
    mayFollow: (origin: string, entries: number, bytes = 1) => use.mayFollow(log(origin), { entries, bytes }),
  }
}

test('what one day takes of a party is one number over all its logs, and on the line only what is on the line', async () => {
  const { says, room } = world()
  const [line, pair] = [on('alfa.example', 'line'), on('alfa.example', 'pair')]
  for (const [origin, count] of [
    [MAIN, 4],
    [line, 2],
    [pair, 1],
    [on('bravo.example', 'main'), 3],
  ] as const)
    says(origin, count)
  expect((await room(MAIN)).entries).toBe(10)
  // What came before we looked is of the undated, and not of our day: there the day of our clock has more room.
  says(MAIN, 2)
  says(line, 2)
  expect((await room(MAIN)).entries).toBe(6)
  expect((await room(line)).entries).toBe(8)
})

test('days that were missed are taken one after the other, though all of them come on one day of our clock', async () => {
  const { says, cosigned, clock, room } = world()
  says(MAIN, 1, 0)
  cosigned(MAIN, 0)
  clock.day = 5
  await room(MAIN)
  for (const day of [1, 2, 3]) {
    says(MAIN, 10, day)
    cosigned(MAIN, day)
    // The ten of that day fill it, and the next day has begun with its cosignature.
    expect((await room(MAIN)).entries).toBe(10)
  }
  says(MAIN, 4, 3)
  expect((await room(MAIN)).entries).toBe(6)
})

test('a log over its limits is taken a day’s worth at a time', async () => {
  const { says, cosigned, clock, room } = world()
  says(MAIN, 1)
  cosigned(MAIN)
  await room(MAIN)
  says(MAIN, 10)
  expect((await room(MAIN)).entries).toBeLessThanOrEqual(0)
  // No neutral dates it anew: it stays of the first day.
  clock.day = 1
  expect((await room(MAIN)).entries).toBe(10)
  says(MAIN, 10)
  expect((await room(MAIN)).entries).toBeLessThanOrEqual(0)
  clock.day = 2
  expect((await room(MAIN)).entries).toBe(10)
})

test('parts weigh what they are named to be, but for those that nobody must hold', async () => {
  const { says, room } = world({ change: { limits: { ...limits, bytesPerDay: 100_000 } } })
  const part = (size: number) => ({
    ...{ role: 'text', mediaType: 'text/plain', size },
    ...{ sealed: '0'.repeat(64), commitment: '0'.repeat(64) },
  })
  const bytes = (await room(MAIN)).bytes
  let length = 0
  says(MAIN, 1, 0, (time) => {
    const one = entry({ time, content: [part(512), part(1_048_576), part(512)] })
    length = one.length
    return one
  })
  expect(bytes - (await room(MAIN)).bytes).toBe(length + 512)
})

test('without a neutral the times of entries are their days, and none falls back', async () => {
  const { says, clock, room } = world({ change: { neutrals: [], quorum: 0 } })
  clock.day = 9
  says(MAIN, 8, 2)
  await room(MAIN)
  says(MAIN, 1, 1)
  expect((await room(MAIN)).entries).toBe(9)
  says(MAIN, 6, 3)
  // Six of day 3 on day 2’s nine: by the day there are four left, by our clock three.
  expect((await room(MAIN)).entries).toBe(4)
})

test('we say nothing over the limits, and keep a little back for what must be said', async () => {
  const day = { entriesPerDay: 200, bytesPerDay: 1_000_000 }
  const { says, cosigned, clock, mayFollow } = world({ us: 'alfa.example', change: { limits: { ...limits, ...day } } })
  says(MAIN, 1)
  cosigned(MAIN)
  says(MAIN, 150)
  expect(await mayFollow(MAIN, 40)).toMatchObject({ ok: true })
  expect(await mayFollow(MAIN, 1, 900_000)).toMatchObject({ ok: false, code: 'say/daily-limit' })
  expect(await mayFollow(MAIN, 49)).toMatchObject({ ok: false, code: 'say/daily-limit' })
  // After midnight, though no neutral has answered since.
  clock.day = 1
  expect(await mayFollow(MAIN, 190)).toMatchObject({ ok: true })
  says(MAIN, 190)
  expect(await mayFollow(MAIN, 10)).toMatchObject({ ok: false })
  // And once one has.
  cosigned(MAIN, 2)
  expect(await mayFollow(MAIN, 190)).toMatchObject({ ok: true })
})

test('the logs of one party are taken from in turn, and its line waits for its line alone', async () => {
  const { inTurn } = world()
  const happened: string[] = []
  const gate = Promise.withResolvers<void>()
  const take = (party: string, channel: string, until: Promise<void> = Promise.resolve()) =>
    inTurn(on(party, channel), async () => {
      happened.push(`${channel} of ${party} begins`)
      await until
      happened.push(`${channel} of ${party} ends`)
      if (channel === 'pair') throw new Error('The disk is full.')
    })
  const first = take('alfa.example', 'main', gate.promise)
  const second = take('alfa.example', 'pair').catch(() => {})
  const third = take('alfa.example', 'main')
  await take('alfa.example', 'line')
  await take('bravo.example', 'main')
  expect(happened.splice(0)).toEqual([
    'main of alfa.example begins',
    ...['line of alfa.example begins', 'line of alfa.example ends'],
    ...['main of bravo.example begins', 'main of bravo.example ends'],
  ])
  gate.resolve()
  await Promise.all([first, second, third])
  expect(happened).toEqual([
    'main of alfa.example ends',
    ...['pair of alfa.example begins', 'pair of alfa.example ends'],
    ...['main of alfa.example begins', 'main of alfa.example ends'],
  ])
})

test('no more than a day’s entries are read for it, and each once', async () => {
  const { says, cosigned, room, reads } = world()
  says(MAIN, 5_000)
  cosigned(MAIN)
  await room(MAIN)
  expect(reads.entries).toBe(0)
  says(MAIN, 8)
  await room(MAIN)
  const after = reads.entries
  expect(after).toBeLessThanOrEqual(16)
  await room(MAIN)
  expect(reads.entries).toBe(after)
})
