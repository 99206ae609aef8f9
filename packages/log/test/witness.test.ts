import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AskWitness,
  addCheckpointUrl,
  askWitness,
  type Cosigned,
  consistencyProof,
  cosignatureLines,
  cosignerKeys,
  decideAddCheckpoint,
  ed25519,
  emptyRoot,
  formatAddCheckpoint,
  formatNote,
  fromUtf8,
  leafHash,
  logKeys,
  mldsa44,
  nodeHash,
  ok,
  parseAddCheckpoint,
  parseNote,
  type Root,
  readWitnessAnswer,
  refuse,
  type SignerPair,
  type SubtreeId,
  signCheckpoint,
  signNoteLine,
  TLOG_SIZE_TYPE,
  TreeFrontier,
  utf8,
  type WitnessAnswer,
} from '../src/index.ts'

const pair = (n: number): SignerPair => ({
  ed25519: ed25519.signer(new Uint8Array(32).fill(n)),
  mldsa44: mldsa44.signer(new Uint8Array(32).fill(n)),
})
const publicOf = (of: SignerPair) => ({ ed25519: of.ed25519.publicKey, mldsa44: of.mldsa44.publicKey })

const origin = 'log.example/one'
const log = pair(1)
const witness = pair(2)
const trusted = logKeys(origin, publicOf(log))
const witnessKeys = cosignerKeys('w.example', publicOf(witness))

/** A log of `count` entries whose texts begin with `word`. */
function logOf(count: number, word = 'entry') {
  const hashes = Array.from({ length: count }, (_, i) => leafHash(utf8(`${word} ${i}`)))
  const rootAt = (size: number): Root => {
    const tree = new TreeFrontier()
    for (const hash of hashes.slice(0, size)) tree.append(hash)
    return tree.root()
  }
  const subtree = ({ level, index }: SubtreeId): Uint8Array =>
    level === 0
      ? (hashes[index] ?? new Uint8Array())
      : nodeHash(subtree({ level: level - 1, index: 2 * index }), subtree({ level: level - 1, index: 2 * index + 1 }))
  return {
    rootAt,
    note: (size: number) => signCheckpoint({ origin, size, root: rootAt(size) }, log),
    proof: (old: number, size: number) => (old === 0 ? [] : consistencyProof(old, size, subtree)),
    at: (size: number): Cosigned => ({ size, root: rootAt(size) }),
  }
}
const honest = logOf(40)
const forked = logOf(40, 'other')

const decide = (body: Uint8Array, latest?: Cosigned) =>
  decideAddCheckpoint(body, {
    keysOf: (of) => (of === origin ? trusted : undefined),
    latestOf: (of) => (of === origin ? latest : undefined),
  })
const request = (old: number, size: number, changes: { proof?: Uint8Array[]; checkpoint?: Uint8Array } = {}) =>
  formatAddCheckpoint({ oldSize: old, proof: honest.proof(old, size), checkpoint: honest.note(size), ...changes })

