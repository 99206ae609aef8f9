import { expect, onTestFinished, test } from 'vitest'
import { initNode } from '../src/index.ts'
import { SecondHost } from '../src/own-logs/second-host.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { folder, value } from './served-files.ts'

test('a copy that asks no more is told of for ten minutes, counted from when it last asked', async () => {
  const endpoint = 'http://127.0.0.1:1/'
  const identity = value(await initNode({ dir: folder(), party: 'alfa.example', endpoint }, realSurroundings()))
  const timers = new Map<() => void, number>()
  let now = 0
  const told: string[] = []
  const after = (ms: number, work: () => void) => {
    timers.set(work, now + ms)
    return () => void timers.delete(work)
  }
  const pass = (ms: number) => {
    now += ms
    for (const [work, at] of timers) if (at <= now && timers.delete(work)) work()
  }
  const host = new SecondHost({
    ...{ identity, around: { ...realSurroundings(), after }, stopped: () => false },
    onAlarm: (code) => told.push(code),
    onAlarmOver: (code) => told.push(`${code} over`),
  })
  onTestFinished(() => host.close())
  const asks = () => host.asked(`cards/${'a'.repeat(64)}`)
  asks()
  pass(599_000)
  asks()
  pass(599_000)
  expect(told).toEqual(['node/second-host', 'node/second-host'])
  pass(2_000)
  expect(told.at(-1)).toBe('node/second-host over')
  expect(timers.size).toBe(0)
})
