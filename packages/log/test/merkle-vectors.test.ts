import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyConsistency, verifyInclusion } from '../src/index.ts'

const DATA = process.env.COUNTERSIGN_TEST_DATA

interface Inclusion {
  leafIdx: number
  treeSize: number
  root: string
  leafHash: string
  proof: string[] | null
  wantErr: boolean
}
interface Consistency {
  size1: number
  size2: number
  root1: string
  root2: string
  proof: string[] | null
  wantErr: boolean
}

function vectors<T>(name: string): [string, T][] {
  return Object.entries(JSON.parse(readFileSync(join(DATA ?? '', 'vectors', name), 'utf8')))
}
// Malformed base64 decodes to what it decodes to: the verifier must refuse it by its length.
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

describe.skipIf(DATA === undefined)('public Merkle vectors (COUNTERSIGN_TEST_DATA is not set: skipped)', () => {
  test('there are 98 of each', () => {
    expect([vectors('merkle-inclusion.json').length, vectors('merkle-consistency.json').length]).toEqual([98, 98])
  })

  test.each(DATA === undefined ? [] : vectors<Inclusion>('merkle-inclusion.json'))('inclusion: %s', (_name, vector) => {
    const { leafIdx, treeSize, leafHash, proof, root, wantErr } = vector
    const verified = verifyInclusion(leafIdx, treeSize, bytes(leafHash), (proof ?? []).map(bytes), bytes(root))
    expect(verified.ok).toBe(!wantErr)
  })

  test.each(DATA === undefined ? [] : vectors<Consistency>('merkle-consistency.json'))(
    'consistency: %s',
    (_name, vector) => {
      const { size1, size2, root1, root2, proof, wantErr } = vector
      const verified = verifyConsistency(size1, size2, (proof ?? []).map(bytes), bytes(root1), bytes(root2))
      expect(verified.ok).toBe(!wantErr)
    },
  )
})
