// What holds for every parser: what is written is read back, what is read has one text alone, and nothing that anyone may
// send makes it throw.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asRoot,
  decodeEntryBundle,
  encodeEntryBundle,
  entryBundlePath,
  formatCheckpoint,
  formatNote,
  formatProofFile,
  formatVerifierKey,
  fromBase64,
  fromUtf8,
  isKeyName,
  isNoteName,
  makeVerifierKey,
  parseCheckpoint,
  parseNote,
  parseProofFile,
  parseSignatureLine,
  parseTilePath,
  parseVerifierKey,
  type Root,
  type SignatureType,
  signatureLine,
  signNoteLine,
  subtreeLine,
  tilePath,
  toBase64,
  utf8,
  verifyCosignatureLine,
  verifySubtreeLine,
} from '../src/index.ts'
import { SampleLog, signersOf } from './sample-log.ts'

const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.stringMatching(/^[\n— +=A-Za-z0-9/.]{0,80}$/))
const name = fc.string({ minLength: 1, maxLength: 60 }).filter(isKeyName)
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const sample = new SampleLog('log.example/one', signersOf(1)).grow(9)
const note = fromUtf8(sample.note()) ?? ''
/** A well-formed text with something put in, taken out or exchanged. */
const nearly = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(3), anything)
    .map(([at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone))

describe('base64', () => {
  test('has one text for each sequence of bytes, and takes no other', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
    fc.assert(
      fc.property(anything, (text) => {
        const bytes = fromBase64(text)
        if (bytes !== undefined) expect(toBase64(bytes)).toBe(text)
      }),
    )
  })
})

describe('a note', () => {
  test('that is read has one text alone: its text, an empty line and its lines', () => {
    fc.assert(
      fc.property(nearly(note), (text) => {
        const read = parseNote(utf8(text))
        if (!read.ok) return
        const { signatures } = read.value
        expect(
          formatNote(
            read.value.text,
            signatures.map(({ line }) => line),
          ),
        ).toEqual(utf8(text))
        for (const one of signatures) expect(parseSignatureLine(one.line)).toEqual({ ok: true, value: one })
      }),
    )
  })

  test('of whatever bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), anything.map(utf8)), (bytes) => typeof parseNote(bytes).ok === 'boolean'),
    )
  })

  test('takes every name that the specification allows, and no other', () => {
    const line = (of: string) => parseSignatureLine(`— ${of} ${toBase64(new Uint8Array(8))}\n`).ok
    fc.assert(
      fc.property(anything, (text) => {
        expect(line(text)).toBe(isNoteName(text))
      }),
    )
    for (const space of ['\u0085', '\u00a0', '\u1680', '\u2000', '\u2028', '\u202f', '\u205f', '\u3000', '+', ''])
      expect(line(`a${space}${space === '' ? '' : 'b'}`)).toBe(space === '')
    expect(line('x'.repeat(300))).toBe(true)
    expect(isKeyName('x'.repeat(255)) && !isKeyName('x'.repeat(256))).toBe(true)
  })
})

describe('a verifier key', () => {
  test('is read back as it was written, for each type, and has one text', () => {
    const sizes: Record<SignatureType, number> = { 1: 32, 4: 32, 6: 1_312 }
    const key = fc
      .constantFrom<SignatureType>(1, 4, 6)
      .chain((type) =>
        fc.tuple(name, fc.constant(type), fc.uint8Array({ minLength: sizes[type], maxLength: sizes[type] })),
      )
    fc.assert(
      fc.property(key, ([of, type, bytes]) => {
        const made = makeVerifierKey(of, type, bytes)
        expect(parseVerifierKey(formatVerifierKey(made))).toEqual({ ok: true, value: made })
      }),
    )
    const text = formatVerifierKey(makeVerifierKey('log.example/one', 1, new Uint8Array(32)))
    fc.assert(
      fc.property(nearly(text), (changed) => {
        const read = parseVerifierKey(changed)
        if (read.ok) expect(formatVerifierKey(read.value)).toBe(changed)
      }),
    )
  })
})

describe('a checkpoint', () => {
  const origin = fc.string({ minLength: 1 }).filter((text) => !/[\n]/.test(text))
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(origin, fc.maxSafeNat(), hash, (of, size, root) => {
        const checkpoint = { origin: of, size, root: asRoot(root) as Root }
        expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual({ ok: true, value: checkpoint })
      }),
    )
  })

  test('that is read begins with the one text of what it says', () => {
    fc.assert(
      fc.property(nearly(formatCheckpoint({ origin: 'log.example/one', ...sample.at(9) })), (text) => {
        const read = parseCheckpoint(text)
        if (read.ok) expect(text.startsWith(formatCheckpoint(read.value))).toBe(true)
      }),
    )
  })
})

