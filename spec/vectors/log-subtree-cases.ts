// Subtrees: proofs that they are consistent with the whole tree (draft-ietf-plants-merkle-tree-certs, section 4), and
// requests to a witness to sign them (C2SP tlog-witness, `sign-subtree`).

import {
  type Cosigned,
  formatNote,
  formatSignSubtree,
  fromUtf8,
  type LeafRange,
  type SignSubtree,
  signNoteLine,
  subtreeLine,
  toBase64,
  utf8,
} from '@countersign/log'
import {
  body,
  type Expected,
  forked,
  log,
  logSigners,
  ORIGIN,
  strangerLine,
  strangers,
  timedLine,
  witnessLines,
} from './log-making.ts'

interface ProofChange {
  proof?: Uint8Array[]
  hash?: Uint8Array
  root?: Uint8Array
}
const flip = (hash: Uint8Array | undefined) => Uint8Array.from(hash ?? [], (byte, i) => (i === 31 ? byte ^ 1 : byte))
const proofCase = (
  name: string,
  description: string,
  [start, end, size]: [number, number, number],
  expect = 'valid',
  change: ProofChange = {},
) => ({
  ...{ name, description, expect, start, end, size },
  hash: toBase64(change.hash ?? log.subtreeHash({ start, end })),
  root: toBase64(change.root ?? log.at(size).root),
  proof: (change.proof ?? log.subtreeProof({ start, end }, size)).map(toBase64),
})
const none = (name: string, [start, end, size]: [number, number, number]) =>
  proofCase(name, 'The leaves are no subtree of that tree.', [start, end, size], 'subtree/form', {
    ...{ proof: [], hash: log.at(size).root },
  })
const whole = log.subtreeProof({ start: 8, end: 13 }, 14)
export const subtreeProofCases = [
  proofCase('leaves 4 to 7 of 14', 'A node of the tree: its hash is not repeated.', [4, 8, 14]),
  proofCase('leaves 8 to 12 of 14', 'No node of the tree: the proof decomposes it.', [8, 13, 14]),
  proofCase('leaves 8 to 12 of 13', 'Ragged, and at the end of the tree.', [8, 13, 13]),
  proofCase('leaf 5 of 14', 'One leaf: an inclusion proof.', [5, 6, 14]),
  proofCase('leaves 0 to 8 of 14', 'From leaf 0 on: a consistency proof.', [0, 9, 14]),
  proofCase('all 14', 'The whole tree: nothing is to be proved.', [0, 14, 14]),
  proofCase('leaf 0 of 1', 'The smallest tree.', [0, 1, 1]),
  proofCase('leaves 256 to 299 of 300', 'Beyond a full tile.', [256, 300, 300]),
  proofCase('leaves 256 to 290 of 300', 'Beyond a full tile, ragged.', [256, 291, 300]),
  proofCase('with one hash changed', 'It is of another subtree.', [8, 13, 14], 'proof/subtree', {
    proof: whole.map((hash, i) => (i === 0 ? flip(hash) : hash)),
  }),
  proofCase('with its last hash changed', 'It leads to another root.', [8, 13, 14], 'proof/root', {
    proof: whole.map((hash, i) => (i === whole.length - 1 ? flip(hash) : hash)),
  }),
  proofCase('another hash of the subtree', 'It is of another subtree.', [8, 13, 14], 'proof/subtree', {
    hash: forked.subtreeHash({ start: 8, end: 13 }),
  }),
  proofCase('another root', 'It leads to another root.', [8, 13, 14], 'proof/root', { root: forked.at(14).root }),
  proofCase('a hash too few', 'It ends before the root.', [8, 13, 14], 'proof/too-short', {
    proof: whole.slice(0, -1),
  }),
  proofCase('a hash too many', 'It goes on after the root.', [8, 13, 14], 'proof/too-long', {
    proof: [...whole, log.at(14).root],
  }),
  proofCase('no proof', 'It is needed.', [8, 13, 14], 'proof/too-short', { proof: [] }),
  proofCase('a hash of 31 bytes', 'Each has 32.', [8, 13, 14], 'proof/hash-length', {
    proof: whole.map((hash, i) => (i === 1 ? hash.subarray(1) : hash)),
  }),
  proofCase('the proof of the four leaves before', 'A proof has one place.', [8, 12, 14], 'proof/root', {
    proof: log.subtreeProof({ start: 4, end: 8 }, 14),
  }),
  none('no leaves', [8, 8, 14]),
  none('an end before the start', [8, 4, 14]),
  none('a start that fits no five leaves', [4, 9, 14]),
  none('a start that fits no three leaves', [5, 8, 14]),
  none('an end beyond the tree', [8, 15, 14]),
]

