import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generationsFile, nodeDisk, recordGeneration } from '../src/index.ts'

test('logs that are named at once all stand in the index', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-generations-'))
  const at = { disk: nodeDisk(), dir }
  const pact = '7f'.repeat(16)
  const generations = Array.from({ length: 8 }, (_, i) => String(i).repeat(16))
  await Promise.all(generations.map((generation) => recordGeneration(at, pact, 'line', generation)))
  const lines = readFileSync(generationsFile(dir, pact), 'utf8')
  expect(lines).toBe(generations.map((generation) => `line/${generation}\n`).join(''))
  rmSync(dir, { recursive: true })
})