describe('a request to a witness', () => {
  test('is the old size, the proof, an empty line and the checkpoint, and is read back', () => {
    const note = honest.note(3)
    const body = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: note })
    expect(fromUtf8(body)).toBe(`old 0\n\n${fromUtf8(note)}`)
    const proof = honest.proof(5, 9)
    const whole = { oldSize: 5, proof, checkpoint: honest.note(9) }
    expect(parseAddCheckpoint(formatAddCheckpoint(whole))).toEqual(ok(whole))
  })

  const text = fromUtf8(request(5, 9)) ?? ''
  const hash = text.split('\n')[1] ?? ''
  test.each<[string, string, string]>([
    ['no old size', text.replace('old 5\n', ''), 'add-checkpoint/old'],
    ['a leading zero', text.replace('old 5', 'old 05'), 'add-checkpoint/old'],
    ['a sign', text.replace('old 5', 'old +5'), 'add-checkpoint/old'],
    ['two spaces', text.replace('old 5', 'old  5'), 'add-checkpoint/old'],
    ['a space behind the size', text.replace('old 5', 'old 5 '), 'add-checkpoint/old'],
    ['a size above 2⁵³', text.replace('old 5', 'old 9007199254740993'), 'add-checkpoint/old'],
    ['no empty line', 'old 0\nabc\n', 'add-checkpoint/form'],
    ['a short hash', text.replace(hash, hash.slice(4)), 'add-checkpoint/hash'],
    ['a hash without padding', text.replace(hash, hash.slice(0, -1)), 'add-checkpoint/hash'],
    ['a hash with unused bits set', text.replace(hash, `${'A'.repeat(42)}B=`), 'add-checkpoint/hash'],
    ['a carriage return', text.replace('\n', '\r\n'), 'add-checkpoint/old'],
    ['64 proof lines', text.replace(hash, Array(64).fill(hash).join('\n')), 'add-checkpoint/proof-too-long'],
    ['too many bytes', text + 'x'.repeat(300_000), 'add-checkpoint/too-large'],
  ])('with %s is refused with 400', (_what, changed, code) => {
    expect(parseAddCheckpoint(utf8(changed))).toMatchObject({ ok: false, code })
    expect(decide(utf8(changed), honest.at(5))).toMatchObject({ status: 400, code })
  })

  test('may carry 63 proof lines and sixteen signatures of lattices', () => {
    expect(parseAddCheckpoint(utf8(text.replace(/old 5\n(?:.*\n)+?\n/, `old 5\n${`${hash}\n`.repeat(63)}\n`))).ok).toBe(
      true,
    )
    const parsed = parseNote(honest.note(9))
    const strangers = Array.from(
      { length: 14 },
      (_, i) => cosignatureLines(parsed.ok ? parsed.value.text : '', `s${i}.example`, pair(3), 1_000)[1] ?? '',
    )
    const checkpoint = utf8(`${fromUtf8(honest.note(9))}${strangers.join('')}`)
    expect(decide(request(5, 9, { checkpoint }), honest.at(5))).toMatchObject({ status: 200 })
  })

  test('is never written with more than 63 proof lines', () => {
    const proof = Array.from({ length: 64 }, () => honest.rootAt(1))
    expect(() => formatAddCheckpoint({ oldSize: 5, proof, checkpoint: honest.note(9) })).toThrow('64')
  })

  test('is read back whatever it holds, and nothing makes the reader throw', () => {
    const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 })
    fc.assert(
      fc.property(fc.maxSafeNat(), hashes, fc.string(), (oldSize, proof, rest) => {
        const whole = { oldSize, proof, checkpoint: utf8(rest.toWellFormed()) }
        expect(parseAddCheckpoint(formatAddCheckpoint(whole))).toEqual(ok(whole))
      }),
    )
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decide(bytes).status === 400))
  })
})

