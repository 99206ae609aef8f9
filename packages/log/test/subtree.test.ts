// Subtrees and their proofs (draft-ietf-plants-merkle-tree-certs, section 4), and both sides of `sign-subtree`.

import { describe, expect, test } from 'vitest'
import {
  cosignatureLines,
  cosignerKeys,
  createSha256,
  decideSubtree,
  formatNote,
  formatSignSubtree,
  fromUtf8,
  isSubtree,
  leafHash,
  logKeys,
  mldsa44,
  nodeHash,
  parseNote,
  parseSignSubtree,
  readSubtreeAnswer,
  readSubtreeRequest,
  type SignSubtree,
  type SubtreeId,
  subtreeConsistencyProof,
  subtreeHash,
  subtreeLine,
  subtreeLineAsync,
  toHex,
  utf8,
  verifySubtreeConsistency,
  verifySubtreeLine,
} from '../src/index.ts'
import { publicOf, SampleLog, signersOf } from './sample-log.ts'

/** Leaf i of the draft's test vectors is the byte i. */
const leaves = Array.from({ length: 130 }, (_, i) => leafHash(Uint8Array.of(i)))
const nodes = new Map<string, Uint8Array>()
function read({ level, index }: SubtreeId): Uint8Array {
  const name = `${level}/${index}`
  const known = level === 0 ? leaves[index] : nodes.get(name)
  if (known !== undefined) return known
  const node = nodeHash(read({ level: level - 1, index: 2 * index }), read({ level: level - 1, index: 2 * index + 1 }))
  nodes.set(name, node)
  return node
}

function* subtreesUpTo(size: number): Generator<{ start: number; end: number }> {
  for (let end = 1; end <= size; end++)
    for (let start = 0; start < end; start++) if (isSubtree({ start, end })) yield { start, end }
}

describe('the vectors of the draft', () => {
  // draft-ietf-plants-merkle-tree-certs, appendix “Subtree Test Vectors”: one digest over every case up to 130 leaves.
  test('the hash of every subtree of 130 leaves is that of the draft', () => {
    const all = createSha256()
    for (const range of subtreesUpTo(130))
      all.update(utf8(`[${range.start}, ${range.end}) ${toHex(subtreeHash(range, read))}\n`))
    expect(toHex(all.digest())).toBe('94a95384a8c69acea9b50d035a58285b3a777cb7a724005faa5e1f1e1190007f')
  })

  test('the consistency proof of every subtree of every tree up to 130 leaves is that of the draft', () => {
    const all = createSha256()
    for (let size = 0; size <= 130; size++) {
      for (const range of subtreesUpTo(size)) {
        const proof = subtreeConsistencyProof(range, size, read).map((hash) => ` ${toHex(hash)}`)
        all.update(utf8(`[${range.start}, ${range.end}) ${size}${proof.join('')}\n`))
      }
    }
    expect(toHex(all.digest())).toBe('c586ebbb73a5621baf2140095d87dde934e3b6503a562a1a5215b8209edd083d')
  })
})

describe('a subtree consistency proof', () => {
  test('verifies for every subtree of every tree up to 40 leaves, and with anything changed it does not', () => {
    const turned = (hash: Uint8Array) => Uint8Array.from(hash, (byte, i) => (i === 5 ? byte ^ 4 : byte))
    for (let size = 1; size <= 40; size++) {
      const root = subtreeHash({ start: 0, end: size }, read)
      for (const range of subtreesUpTo(size)) {
        const proof = subtreeConsistencyProof(range, size, read)
        const hash = subtreeHash(range, read)
        const verify = (more: Partial<{ proof: Uint8Array[]; hash: Uint8Array; root: Uint8Array }>) =>
          verifySubtreeConsistency(range, size, { proof, hash, root, ...more }).ok
        expect(verify({})).toBe(true)
        expect(verify({ hash: turned(hash) })).toBe(false)
        expect(verify({ root: turned(root) })).toBe(false)
        expect(verify({ proof: [...proof, root] })).toBe(false)
        if (proof.length > 0) expect(verify({ proof: proof.slice(0, -1) })).toBe(false)
        for (const [at, one] of proof.entries()) expect(verify({ proof: proof.with(at, turned(one)) })).toBe(false)
      }
    }
  })

  test('is of one place alone: no other subtree of as many leaves passes by it', () => {
    const root = subtreeHash({ start: 0, end: 14 }, read)
    const range = { start: 8, end: 12 }
    const of = { proof: subtreeConsistencyProof(range, 14, read), hash: subtreeHash(range, read), root }
    expect(verifySubtreeConsistency(range, 14, of).ok).toBe(true)
    for (const start of [0, 4]) expect(verifySubtreeConsistency({ start, end: start + 4 }, 14, of).ok).toBe(false)
  })

  test.each([
    ['no leaves', 4, 4],
    ['a start after its end', 8, 4],
    ['a start that fits no subtree of so many leaves', 5, 8],
    ['leaves across the middle', 4, 9],
    ['leaves beyond the tree', 8, 15],
    ['no whole number', 0.5, 1],
  ])('is none for %s', (_what, start, end) => {
    const hash = new Uint8Array(32)
    expect(verifySubtreeConsistency({ start, end }, 14, { proof: [], hash, root: hash })).toMatchObject({
      code: 'subtree/form',
    })
    expect(() => subtreeConsistencyProof({ start, end }, 14, read)).toThrow()
  })
})

