import { expect, onTestFinished, test } from 'vitest'
import { Rounds } from '../src/backoff.ts'
import { realSurroundings } from '../src/surroundings.ts'

test('a hint ends the back-off, however often the round has failed', async () => {
  const delays: number[] = []
  const around = {
    ...realSurroundings(),
    after(ms: number) {
      delays.push(ms)
      return () => {}
    },
  }
  const rounds = new Rounds(() => Promise.reject(new Error('down')), { intervalMs: () => 5, around, failed: () => {} })
  onTestFinished(() => rounds.stop())
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
  for (let i = 0; i < 12; i++) {
    rounds.wake()
    await turn()
  }
  expect(new Set(delays)).toEqual(new Set([500]))
  expect(rounds.failing).toBe(true)
})
