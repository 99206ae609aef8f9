import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  consistencyProof,
  decodeEntryBundle,
  encodeEntryBundle,
  entryBundlePath,
  foldTile,
  inclusionProof,
  leafHash,
  nodeHash,
  parseTilePath,
  type SubtreeId,
  TreeFrontier,
  tileOfSubtree,
  tilePath,
  tilesForSize,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.ts'

const leaves = (count: number) => Array.from({ length: count }, (_, i) => leafHash(utf8(`entry ${i}`)))

/** The plain recursive reading of RFC 6962 section 2.1, slow and easy to believe. */
function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes
  if (hashes.length === 1 && only !== undefined) return only
  let split = 1
  while (2 * split < hashes.length) split *= 2
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)))
}
const reader = (hashes: readonly Uint8Array[]) => (id: SubtreeId) =>
  rootOf(hashes.slice(id.index * 2 ** id.level, (id.index + 1) * 2 ** id.level))
const sizes = fc.integer({ min: 1, max: 300 })

test('the frontier’s root is the root of RFC 6962 for every size', () => {
  const hashes = leaves(130)
  const tree = new TreeFrontier()
  for (const [i, leaf] of hashes.entries()) {
    tree.append(leaf)
    expect(tree.root()).toEqual(rootOf(hashes.slice(0, i + 1)))
  }
})

test('every inclusion proof that is made verifies, and with one bit turned it does not', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, at, bit) => {
      const hashes = leaves(size)
      const index = at % size
      const proof = inclusionProof(index, size, reader(hashes))
      const leaf = hashes[index] ?? new Uint8Array()
      const root = rootOf(hashes)
      expect(verifyInclusion(index, size, leaf, proof, root).ok).toBe(true)
      expect(verifyInclusion(index, size, leaf, [...proof, root], root).ok).toBe(false)
      expect(verifyInclusion(index, size, flip(leaf, bit), proof, root).ok).toBe(false)
      if (proof.length > 0) {
        const which = bit % proof.length
        const turned = proof.map((hash, i) => (i === which ? flip(hash, bit) : hash))
        expect(verifyInclusion(index, size, leaf, turned, root).ok).toBe(false)
        expect(verifyInclusion(index, size, leaf, proof.slice(1), root).ok).toBe(false)
      }
    }),
    { numRuns: 60 },
  )
})

test('every consistency proof that is made verifies, and against another old root it does not', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, at, bit) => {
      const hashes = leaves(size)
      const old = (at % size) + 1
      const proof = consistencyProof(old, size, reader(hashes))
      const [before, root] = [rootOf(hashes.slice(0, old)), rootOf(hashes)]
      expect(verifyConsistency(old, size, proof, before, root).ok).toBe(true)
      expect(verifyConsistency(old, size, proof, flip(before, bit), root).ok).toBe(false)
      expect(verifyConsistency(old, size, proof, before, flip(root, bit)).ok).toBe(false)
      expect(verifyConsistency(old, size, [...proof, root], before, root).ok).toBe(false)
    }),
    { numRuns: 60 },
  )
})

test('the hash of a complete subtree is folded out of the tile that holds it', () => {
  const hashes = leaves(256)
  const tile = new Uint8Array(Buffer.concat(hashes))
  for (const id of [
    { level: 0, index: 200 },
    { level: 3, index: 5 },
    { level: 7, index: 1 },
  ]) {
    const { from, count } = tileOfSubtree(id)
    expect(foldTile(tile, from, count)).toEqual(reader(hashes)(id))
  }
  expect(tileOfSubtree({ level: 8, index: 3 })).toEqual({ level: 1, index: 0, from: 3, count: 1 })
})

test('tiles and bundles stand at the paths of C2SP tlog-tiles', () => {
  expect(tilePath(0, 1_234_067)).toBe('tile/0/x001/x234/067')
  expect(tilePath(3, 5, 12)).toBe('tile/3/005.p/12')
  expect(entryBundlePath(0, 1)).toBe('tile/entries/000.p/1')
  expect(tilesForSize(70_000).length).toBe(Math.ceil(70_000 / 256) + 2 + 1)
  for (const path of ['tile/0/x001/x234/067', 'tile/entries/000.p/255', 'tile/63/000']) {
    expect(parseTilePath(path)).toBeDefined()
  }
})

test.each([
  'tile/0/1',
  'tile/00/001',
  'tile/64/000',
  'tile/0/001.p/256',
  'tile/0/001.p/0',
  'tile/0/001.p/01',
  'tile/0/x000/001',
  '../tile/0/000',
])('the path %s is none', (path) => {
  expect(parseTilePath(path)).toBeUndefined()
})

test('a bundle gives back its entries, and refuses to be shorter or longer than they are', () => {
  const entries = [utf8(''), utf8('a'), new Uint8Array(65_535)]
  const bundle = encodeEntryBundle(entries)
  const decoded = decodeEntryBundle(bundle, 3)
  expect(decoded.ok && decoded.value.map((entry) => entry.length)).toEqual([0, 1, 65_535])
  expect(decodeEntryBundle(bundle.subarray(0, bundle.length - 1), 3)).toMatchObject({ code: 'bundle/truncated' })
  expect(decodeEntryBundle(bundle, 2)).toMatchObject({ code: 'bundle/trailing' })
  expect(decodeEntryBundle(bundle, 4)).toMatchObject({ code: 'bundle/truncated' })
})

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const turned = Uint8Array.from(bytes)
  const at = Math.floor(bit / 8) % turned.length
  turned[at] = (turned[at] ?? 0) ^ (1 << (bit % 8))
  return turned
}