describe('a witness decides', () => {
  test('200 on the first checkpoint of a known log, of whatever size, with old 0 and no proof', () => {
    expect(decide(request(0, 7))).toMatchObject({ status: 200, next: honest.at(7) })
    expect(decide(request(0, 0))).toMatchObject({ status: 200, next: { size: 0, root: emptyRoot } })
  })

  test('200 on every growth with its proof, and on the same checkpoint again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 39 }), fc.integer({ min: 0, max: 39 }), (a, b) => {
        const [old, size] = a < b ? [a, b] : [b, a]
        expect(decide(request(old, size), honest.at(old))).toMatchObject({ status: 200, next: honest.at(size) })
      }),
      { numRuns: 40 },
    )
  })

  test('404 on a log it does not know', () => {
    const checkpoint = signCheckpoint({ origin: 'log.example/two', size: 1, root: honest.rootAt(1) }, log)
    expect(decide(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint }))).toMatchObject({
      ...{ status: 404, code: 'witness/unknown-log' },
    })
  })

  test('403 where no trusted key signed, and where a trusted key’s line fails beside one that holds', () => {
    const stranger = signCheckpoint({ origin, size: 3, root: honest.rootAt(3) }, pair(9))
    expect(decide(request(0, 3, { checkpoint: stranger }))).toMatchObject({ status: 403, code: 'note/unsigned' })
    const [own, other] = [honest.note(3), forked.note(3)].map((note) => (fromUtf8(note) ?? '').split('\n'))
    const mixed = [...(own?.slice(0, 5) ?? []), other?.[5], ''].join('\n')
    expect(decide(request(0, 3, { checkpoint: utf8(mixed) }))).toMatchObject({ status: 403, code: 'note/signature' })
  })

  test('200 where one of the trusted keys signed, and the other’s line is not there', () => {
    const parsed = parseNote(honest.note(3))
    const text = parsed.ok ? parsed.value.text : ''
    const checkpoint = formatNote(text, [signNoteLine(text, origin, log.ed25519)])
    expect(decide(request(0, 3, { checkpoint }))).toMatchObject({ status: 200 })
  })

  test('400 on a checkpoint that is none, and on an old size above its own', () => {
    const text = `${origin}\n03\n${'A'.repeat(43)}=\n`
    const checkpoint = formatNote(text, [signNoteLine(text, origin, log.ed25519)])
    expect(decide(request(0, 3, { checkpoint }))).toMatchObject({ status: 400, code: 'checkpoint/size' })
    expect(
      decide(formatAddCheckpoint({ oldSize: 9, proof: [], checkpoint: honest.note(3) }), honest.at(9)),
    ).toMatchObject({
      ...{ status: 400, code: 'witness/shrinks' },
    })
  })

  test('409 with the size it cosigned last on any other old size', () => {
    for (const latest of [honest.at(5), honest.at(12), undefined]) {
      const size = latest?.size ?? 0
      expect(decide(request(7, 9), latest)).toMatchObject({
        ...{ status: 409, body: `${size}\n`, contentType: 'text/x.tlog.size' },
      })
    }
  })

  test('422 on a proof that does not hold, is too long, too short, or stands where none may', () => {
    const good = honest.proof(5, 9)
    const turned = good.map((hash, i) =>
      i === 0 ? Uint8Array.from(hash, (byte, j) => (j === 0 ? byte ^ 1 : byte)) : hash,
    )
    for (const proof of [turned, good.slice(1), [...good, honest.rootAt(1)], []]) {
      expect(decide(request(5, 9, { proof }), honest.at(5))).toMatchObject({ status: 422 })
    }
    expect(decide(request(0, 9, { proof: [honest.rootAt(1)] }))).toMatchObject({ status: 422 })
    expect(decide(request(9, 9, { proof: [honest.rootAt(1)] }), honest.at(9))).toMatchObject({ status: 422 })
  })

  test('422 on an empty log with a root that is not the hash of nothing', () => {
    const checkpoint = signCheckpoint({ origin, size: 0, root: honest.rootAt(1) }, log)
    expect(decide(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint }))).toMatchObject({
      ...{ status: 422, code: 'witness/empty-root' },
    })
  })

  test('422 on another root of one size, and calls it a fork, as it does behind a 409', () => {
    expect(decide(request(9, 9, { checkpoint: forked.note(9) }), honest.at(9))).toMatchObject({
      ...{ status: 422, code: 'witness/fork', fork: true },
    })
    expect(decide(request(5, 9, { checkpoint: forked.note(9) }), honest.at(9))).toMatchObject({
      ...{ status: 409, body: '9\n', fork: true },
    })
    expect(decide(request(5, 9), honest.at(9))).toMatchObject({ status: 409, fork: false })
    expect(decide(request(5, 9, { checkpoint: forked.note(9) }), honest.at(5))).toMatchObject({
      status: 422,
      fork: false,
    })
  })

  test('to cosign the text with its extension lines, and keeps the log’s lines alone', () => {
    const parsed = parseNote(honest.note(3))
    const text = `${parsed.ok ? parsed.value.text : ''}an extension\n`
    const own = signNoteLine(text, origin, log.ed25519)
    const checkpoint = formatNote(text, [signNoteLine(text, 'stranger.example', pair(5).ed25519), own])
    const decision = decide(request(0, 3, { checkpoint }))
    expect(decision.status === 200 && decision.submission.text).toBe(text)
    expect(decision.status === 200 && fromUtf8(decision.submission.note)).toBe(fromUtf8(formatNote(text, [own])))
  })
})

