// Tiles and entry bundles (C2SP tlog-tiles), proofs (merkle-tree, RFC 6962) and proof files (tlog-proof).

import {
  consistencyProof,
  encodeEntryBundle,
  formatProofFile,
  fromUtf8,
  inclusionProof,
  leafHash,
  nodeHash,
  type SubtreeId,
  toBase64,
  utf8,
} from '@countersign/log'
import {
  body,
  type Expected,
  entryOf,
  log,
  logKey,
  logLine,
  note,
  ORIGIN,
  vkey,
  witnessKey,
  witnessLatticeKey,
  witnessLines,
} from './log-making.ts'

const paths: [string, string, string, (string | number)[]?][] = [
  ['tile/0/000', 'The first tile, full.', 'valid', [0, 0, 256]],
  ['tile/0/x001/x234/067', 'Tile 1,234,067.', 'valid', [0, 1_234_067, 256]],
  ['tile/63/000.p/255', 'The highest level, the widest partial tile.', 'valid', [63, 0, 255]],
  ['tile/2/x001/000.p/1', 'Tile 1,000, one hash wide.', 'valid', [2, 1_000, 1]],
  ['tile/entries/273.p/112', 'A partial bundle.', 'valid', ['entries', 273, 112]],
  ['tile/entries/x273/000', 'A full bundle.', 'valid', ['entries', 273_000, 256]],
  ['tile/64/000', 'There are 64 levels, from 0.', 'invalid'],
  ['tile/00/000', 'A level has no leading zero.', 'invalid'],
  ['tile/-1/000', 'A level is not negative.', 'invalid'],
  ['tile/0/0', 'Three digits each.', 'invalid'],
  ['tile/0/0000', 'Three digits each.', 'invalid'],
  ['tile/0/001/234', 'All but the last begin with x.', 'invalid'],
  ['tile/0/x001', 'The last begins with no x.', 'invalid'],
  ['tile/0/x000/001', 'One tile has one path.', 'invalid'],
  ['tile/0/X001/000', 'The x is a small one.', 'invalid'],
  ['tile/0/000.p/0', 'There are no empty tiles.', 'invalid'],
  ['tile/0/000.p/256', 'A full tile is not partial.', 'invalid'],
  ['tile/0/000.p/01', 'A width has no leading zero.', 'invalid'],
  ['tile/0/000.p', 'A partial tile has a width.', 'invalid'],
  ['tile/0/000/', 'Nothing follows.', 'invalid'],
  ['/tile/0/000', 'Nothing stands before.', 'invalid'],
  ['tile/0/../0/000', 'A path goes nowhere else.', 'invalid'],
  ['tile/0/٠٠٠', 'Digits are ASCII.', 'invalid'],
]
export const pathCases = paths.map(([path, description, expect, of]) => ({
  ...{ name: path, description, expect, path },
  ...(of === undefined ? {} : { level: of[0], index: of[1], width: of[2] }),
}))

/** For each size every tile that is wider or narrower than full, and how many full ones each level has. */
export const sizeCases = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000, 16_777_216].map((size) => {
  const levels: { full: number; partial: number }[] = []
  for (let count = size; count > 0; count = Math.floor(count / 256))
    levels.push({ full: Math.floor(count / 256), partial: count % 256 })
  return { size, levels }
})

const bundle = encodeEntryBundle([utf8('a'), new Uint8Array(), utf8('ccc')])
export const bundleCases: (Expected & { bundle: string; width: number; entries?: string[] })[] = [
  ['three entries', 'One of them empty.', bundle, 3, 'valid', [utf8('a'), new Uint8Array(), utf8('ccc')]],
  ['one entry of no bytes', 'A length of 0.', Uint8Array.of(0, 0), 1, 'valid', [new Uint8Array()]],
  ['fewer entries than its width', 'The bundle ends before the last.', bundle, 4, 'bundle/truncated'],
  ['more entries than its width', 'Bytes follow the last.', bundle, 2, 'bundle/trailing'],
  ['half a length', 'One byte is no length.', bundle.subarray(0, 4), 3, 'bundle/truncated'],
  ['half an entry', 'The bundle ends within an entry.', bundle.subarray(0, bundle.length - 1), 3, 'bundle/truncated'],
  ['nothing', 'The bundle ends before its first entry.', new Uint8Array(), 1, 'bundle/truncated'],
].map((of) => {
  const [name, description, bytes, width, expect, entries] = of as [
    string,
    string,
    Uint8Array,
    number,
    string,
    Uint8Array[]?,
  ]
  return {
    name,
    description,
    expect,
    bundle: toBase64(bytes),
    width,
    ...(entries === undefined ? {} : { entries: entries.map(toBase64) }),
  }
})

const leaf = (index: number) => leafHash(entryOf(index))
const read = ({ level, index }: SubtreeId): Uint8Array =>
  level === 0
    ? leaf(index)
    : nodeHash(read({ level: level - 1, index: 2 * index }), read({ level: level - 1, index: 2 * index + 1 }))