interface SubtreeRequestCase extends Expected {
  /** Checkpoints that the witness cosigned lately and remembers. */
  remembered: { size: number; root: string }[]
  request: string
  status: number
}
const range: LeafRange = { start: 8, end: 13 }
const text = body(14)
const [four, six] = witnessLines(text)
const subtree = { origin: ORIGIN, ...range, hash: log.subtreeHash(range) }
const ownLine = subtreeLine(subtree, ORIGIN, logSigners.mldsa44)
const noteOf = (...lines: string[]) => formatNote(text, lines)
const ask = (more: Partial<SignSubtree> = {}) =>
  fromUtf8(
    formatSignSubtree({
      ...{ ...range, hash: subtree.hash, lines: [], proof: log.subtreeProof(range, 14), checkpoint: noteOf(six) },
      ...more,
    }),
  ) ?? ''
const changed = (from: string, to: string, more: Partial<SignSubtree> = {}) => ask(more).replace(from, to)
const anyHash = toBase64(subtree.hash)
const strangersOver = (of: typeof subtree) => subtreeLine(of, 'stranger.example', strangers.mldsa44)
const eight = (line: (n: number) => string) => Array.from({ length: 8 }, (_, n) => line(n))
const wholeTree = { start: 0, end: 14, hash: log.at(14).root, proof: [] }