const ORIGIN = 'log.example/one'
const NAME = 'witness.example/w1'
const log = new SampleLog(ORIGIN, signersOf(1)).grow(14)
const other = new SampleLog(ORIGIN, signersOf(1)).grow(14, 'other')
const witness = signersOf(2)
const own = cosignerKeys(NAME, publicOf(witness))
const trusted = logKeys(ORIGIN, publicOf(signersOf(1)))
const range = { start: 8, end: 13 }
const textOf = (of: SampleLog, size: number): string => {
  const note = parseNote(of.note(size))
  if (!note.ok) throw new Error(note.message)
  return note.value.text
}
/** The checkpoint with the lines of the witness, of a time. */
const cosigned = (of = log, size = 14, lines = cosignatureLines(textOf(of, size), NAME, witness, 1_800_000_000)) =>
  formatNote(textOf(of, size), lines)
const asked = (more: Partial<SignSubtree> = {}, of = log): SignSubtree => ({
  ...range,
  ...{ hash: of.subtreeHash(range), proof: of.subtreeProof(range), lines: [], checkpoint: cosigned(of) },
  ...more,
})
const judge = (body: Uint8Array) =>
  readSubtreeRequest(body, { keys: own, keysOf: (origin) => (origin === ORIGIN ? trusted : undefined) })
const judged = (more: Partial<SignSubtree> = {}) => {
  const read = judge(formatSignSubtree(asked(more)))
  return read.ok ? { status: 200, ...read.value } : read.refusal
}

