// The kinds of hash are different types to the compiler. The claims are checked by the type check: where one of these
// lines compiled, its @ts-expect-error would be an error.

import { expect, test } from 'vitest'
import { asRoot, emptyRoot, type LeafHash, leafHash, type NodeHash, nodeHash, type Root } from '../src/index.ts'

const leaf: LeafHash = leafHash(new Uint8Array())
const node: NodeHash = nodeHash(leaf, leaf)
const takesRoot = (root: Root): number => root.length
const takesLeaf = (hash: LeafHash): number => hash.length

test('a leaf hash, a node hash and a root cannot be taken for one another', () => {
  // @ts-expect-error: a leaf is no root.
  expect(takesRoot(leaf)).toBe(32)
  // @ts-expect-error: a node is no root.
  expect(takesRoot(node)).toBe(32)
  // @ts-expect-error: a root is no leaf.
  expect(takesLeaf(emptyRoot)).toBe(32)
  // @ts-expect-error: a node is no leaf.
  expect(takesLeaf(node)).toBe(32)
  // @ts-expect-error: bytes from elsewhere are no root before `asRoot` has looked at them.
  expect(takesRoot(new Uint8Array(31))).toBe(31)
  expect(asRoot(new Uint8Array(31))).toBeUndefined()
})
