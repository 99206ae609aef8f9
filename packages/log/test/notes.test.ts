import { describe, expect, test } from 'vitest'
import {
  concat,
  cosign,
  cosignedMessage,
  cosignerKeys,
  ed25519,
  formatNote,
  formatVerifierKey,
  fromUtf8,
  leafHash,
  logNote,
  MAX_TIME_SECONDS,
  makeVerifierKey,
  mldsa44,
  parseNote,
  parseVerifierKey,
  type SignerPair,
  signatureLine,
  signCheckpoint,
  signNoteLine,
  TreeFrontier,
  uint64be,
  utf8,
  verifyCheckpoint,
  verifyCosignatures,
  verifyWitnessLine,
} from '../src/index.ts'

const pair = (n: number): SignerPair => ({
  ed25519: ed25519.signer(new Uint8Array(32).fill(n)),
  mldsa44: mldsa44.signer(new Uint8Array(32).fill(n)),
})
const log = pair(1)
const witness = pair(2)
const origin = 'log.example/one'
const tree = new TreeFrontier()
tree.append(leafHash(utf8('x')))
const note = signCheckpoint({ origin, size: 1, root: tree.root() }, log)
const text = fromUtf8(note) ?? ''
const names = { origin, ed25519PublicKey: log.ed25519.publicKey, mldsa44PublicKey: log.mldsa44.publicKey }
const publicOf = (of: SignerPair) => ({ ed25519: of.ed25519.publicKey, mldsa44: of.mldsa44.publicKey })
const lines = text.split('\n')
const body = `${lines.slice(0, 3).join('\n')}\n`
const [first = '', second = ''] = lines.slice(4)

describe('a checkpoint', () => {
  test('is believed with both lines of its log, whatever other lines stand beside them', () => {
    expect(verifyCheckpoint(note, names)).toMatchObject({ ok: true, value: { origin, size: 1 } })
    const cosigned = cosign(note, { name: 'witness.example', ...witness }, 1000)
    expect(verifyCheckpoint(cosigned, names).ok).toBe(true)
  })

  test.each<[string, string]>([
    ['the Ed25519 line alone', `${body}\n${first}\n`],
    ['the ML-DSA-44 line alone', `${body}\n${second}\n`],
    ['another size under the same lines', text.replace('\n1\n', '\n2\n')],
    ['another origin under the same lines', text.replace(origin, 'log.example/two')],
    ['a leading zero in its size', text.replace('\n1\n', '\n01\n')],
    ['a root that is not 32 bytes', text.replace(/\n[^\n]{44}\n/, '\nAAAA\n')],
    ['no empty line before its signatures', text.replace('\n\n', '\n')],
    ['no newline at its end', text.slice(0, -1)],
    ['a carriage return', text.replace('\n1\n', '\n1\r\n')],
    ['a tab', text.replace(origin, `${origin}\t`)],
    ['a hyphen for the dash', text.replace('— ', '- ')],
    ['signature bytes that are not canonical base64', text.replace(/=\n/, '\n')],
  ])('with %s is refused', (_what, changed) => {
    expect(verifyCheckpoint(utf8(changed), names).ok).toBe(false)
  })

  test('with an extension line is refused, although its log signed it', () => {
    const extended = `${body}more\n`
    const message = cosignedMessage({ name: origin, time: 0, origin, size: 1, root: tree.root() })
    const key = makeVerifierKey(origin, 6, log.mldsa44.publicKey)
    const lines = [
      signNoteLine(extended, origin, log.ed25519),
      signatureLine(key, concat(new Uint8Array(8), log.mldsa44.sign(message))),
    ]
    expect(verifyCheckpoint(formatNote(extended, lines), names)).toMatchObject({ code: 'checkpoint/extension' })
    expect(
      verifyCheckpoint(formatNote(body, [signNoteLine(body, origin, log.ed25519), lines[1] ?? '']), names).ok,
    ).toBe(true)
  })

  test('is rebuilt to the very note its log signed, whatever came with it and in whatever order', () => {
    const stranger = signNoteLine(body, 'stranger.example', pair(3).ed25519)
    for (const lines of [
      [first, second],
      [second, first],
      [stranger.trimEnd(), second, first],
    ]) {
      const head = verifyCheckpoint(utf8(`${body}\n${lines.join('\n')}\n`), names)
      expect(head.ok && fromUtf8(logNote(head.value))).toBe(text)
    }
  })

  test('that is no UTF-8, or larger than a note may be, is refused', () => {
    expect(parseNote(Uint8Array.of(0xff, 0x0a))).toMatchObject({ code: 'note/not-utf8' })
    expect(parseNote(new Uint8Array(2_000_000))).toMatchObject({ code: 'note/too-large' })
  })
})