describe('a request for a subtree', () => {
  test('is the range, the hash, lines, the proof, an empty line and the checkpoint, and is read back', () => {
    const subtree = { origin: ORIGIN, ...range, hash: log.subtreeHash(range) }
    const line = subtreeLine(subtree, ORIGIN, signersOf(1).mldsa44)
    for (const request of [asked(), asked({ lines: [line] }), asked({ checkpoint: utf8(textOf(log, 14)) })]) {
      const body = formatSignSubtree(request)
      expect(fromUtf8(body)).toMatch(/^subtree 8 13\n[A-Za-z0-9+/]{43}=\n/)
      expect(parseSignSubtree(body)).toEqual({ ok: true, value: request })
    }
  })

  test('is never written with more than 8 lines or 63 hashes, nor for what is no subtree', () => {
    const line = '— x.example AAAAAAAA\n'
    for (const more of [{ lines: Array(9).fill(line) }, { proof: Array(64).fill(new Uint8Array(32)) }, { start: 9 }])
      expect(() => formatSignSubtree(asked(more))).toThrow()
  })

  test('is granted by a line of the witness on the checkpoint, whichever of its keys', () => {
    const [four = '', six = ''] = cosignatureLines(textOf(log, 14), NAME, witness, 1_800_000_000)
    for (const lines of [[four], [six], [four, six]]) {
      const read = judged({ checkpoint: cosigned(log, 14, lines) })
      expect(read).toMatchObject({ status: 200, isCosigned: true })
      if ('subtree' in read) expect(decideSubtree(read, [])).toEqual({ status: 200 })
    }
  })

  test('without a line is granted where the checkpoint is remembered, and else told which one is', () => {
    const [unsigned, byLogAlone] = [utf8(textOf(log, 14)), log.note()]
    for (const checkpoint of [unsigned, byLogAlone]) {
      const read = judged({ checkpoint })
      expect(read).toMatchObject({ status: 200, isCosigned: false })
      if (!('subtree' in read)) continue
      expect(decideSubtree(read, [log.at(5), log.at(14)])).toEqual({ status: 200 })
      expect(decideSubtree(read, [log.at(5), other.at(14)])).toEqual({ status: 409 })
      expect(decideSubtree(read, [])).toMatchObject({ status: 403 })
    }
  })

  test('is refused where a line of the witness on its checkpoint fails', () => {
    const lines = cosignatureLines(textOf(other, 14), NAME, witness, 1_800_000_000)
    expect(judged({ checkpoint: cosigned(log, 14, lines) })).toMatchObject({ status: 403, code: 'note/signature' })
  })

  test('is refused where a known key’s line over the subtree fails or names a time; strangers’ are passed over', () => {
    const subtree = { origin: ORIGIN, ...range, hash: log.subtreeHash(range) }
    const lineOf = (of: typeof subtree, name = ORIGIN, signer = signersOf(1).mldsa44) => subtreeLine(of, name, signer)
    expect(judged({ lines: [lineOf(subtree)] })).toMatchObject({ status: 200 })
    expect(judged({ lines: [lineOf({ ...subtree, hash: new Uint8Array(32) })] })).toMatchObject({ status: 403 })
    const strangers = lineOf({ ...subtree, hash: new Uint8Array(32) }, 'x.example', mldsa44.signer(new Uint8Array(32)))
    expect(judged({ lines: [strangers] })).toMatchObject({ status: 200 })
    // From leaf 0 on a line may name a time, but not here.
    const whole = { start: 0, end: 14 }
    const [, dated = ''] = cosignatureLines(textOf(log, 14), NAME, witness, 1_800_000_000)
    expect(judged({ ...whole, hash: log.at(14).root, proof: [], lines: [dated] })).toMatchObject({
      status: 403,
      code: 'subtree/time',
    })
  })

  test('is 422 where the subtree is of another tree, and 400 where it is none', () => {
    expect(judged({ hash: other.subtreeHash(range), proof: other.subtreeProof(range) })).toMatchObject({ status: 422 })
    expect(judged({ proof: [] })).toMatchObject({ status: 422 })
    const written = fromUtf8(formatSignSubtree(asked())) ?? ''
    for (const line of ['subtree 9 13', 'subtree 13 13', 'subtree 8 15', 'subtree 8 8', 'subtree 13 8']) {
      const read = judge(utf8(written.replace('subtree 8 13', line)))
      expect(read.ok ? 200 : read.refusal.status, line).toBe(400)
    }
  })
})

describe('an answer with a subtree', () => {
  const subtree = { origin: ORIGIN, ...range, hash: log.subtreeHash(range) }
  const answer = (body: string, status = 200) => ({ status, contentType: 'text/plain', body: utf8(body) })

  test('is the lines of known keys, without a time; those of unknown ones are passed over', async () => {
    const line = await subtreeLineAsync(subtree, NAME, witness.mldsa44)
    const strangers = subtreeLine(subtree, 'x.example', signersOf(9).mldsa44)
    expect(readSubtreeAnswer(answer(`${strangers}${line}`), subtree, own)).toEqual({
      kind: 'cosigned',
      lines: [{ key: own[1], line }],
    })
    expect(readSubtreeAnswer(answer(strangers), subtree, own)).toMatchObject({ code: 'note/unsigned' })
    const elsewhere = subtreeLine({ ...subtree, start: 0, end: 13 }, NAME, witness.mldsa44)
    expect(readSubtreeAnswer(answer(elsewhere), subtree, own)).toMatchObject({ code: 'subtree/signature' })
  })

  test('of another status is a refusal, and 409 names a checkpoint that is known', () => {
    const known = fromUtf8(log.note()) ?? ''
    expect(readSubtreeAnswer(answer(known, 409), subtree, own)).toEqual({ kind: 'conflict', checkpoint: utf8(known) })
    expect(readSubtreeAnswer(answer('', 404), subtree, own)).toMatchObject({ code: 'witness/status' })
    expect(readSubtreeAnswer(answer(''), subtree, own)).toMatchObject({ kind: 'refused' })
  })

  test('is never made for leaves that are no subtree', () => {
    expect(() => subtreeLine({ ...subtree, start: 9 }, NAME, witness.mldsa44)).toThrow()
    const line = subtreeLine(subtree, NAME, witness.mldsa44)
    expect(own[1] && verifySubtreeLine(line, own[1], subtree)).toEqual({ ok: true, value: { time: 0 } })
  })
})