const root = (size: number) => log.at(size).root
const flip = (hash: Uint8Array | undefined) => Uint8Array.from(hash ?? [], (byte, i) => (i === 31 ? byte ^ 1 : byte))
const inclusion = (
  name: string,
  index: number,
  size: number,
  expect = 'valid',
  change: { proof?: Uint8Array[]; leaf?: Uint8Array; root?: Uint8Array } = {},
) => {
  const { proof = index < size ? inclusionProof(index, size, read) : [] } = change
  return {
    ...{ name, description: `Entry ${index} in a tree of ${size}.`, expect, index, size },
    leaf: toBase64(change.leaf ?? leaf(index)),
    root: toBase64(change.root ?? root(size)),
    proof: proof.map(toBase64),
  }
}
const path = (index: number, size: number) => inclusionProof(index, size, read)
export const inclusionCases = [
  ...[
    [0, 1],
    [0, 7],
    [3, 7],
    [4, 7],
    [6, 7],
    [7, 8],
    [255, 256],
    [256, 257],
    [299, 300],
    [127, 300],
  ].map(([index = 0, size = 1]) => inclusion(`entry ${index} of ${size}`, index, size)),
  inclusion('the index after the last', 7, 7, 'proof/index-out-of-range'),
  inclusion('in a tree of nothing', 0, 0, 'proof/index-out-of-range'),
  inclusion('another entry', 3, 7, 'proof/root', { leaf: leaf(4) }),
  inclusion('another root', 3, 7, 'proof/root', { root: root(6) }),
  inclusion('another index', 2, 7, 'proof/root', { leaf: leaf(3), proof: path(3, 7) }),
  inclusion('another size', 6, 8, 'proof/too-short', { root: root(7), proof: path(6, 7) }),
  inclusion('one bit of a hash turned', 3, 7, 'proof/root', {
    proof: path(3, 7).map((hash, i) => (i === 1 ? flip(hash) : hash)),
  }),
  inclusion('two hashes exchanged', 3, 7, 'proof/root', {
    proof: [path(3, 7)[1] ?? leaf(0), path(3, 7)[0] ?? leaf(0), path(3, 7)[2] ?? leaf(0)],
  }),
  inclusion('one hash too few', 3, 7, 'proof/too-short', { proof: path(3, 7).slice(0, -1) }),
  inclusion('one hash too many', 3, 7, 'proof/too-long', { proof: [...path(3, 7), root(1)] }),
  inclusion('a hash of 31 bytes', 3, 7, 'proof/hash-length', {
    proof: path(3, 7).map((hash, i) => (i === 0 ? hash.subarray(1) : hash)),
  }),
  inclusion('a node for the leaf', 0, 4, 'proof/too-short', {
    leaf: nodeHash(leaf(0), leaf(1)),
    proof: [nodeHash(leaf(2), leaf(3))],
  }),
]

const consistency = (
  name: string,
  old: number,
  size: number,
  expect = 'valid',
  change: { proof?: Uint8Array[]; oldRoot?: Uint8Array; root?: Uint8Array } = {},
) => ({
  ...{ name, description: `A tree of ${size} that began as one of ${old}.`, expect, oldSize: old, size },
  oldRoot: toBase64(change.oldRoot ?? root(old)),
  root: toBase64(change.root ?? root(size)),
  proof: (change.proof ?? (old > 0 && old <= size ? consistencyProof(old, size, read) : [])).map(toBase64),
})
const growth = (old: number, size: number) => consistencyProof(old, size, read)
export const consistencyCases = [
  ...[
    [1, 1],
    [1, 2],
    [3, 7],
    [4, 7],
    [6, 7],
    [7, 8],
    [8, 300],
    [255, 256],
    [256, 300],
    [299, 300],
  ].map(([old = 1, size = 1]) => consistency(`from ${old} to ${size}`, old, size)),
  consistency('from 0', 0, 7, 'proof/size-out-of-range'),
  consistency('to a smaller size', 7, 3, 'proof/size-out-of-range'),
  consistency('another old root', 3, 7, 'proof/old-root', { oldRoot: root(2) }),
  consistency('another root', 3, 7, 'proof/root', { root: root(6) }),
  consistency('another old size', 2, 7, 'proof/too-long', { oldRoot: root(3), proof: growth(3, 7) }),
  consistency('one bit of the first hash turned', 3, 7, 'proof/old-root', {
    proof: growth(3, 7).map((hash, i) => (i === 0 ? flip(hash) : hash)),
  }),
  consistency('one bit of the second hash turned', 3, 7, 'proof/root', {
    proof: growth(3, 7).map((hash, i) => (i === 1 ? flip(hash) : hash)),
  }),
  consistency('one hash too few', 3, 7, 'proof/too-short', { proof: growth(3, 7).slice(0, -1) }),
  consistency('one hash too many', 3, 7, 'proof/too-long', { proof: [...growth(3, 7), root(1)] }),
  consistency('no proof', 3, 7, 'proof/too-short', { proof: [] }),
  consistency('a proof between equal sizes', 7, 7, 'proof/too-long', { proof: [root(1)] }),
  consistency('two roots of one size', 7, 7, 'proof/root', { oldRoot: root(6) }),
  consistency('a hash of 33 bytes', 3, 7, 'proof/hash-length', {
    proof: growth(3, 7).map((hash, i) => (i === 0 ? Uint8Array.from([...hash, 0]) : hash)),
  }),
]