const requests: [string, string, Cosigned[], string, number, string][] = [
  ['with the line of the witness, type 06', 'Nothing need be remembered.', [], ask(), 200, 'valid'],
  ['with the line of the witness, type 04', 'Any key of it.', [], ask({ checkpoint: noteOf(four) }), 200, 'valid'],
  [
    'with the lines of log and witness',
    'Others’ lines are passed over.',
    [],
    ask({ checkpoint: noteOf(signNoteLine(text, ORIGIN, logSigners.ed25519), four, six, strangerLine(text)) }),
    200,
    'valid',
  ],
  [
    'a checkpoint without signatures, remembered',
    'It is one of those cosigned lately.',
    [log.at(3), log.at(14)],
    ask({ checkpoint: utf8(text) }),
    200,
    'valid',
  ],
  [
    'a checkpoint without a line of the witness, remembered',
    'It is one of those cosigned lately.',
    [log.at(14)],
    ask({ checkpoint: log.note(14) }),
    200,
    'valid',
  ],
  ['the whole tree', 'From leaf 0 to its end.', [], ask(wholeTree), 200, 'valid'],
  ['one leaf', 'The smallest subtree.', [], ask({ ...rangeOf(13, 14) }), 200, 'valid'],
  ['with the line of the log over the subtree', 'It verifies.', [], ask({ lines: [ownLine] }), 200, 'valid'],
  [
    'with a stranger’s line over another subtree',
    'Lines of unknown keys are passed over.',
    [],
    ask({ lines: [strangersOver({ ...subtree, start: 0, end: 1 })] }),
    200,
    'valid',
  ],
  [
    'with eight lines over the subtree',
    'So many there may be.',
    [],
    ask({ lines: eight((n) => subtreeLine(subtree, `s${n}.example`, strangers.mldsa44)) }),
    200,
    'valid',
  ],
  [
    'a checkpoint that is not remembered',
    'The answer names one that is.',
    [log.at(13)],
    ask({ checkpoint: utf8(text) }),
    409,
    'conflict',
  ],
  [
    'another branch of the size remembered',
    'The answer names the one that is.',
    [forked.at(14)],
    ask({ checkpoint: utf8(text) }),
    409,
    'conflict',
  ],
  [
    'a checkpoint without a line of the witness, which remembers none',
    'It was never seen.',
    [],
    ask({ checkpoint: utf8(text) }),
    403,
    'subtree/not-cosigned',
  ],
  [
    'a line of the witness over another checkpoint',
    'It does not verify.',
    [log.at(14)],
    ask({ checkpoint: noteOf(witnessLines(body(13))[1]) }),
    403,
    'note/signature',
  ],
  [
    'a line of the log over another subtree',
    'It does not verify.',
    [],
    ask({ lines: [subtreeLine({ ...subtree, start: 0, end: 13 }, ORIGIN, logSigners.mldsa44)] }),
    403,
    'subtree/signature',
  ],
  [
    'a line over the subtree that names a time',
    'There it must not.',
    [],
    ask({ ...wholeTree, lines: [timedLine(6, { text, time: 5n })] }),
    403,
    'subtree/time',
  ],
  [
    'an unknown log',
    'No key is trusted for its origin.',
    [],
    ask({ checkpoint: utf8(text.replace('one', 'two')) }),
    404,
    'witness/unknown-log',
  ],
  [
    'another hash of the subtree',
    'It is of another tree.',
    [],
    ask({ hash: forked.subtreeHash(range) }),
    422,
    'proof/subtree',
  ],
  ['no proof', 'It is needed.', [], ask({ proof: [] }), 422, 'proof/too-short'],
  ['an end beyond the checkpoint', 'There are no such leaves.', [], ask({ ...range, end: 15 }), 400, 'subtree/form'],
  [
    'a start that is the end',
    'A subtree has a leaf.',
    [],
    changed('subtree 8 13', 'subtree 13 13'),
    400,
    'subtree/form',
  ],
  [
    'a start that fits no subtree',
    'It is no multiple of the width.',
    [],
    changed('subtree 8 13', 'subtree 9 13'),
    400,
    'subtree/form',
  ],
  ['a leading zero', 'Plain decimals.', [], changed('subtree 8 13', 'subtree 08 13'), 400, 'sign-subtree/range'],
  ['two spaces', 'One stands between.', [], changed('subtree 8 13', 'subtree 8  13'), 400, 'sign-subtree/range'],
  ['no end', 'Two numbers.', [], changed('subtree 8 13', 'subtree 8'), 400, 'sign-subtree/range'],
  ['no range', 'It comes first.', [], changed('subtree 8 13\n', ''), 400, 'sign-subtree/range'],
  ['no hash', 'It comes second.', [], changed(`${anyHash}\n`, '', { proof: [] }), 400, 'sign-subtree/hash'],
  [
    'a hash with unused bits',
    'Base64 has one form.',
    [],
    changed(anyHash, `${anyHash.slice(0, -2)}${anyHash.at(-2) === 'B' ? 'C' : 'B'}=`),
    400,
    'sign-subtree/hash',
  ],
  ['a proof line of 31 bytes', 'Each has 32.', [], ask({ proof: [new Uint8Array(31)] }), 400, 'sign-subtree/proof'],
  [
    'a line behind the proof',
    'Lines come before it.',
    [],
    changed('\n\n', `\n${ownLine}\n`),
    400,
    'sign-subtree/proof',
  ],
  [
    'nine lines over the subtree',
    'Eight there may be.',
    [],
    changed(`${anyHash}\n`, `${anyHash}\n${ownLine.repeat(9)}`),
    400,
    'sign-subtree/lines',
  ],
  ['64 proof lines', 'At most 63.', [], changed('\n\n', `\n${`${anyHash}\n`.repeat(60)}\n`), 400, 'sign-subtree/proof'],
  [
    'nine signatures on the checkpoint',
    'Eight there may be.',
    [],
    ask({ checkpoint: noteOf(...eight((n) => strangerLine(text, `s${n}.example`)), six) }),
    400,
    'sign-subtree/signatures',
  ],
  [
    'an empty line behind a checkpoint without signatures',
    'It ends with its own newline.',
    [log.at(14)],
    ask({ checkpoint: utf8(`${text}\n`) }),
    400,
    'note/form',
  ],
  [
    'a checkpoint without its newline',
    'Each line ends in one.',
    [log.at(14)],
    ask({ checkpoint: utf8(text.trimEnd()) }),
    400,
    'checkpoint/form',
  ],
  ['no checkpoint', 'It comes last.', [], ask({ checkpoint: new Uint8Array() }), 400, 'checkpoint/form'],
]

function rangeOf(start: number, end: number) {
  const of = { start, end }
  return { ...of, hash: log.subtreeHash(of), proof: log.subtreeProof(of, 14) }
}

export const subtreeRequestCases: SubtreeRequestCase[] = requests.map(
  ([name, description, remembered, request, status, expect]) => ({
    ...{ name, description, expect, status, request },
    remembered: remembered.map(({ size, root }) => ({ size, root: toBase64(root) })),
  }),
)
