// A fork that is known by its file alone, which a peer showed: closed over a restart, with as much of where it split as
// the file proves.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { parseCard, verifyForkEvidence } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import { Forks } from '../src/hearing/forks.ts'

interface Case {
  name: string
  fork: string
  fails: string | null
  sizes: [number, number]
}
const vectors: { trusted: string; pieces: string[]; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../../spec/vectors/fork.json', import.meta.url), 'utf8'),
)
const whole = ({ fork }: Case) => utf8(fork.replaceAll(/«([0-9]+)»/g, (_, n) => vectors.pieces[Number(n)] ?? ''))
const card = parseCard(utf8([vectors.trusted].flat()[0] ?? ''))
if (!card.ok) throw new Error(card.message)
const proving = vectors.cases.filter(({ fails }) => fails === null)

test.each(proving.map((one) => [one.name, one] as const))(
  '%s: what stands from the smaller head on is after the split',
  async (_name, one) => {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-forks-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    const at = { disk: nodeDisk(), dir }
    const file = whole(one)
    const fork = verifyForkEvidence(file)
    if (!fork.ok) throw new Error(fork.message)
    const { origin } = fork.value
    expect(await new Forks(at).recall(origin)).toBeUndefined()
    expect(await new Forks(at).adopt(origin, [card.value], [], file)).toContain('The author signed two different logs')
    const after = new Forks(at)
    expect(await after.recall(origin)).toBe(one.sizes[0] - 1)
    expect(after.isClosed(origin)).toBe(true)
  },
)