const size = 300
const index = 41
const text = body(size)
const checkpoint = utf8(note(text, logLine(text), ...witnessLines(text)))
const proof = inclusionProof(index, size, read)
const file = (of: Partial<Parameters<typeof formatProofFile>[0]> = {}) =>
  fromUtf8(formatProofFile({ index, proof, checkpoint, ...of })) ?? ''
const plain = file()
const [, , hash = ''] = plain.split('\n')
export const proofPolicy = `log ${vkey(logKey)}\nwitness a ${vkey(witnessKey)}\nwitness b ${vkey(witnessLatticeKey)}\ngroup w all a b\nquorum w\n`
const proofFiles: [string, string, string, string, string?][] = [
  ['one entry', 'A proof with the cosignatures that the policy asks for.', plain, 'valid'],
  ['with extra data', 'It is opaque, and nobody signed it.', file({ extra: utf8('anything') }), 'valid'],
  [
    'the only entry',
    'A tree of one needs no hash.',
    file({ index: 0, proof: [], checkpoint: utf8(note(body(1), logLine(body(1)), ...witnessLines(body(1)))) }),
    'valid',
    toBase64(entryOf(0)),
  ],
  ['another entry', 'The proof leads to another root.', plain, 'proof/root', toBase64(entryOf(40))],
  ['another index', 'The proof leads to another root.', file({ index: 40 }), 'proof/root'],
  ['an index after the last', 'There is no such entry.', file({ index: 300 }), 'proof/index-out-of-range'],
  ['one hash too few', 'The proof ends before the root.', file({ proof: proof.slice(1) }), 'proof/too-short'],
  [
    'too few cosignatures',
    'The policy asks for two.',
    file({ checkpoint: utf8(note(text, logLine(text), witnessLines(text)[0])) }),
    'policy/quorum-not-met',
  ],
  [
    'a log that the policy does not know',
    'Another origin.',
    plain.replace(ORIGIN, 'log.example/two'),
    'policy/unknown-log',
  ],
  [
    'no signature of the log',
    'Cosigners do not speak for the log.',
    file({ checkpoint: utf8(note(text, ...witnessLines(text))) }),
    'note/unsigned',
  ],
  ['another header', 'The first line names the format.', plain.replace('@v1', '@v2'), 'proof-file/header'],
  ['no index', 'The index is named.', plain.replace('index 41\n', ''), 'proof-file/index'],
  ['an index with a leading zero', 'Plain decimals.', plain.replace('index 41', 'index 041'), 'proof-file/index'],
  ['a negative index', 'Plain decimals.', plain.replace('index 41', 'index -41'), 'proof-file/index'],
  [
    'extra data behind the index',
    'It stands before.',
    plain.replace('index 41\n', 'index 41\nextra AAAA\n'),
    'proof-file/hash',
  ],
  [
    'extra data twice',
    'One line of it at most.',
    plain.replace('index 41', 'extra AAAA\nextra AAAA\nindex 41'),
    'proof-file/index',
  ],
  [
    'extra data that is no base64',
    'Standard base64, padded.',
    plain.replace('index 41', 'extra AAA\nindex 41'),
    'proof-file/extra',
  ],
  [
    'empty extra data',
    'Where there is none the line is left out.',
    plain.replace('index 41', 'extra \nindex 41'),
    'proof-file/extra',
  ],
  ['a hash of 31 bytes', 'A hash has 32 bytes.', plain.replace(hash, `${'A'.repeat(40)}AA==`), 'proof-file/hash'],
  ['a hash with unused bits', 'One hash has one text.', plain.replace(hash, `${'A'.repeat(42)}B=`), 'proof-file/hash'],
  [
    '64 hashes',
    'No tree is so deep.',
    file({ proof: Array.from({ length: 64 }, () => leaf(0)) }),
    'proof-file/too-long',
  ],
  [
    'no empty line',
    'It parts proof and checkpoint.',
    plain.replace('\n\n', '\n').replace('\n\n', '\n'),
    'proof-file/form',
  ],
  ['carriage returns', 'Lines end in a newline alone.', plain.replaceAll('\n', '\r\n'), 'proof-file/form'],
  [
    'a checkpoint that is none',
    'A checkpoint follows the empty line.',
    plain.replace(`\n${size}\n`, `\n0${size}\n`),
    'checkpoint/size',
  ],
  [
    'no checkpoint',
    'A checkpoint follows the empty line.',
    `${plain.slice(0, plain.indexOf('\n\n'))}\n\n`,
    'note/form',
  ],
]
export const proofFileCases = proofFiles.map(([name, description, file, expect, entry]) => ({
  ...{ name, description, expect, file, entry: entry ?? toBase64(entryOf(index)) },
  ...(expect === 'valid' ? { index: entry === undefined ? index : 0 } : {}),
}))