describe('the path of a tile', () => {
  test('is read back as it was written, and has one text', () => {
    const index = fc.oneof(fc.nat(2_000), fc.maxSafeNat())
    fc.assert(
      fc.property(fc.nat(63), index, fc.integer({ min: 1, max: 256 }), (level, at, width) => {
        expect(parseTilePath(tilePath(level, at, width))).toEqual({ level, index: at, width })
        expect(parseTilePath(entryBundlePath(at, width))).toEqual({ level: 'entries', index: at, width })
      }),
    )
    fc.assert(
      fc.property(nearly('tile/0/x001/x234/067.p/12'), (path) => {
        const read = parseTilePath(path)
        if (read === undefined) return
        const { level, index: at, width } = read
        expect(level === 'entries' ? entryBundlePath(at, width) : tilePath(level, at, width)).toBe(path)
      }),
    )
  })

  test('is written for no level, index or width that there is not', () => {
    for (const [level, index, width] of [
      [64, 0, 256],
      [-1, 0, 256],
      [0.5, 0, 256],
      [0, -1, 256],
      [0, 2 ** 53, 256],
      [0, 0, 0],
      [0, 0, 257],
    ] as const)
      expect(() => tilePath(level, index, width)).toThrow()
  })
})

describe('a bundle', () => {
  test('is read back as it was written, and of whatever bytes is read or refused', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 })
    fc.assert(
      fc.property(entries, (of) => {
        expect(decodeEntryBundle(encodeEntryBundle(of), of.length)).toEqual({ ok: true, value: of })
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(256), (bytes, width) => {
        const read = decodeEntryBundle(bytes, width)
        if (read.ok) expect(encodeEntryBundle(read.value)).toEqual(bytes)
      }),
    )
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow()
  })
})

describe('a proof file', () => {
  const proof = fc.array(hash, { maxLength: 63 })
  test('is read back as it was written, and has one text', () => {
    const extra = fc.option(fc.uint8Array({ minLength: 1 }), { nil: undefined })
    fc.assert(
      fc.property(fc.maxSafeNat(), proof, extra, (index, hashes, more) => {
        const file = {
          index,
          proof: hashes,
          checkpoint: sample.note(3),
          ...(more === undefined ? {} : { extra: more }),
        }
        expect(parseProofFile(formatProofFile(file))).toEqual({ ok: true, value: file })
      }),
      { numRuns: 20 },
    )
    const checkpoint = sample.note(3)
    const text = fromUtf8(formatProofFile({ index: 1, extra: utf8('x'), proof: sample.proof(1, 3), checkpoint })) ?? ''
    fc.assert(
      fc.property(nearly(text), (changed) => {
        const read = parseProofFile(utf8(changed))
        if (read.ok) expect(formatProofFile(read.value)).toEqual(utf8(changed))
      }),
    )
  })

  test('holds a checkpoint, not just any note', () => {
    const text = 'no checkpoint\n'
    const checkpoint = formatNote(text, [signNoteLine(text, 'log.example/one', signersOf(1).ed25519)])
    expect(parseProofFile(formatProofFile({ index: 0, proof: [], checkpoint }))).toMatchObject({
      code: 'checkpoint/form',
    })
  })

  test('leaves out the line of extra data where there is none', () => {
    const checkpoint = sample.note(1)
    const file = formatProofFile({ index: 0, extra: new Uint8Array(), proof: [], checkpoint })
    expect(fromUtf8(file)).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${fromUtf8(checkpoint)}`)
  })
})

describe('a line of type 06', () => {
  const signer = signersOf(2).mldsa44
  const key = makeVerifierKey('w.example', 6, signer.publicKey)
  const subtree = { origin: 'log.example/one', start: 4, end: 6, hash: new Uint8Array(32) }

  test('over a subtree is no cosignature of a checkpoint, and the other way round', () => {
    const line = subtreeLine(subtree, 'w.example', signer)
    const read = parseSignatureLine(line)
    const text = formatCheckpoint({ origin: subtree.origin, size: 6, root: asRoot(subtree.hash) as Root })
    expect(read.ok && verifyCosignatureLine(key, text, read.value.signature)).toBe(false)
    expect(verifySubtreeLine(line, key, subtree)).toEqual({ ok: true, value: { time: 0 } })
    expect(verifySubtreeLine(line, key, { ...subtree, start: 0 })).toMatchObject({ code: 'subtree/signature' })
    const four = makeVerifierKey('w.example', 4, signersOf(2).ed25519.publicKey)
    expect(verifySubtreeLine(line, four, subtree)).toMatchObject({ code: 'subtree/key-type' })
  })

  test('cannot be over an origin of more than 255 bytes: the message has one byte for its length', () => {
    const long = 'x'.repeat(256)
    const text = formatCheckpoint({ origin: long, size: 6, root: asRoot(subtree.hash) as Root })
    const signature = new Uint8Array(8 + 2_420)
    expect(verifyCosignatureLine(key, text, signature)).toBe(false)
    expect(verifySubtreeLine(signatureLine(key, signature), key, { ...subtree, origin: long })).toMatchObject({
      code: 'subtree/form',
    })
    expect(() => subtreeLine({ ...subtree, origin: long }, 'w.example', signer)).toThrow()
  })
})
