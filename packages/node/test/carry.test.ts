import { expect, test } from 'vitest'
import { call, type Island, inForceByStick, islands, stateOf, stick, visit } from './islands.ts'

test('two nodes that never share a network come to an agreement and deliver to each other by a stick alone', async () => {
  const { all, yaml } = await islands(2)
  const [alfa, bravo] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  const there = await call(alfa, pact, 'From alfa.')
  const back = await call(bravo, pact, 'From bravo.')
  await alfa.out(at)
  await visit(bravo, at)
  await visit(alfa, at)
  expect(await stateOf(alfa, there)).toBe('delivered')
  await visit(bravo, at)
  expect(await stateOf(bravo, back)).toBe('delivered')
  expect(await stateOf(bravo, there)).toBe('delivered')
})