describe('a cosignature', () => {
  const cosigned = fromUtf8(cosign(note, { name: 'witness.example', ...witness }, 1000)) ?? ''
  const verify = (changed: string) => verifyCosignatures(utf8(changed), 'witness.example', publicOf(witness))

  test('is two lines of one time, and both are needed', () => {
    expect(verify(cosigned)).toMatchObject({ ok: true, value: { time: 1000, size: 1 } })
    const all = cosigned.trimEnd().split('\n')
    expect(verify(`${all.slice(0, -1).join('\n')}\n`).ok).toBe(false)
    expect(verify(`${[...all.slice(0, -2), all.at(-1)].join('\n')}\n`).ok).toBe(false)
  })

  test('with two times is refused', () => {
    const other = (fromUtf8(cosign(note, { name: 'witness.example', ...witness }, 1001)) ?? '')
      .trimEnd()
      .split('\n')
      .at(-1)
    const all = cosigned.trimEnd().split('\n')
    expect(verify(`${[...all.slice(0, -1), other].join('\n')}\n`)).toMatchObject({ code: 'cosignature/times' })
  })

  test('may name the last second of the year 9999 and none after it, by one line or by two', () => {
    const cosignedAt = (time: number) => {
      const [four, six] = cosignerKeys('witness.example', publicOf(witness))
      if (four === undefined || six === undefined) throw new Error('A cosigner has two keys.')
      const message = cosignedMessage({ name: four.name, time, origin, size: 1, root: tree.root() })
      const timed = utf8(`cosignature/v1\ntime ${time}\n${body}`)
      return formatNote(body, [
        signatureLine(four, concat(uint64be(time), witness.ed25519.sign(timed))),
        signatureLine(six, concat(uint64be(time), witness.mldsa44.sign(message))),
      ])
    }
    const [four] = cosignerKeys('witness.example', publicOf(witness))
    for (const check of [
      (bytes: Uint8Array) => verifyCosignatures(bytes, 'witness.example', publicOf(witness)),
      (bytes: Uint8Array) => (four === undefined ? undefined : verifyWitnessLine(bytes, four)),
    ]) {
      expect(check(cosignedAt(MAX_TIME_SECONDS))).toMatchObject({ ok: true, value: { time: MAX_TIME_SECONDS } })
      for (const time of [MAX_TIME_SECONDS + 1, Number.MAX_SAFE_INTEGER]) {
        expect(check(cosignedAt(time))).toMatchObject({ ok: false, code: 'cosignature/time' })
      }
    }
    for (const time of [-1, 0.5, MAX_TIME_SECONDS + 1]) {
      expect(() => cosign(note, { name: 'witness.example', ...witness }, time)).toThrow('no time')
    }
  })

  test('over another tree does not hold', () => {
    expect(verify(cosigned.replace('\n1\n', '\n2\n')).ok).toBe(false)
  })
})

describe('a verifier key', () => {
  test('is written and read as C2SP signed-note says', () => {
    for (const key of [
      makeVerifierKey(origin, 1, log.ed25519.publicKey),
      ...cosignerKeys('w.example', publicOf(witness)),
    ]) {
      expect(parseVerifierKey(formatVerifierKey(key))).toEqual({ ok: true, value: key })
    }
  })

  test('is the known one of a public log', () => {
    const known = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'
    const parsed = parseVerifierKey(known)
    expect(parsed.ok && formatVerifierKey(parsed.value)).toBe(known)
  })

  test.each([
    '',
    'a',
    'a+00000000+AAAA',
    'sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
    'a b+033de0ae+Ac4z',
  ])('“%s” is none', (written) => {
    expect(parseVerifierKey(written).ok).toBe(false)
  })
})