describe('the answer of a witness', () => {
  const parsed = parseNote(honest.note(3))
  const text = parsed.ok ? parsed.value.text : ''
  const lines = cosignatureLines(text, 'w.example', witness, 1_000)
  const read = (body: string, status = 200, contentType?: string) =>
    readWitnessAnswer({ status, contentType, body: utf8(body) }, text, witnessKeys)

  test('is the lines of known keys, and those of unknown ones are passed over', () => {
    const strange = cosignatureLines(text, 'other.example', pair(7), 1_000).join('')
    expect(read(`${strange}${lines.join('')}`)).toMatchObject({
      kind: 'cosigned',
      lines: [
        { line: lines[0], time: 1_000 },
        { line: lines[1], time: 1_000 },
      ],
    })
    expect(read(strange)).toMatchObject({ kind: 'refused', code: 'note/unsigned' })
  })

  test('over another checkpoint, without a time, or that is no sequence of lines is refused', () => {
    const other = cosignatureLines(text.replace('\n3\n', '\n4\n'), 'w.example', witness, 1_000).join('')
    expect(read(other)).toMatchObject({ code: 'note/signature' })
    expect(read(cosignatureLines(text, 'w.example', witness, 0).join(''))).toMatchObject({ code: 'witness/no-time' })
    for (const body of ['', 'x\n', lines.join('').trimEnd(), `${lines.join('')}\n\n`, `${text}\n${lines.join('')}`]) {
      expect(read(body)).toMatchObject({ kind: 'refused', code: 'witness/answer' })
    }
  })

  test('of 409 is the size cosigned last, of the media type for it, in plain decimals', () => {
    expect(read('7\n', 409, 'text/x.tlog.size')).toEqual({ kind: 'conflict', size: 7 })
    for (const [body, type] of [
      ['7\n', 'text/plain'],
      ['7', TLOG_SIZE_TYPE],
      ['07\n', TLOG_SIZE_TYPE],
      ['7\n\n', TLOG_SIZE_TYPE],
      ['x\n', TLOG_SIZE_TYPE],
    ]) {
      expect(read(body ?? '', 409, type)).toMatchObject({ kind: 'refused', code: 'witness/answer' })
    }
  })

  test.each([
    [400, 'witness/bad-request'],
    [403, 'witness/untrusted'],
    [404, 'witness/unknown-log'],
    [422, 'witness/inconsistent'],
    [500, 'witness/status'],
    [301, 'witness/status'],
  ])('of %d is a refusal with its code', (status, code) => {
    expect(read('', status)).toMatchObject({ kind: 'refused', code })
  })
})

describe('asking a witness', () => {
  /** A witness in memory, which judges as the real one does. */
  function inMemory(state: { latest: Cosigned | undefined }) {
    const asked: number[] = []
    const post: AskWitness['post'] = async (url, body) => {
      expect(url).toBe('https://w.example/sub/add-checkpoint')
      const request = parseAddCheckpoint(body)
      if (request.ok) asked.push(request.value.oldSize)
      const decision = decide(body, state.latest)
      if (decision.status !== 200)
        return ok({ status: decision.status, contentType: decision.contentType, body: utf8(decision.body) })
      state.latest = decision.next
      const lines = cosignatureLines(decision.submission.text, 'w.example', witness, 1_000)
      return ok({ status: 200, contentType: 'text/plain', body: utf8(lines.join('')) })
    }
    return { asked, post }
  }
  const ask = (size: number, post: AskWitness['post'], from?: number) =>
    askWitness({
      witness: { url: 'https://w.example/sub/', keys: witnessKeys },
      checkpoint: honest.note(size),
      prove: async (old) => honest.proof(old, size),
      post,
      ...(from === undefined ? {} : { from }),
    })

  test('yields its verified lines: the first time, after growth, and where nothing grew', async () => {
    const state: { latest: Cosigned | undefined } = { latest: undefined }
    const { asked, post } = inMemory(state)
    for (const size of [0, 3, 9, 9]) {
      expect(await ask(size, post, state.latest?.size)).toMatchObject({ ok: true, value: { size, lines: [{}, {}] } })
    }
    expect(asked).toEqual([0, 0, 3, 9])
  })

  test('goes on from the size that the witness names', async () => {
    const { asked, post } = inMemory({ latest: honest.at(5) })
    expect(await ask(12, post)).toMatchObject({ ok: true, value: { size: 12 } })
    expect(asked).toEqual([0, 5])
  })

  test('ends where the witness is ahead, names one size for another for ever, or contradicts itself', async () => {
    expect(await ask(3, inMemory({ latest: honest.at(9) }).post)).toMatchObject({ code: 'witness/ahead' })
    let named = 1
    const restless = async () => answer(409, `${(named++ % 8) + 1}\n`)
    expect(await ask(12, restless)).toMatchObject({ code: 'witness/busy' })
    expect(await ask(12, async () => answer(409, '0\n'))).toMatchObject({ code: 'witness/answer' })
  })

  test('passes on what it is refused with, also where no answer came', async () => {
    expect(await ask(9, inMemory({ latest: forked.at(5) }).post)).toMatchObject({ code: 'witness/inconsistent' })
    expect(await ask(9, async () => refuse('witness/unreachable', 'No answer.'))).toMatchObject({
      code: 'witness/unreachable',
    })
  })

  test('posts below the submission prefix, however that ends', () => {
    expect(addCheckpointUrl('https://w.example')).toBe('https://w.example/add-checkpoint')
    expect(addCheckpointUrl('https://w.example/a//')).toBe('https://w.example/a/add-checkpoint')
  })

  function answer(status: number, body: string) {
    return ok<WitnessAnswer>({ status, contentType: TLOG_SIZE_TYPE, body: utf8(body) })
  }
})
