import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cosignatureLines,
  cosignerKeys,
  ed25519,
  formatNote,
  formatPolicy,
  formatVerifierKey,
  isQuorum,
  leafHash,
  logKeys,
  makeVerifierKey,
  mldsa44,
  type Policy,
  type PolicyParts,
  parseNote,
  parsePolicy,
  type SignerPair,
  signCheckpoint,
  TreeFrontier,
  utf8,
  verifyByPolicy,
} from '../src/index.ts'

const pair = (n: number): SignerPair => ({
  ed25519: ed25519.signer(new Uint8Array(32).fill(n)),
  mldsa44: mldsa44.signer(new Uint8Array(32).fill(n)),
})
const publicOf = (of: SignerPair) => ({ ed25519: of.ed25519.publicKey, mldsa44: of.mldsa44.publicKey })
const origin = 'log.example/one'
const log = pair(1)
const [four = never(), six = never()] = cosignerKeys('w.example', publicOf(pair(2)))
const key = (n: number) => makeVerifierKey(`w${n}.example`, 4, ed25519.publicKey(new Uint8Array(32).fill(n)))
const vkey = (n: number) => formatVerifierKey(key(n))
const logLine = `log ${formatVerifierKey(makeVerifierKey(origin, 1, log.ed25519.publicKey))}`

const policyOf = (text: string): Policy => {
  const read = parsePolicy(utf8(text))
  if (!read.ok) throw new Error(read.message)
  return read.value
}
const witnesses = (...names: string[]) => names.map((name, i) => `witness ${name} ${vkey(10 + i)}\n`).join('')

describe('a policy', () => {
  test('is read with its logs, witnesses, groups and quorum, whatever stands between them', () => {
    const text = `# who is known\n\n \t\n\t${logLine} https://log.example/one\t\n  # indented\nwitness X1 ${vkey(11)}\nwitness  \t X2  ${vkey(12)} https://x2.example/\ngroup X any X1 X2\nquorum X\n`
    expect(policyOf(text)).toMatchObject({
      logs: [{ key: { name: origin }, url: 'https://log.example/one' }],
      witnesses: [{ name: 'X1' }, { name: 'X2', url: 'https://x2.example/' }],
      groups: [{ name: 'X', threshold: 1, members: ['X1', 'X2'] }],
      quorum: 'X',
    })
  })

  test('may know no log and ask for no cosignature', () => {
    expect(policyOf('quorum none\n')).toMatchObject({ logs: [], witnesses: [], groups: [], quorum: 'none' })
  })

  test('takes keys of type 01 and 06 for logs, and of type 04 and 06 for witnesses', () => {
    const [one = never(), lattice = never()] = logKeys(origin, publicOf(log))
    const text = `log ${formatVerifierKey(one)}\nlog ${formatVerifierKey(lattice)}\nwitness a ${formatVerifierKey(four)}\nwitness b ${formatVerifierKey(six)}\ngroup w all a b\nquorum w\n`
    expect(policyOf(text).logs.map(({ key }) => key.type)).toEqual([1, 6])
    expect(policyOf(text).witnesses.map(({ key }) => key.type)).toEqual([4, 6])
  })

  test.each<[string, string, string]>([
    ['no quorum', `${logLine}\n`, 'policy/quorum'],
    ['two quorums', 'quorum none\nquorum none\n', 'policy/quorum'],
    ['a quorum that is defined later', `quorum X\n${witnesses('X')}`, 'policy/unknown-name'],
    ['a member that is defined later', `group G any X\n${witnesses('X')}quorum G\n`, 'policy/unknown-name'],
    ['a group that is its own member', 'group G any G\nquorum G\n', 'policy/unknown-name'],
    ['a member of two groups', `${witnesses('X')}group G any X\ngroup H any X\nquorum H\n`, 'policy/member-twice'],
    ['a member twice', `${witnesses('X')}group G 2 X X\nquorum G\n`, 'policy/member-twice'],
    ['none as a member', `${witnesses('X')}group G any none\nquorum G\n`, 'policy/unknown-name'],
    ['a witness named none', witnesses('none'), 'policy/name'],
    ['a group named none', `${witnesses('X')}group none any X\nquorum none\n`, 'policy/name'],
    ['one name for two witnesses', witnesses('X', 'X'), 'policy/name'],
    ['one name for a witness and a group', `${witnesses('X', 'Y')}group Y any X\nquorum Y\n`, 'policy/name'],
    ['a group without members', `${witnesses('X')}group G any\nquorum G\n`, 'policy/form'],
    ['a threshold of 0', `${witnesses('X')}group G 0 X\nquorum G\n`, 'policy/threshold'],
    ['a threshold above the members', `${witnesses('X')}group G 2 X\nquorum G\n`, 'policy/threshold'],
    ['a threshold with a leading zero', `${witnesses('X')}group G 01 X\nquorum G\n`, 'policy/threshold'],
    ['a threshold in words', `${witnesses('X')}group G most X\nquorum G\n`, 'policy/threshold'],
    ['a log twice', `${logLine}\n${logLine}\nquorum none\n`, 'policy/duplicate-key'],
    [
      'a log twice under two names',
      `${logLine}\nlog ${formatVerifierKey(makeVerifierKey('other.example', 1, log.ed25519.publicKey))}\nquorum none\n`,
      'policy/duplicate-key',
    ],
    ['a witness’s key twice', `witness X ${vkey(9)}\nwitness Y ${vkey(9)}\nquorum X\n`, 'policy/duplicate-key'],
    ['a log with a witness’s key', `log ${vkey(9)}\nquorum none\n`, 'policy/key-type'],
    ['a witness with a log’s key', `witness X ${logLine.slice(4)}\nquorum X\n`, 'policy/key-type'],
    ['a key that is none', 'log log.example+00000000+AAAA\nquorum none\n', 'key/type'],
    ['an unknown word', 'monitor x\nquorum none\n', 'policy/keyword'],
    ['a word in capitals', 'Quorum none\n', 'policy/keyword'],
    ['one item too many', `${logLine} url more\nquorum none\n`, 'policy/form'],
    ['a quorum of two names', `${witnesses('X')}quorum X X\n`, 'policy/form'],
    ['a carriage return', 'quorum none\r\n', 'policy/control-character'],
    ['a delete character', '# \x7f\nquorum none\n', 'policy/control-character'],
    ['no newline at its end', 'quorum none', 'policy/form'],
    ['a comment behind a line', 'quorum none # really\n', 'policy/form'],
  ])('with %s is refused', (_what, text, code) => {
    expect(parsePolicy(utf8(text))).toMatchObject({ ok: false, code })
  })

  test('takes one key for several logs only where that is asked for, and never one log twice', () => {
    const two = `log ${formatVerifierKey(makeVerifierKey('log.example/two', 1, log.ed25519.publicKey))}`
    const text = `${logLine}\n${two}\nquorum none\n`
    expect(parsePolicy(utf8(text))).toMatchObject({ code: 'policy/duplicate-key' })
    const read = parsePolicy(utf8(text), { sharedLogKeys: true })
    expect(read.ok && read.value.logs.map(({ key }) => key.name)).toEqual([origin, 'log.example/two'])
    expect(parsePolicy(utf8(`${logLine}\n${text}`), { sharedLogKeys: true })).toMatchObject({
      code: 'policy/duplicate-key',
    })
    const shared = `witness X ${vkey(9)}\nwitness Y ${formatVerifierKey(makeVerifierKey('y.example', 4, key(9).publicKey))}\nquorum X\n`
    expect(parsePolicy(utf8(shared), { sharedLogKeys: true })).toMatchObject({ code: 'policy/duplicate-key' })
  })

  test('compares names octet by octet: a Kelvin sign is no K, and octets that are no UTF-8 are names', () => {
    const kelvin = `witness \u212a ${vkey(11)}\nwitness K ${vkey(12)}\nquorum \u212a\n`
    expect(isQuorum(policyOf(kelvin), new Set(['K']))).toBe(false)
    expect(isQuorum(policyOf(kelvin), new Set(['\u212a']))).toBe(true)
    const octets = (name: number[]) => Buffer.concat([utf8('witness '), Buffer.from(name), utf8(` ${vkey(11)}\n`)])
    const read = parsePolicy(
      Buffer.concat([octets([0xff]), utf8(`witness \u00ff ${vkey(12)}\nquorum `), Buffer.of(0xff, 0x0a)]),
    )
    if (!read.ok) throw new Error(read.message)
    expect(new Set(read.value.witnesses.map(({ name }) => name)).size).toBe(2)
    expect(read.value.quorum).toBe(read.value.witnesses[0]?.name)
    expect(parsePolicy(formatPolicy(read.value))).toEqual(read)
  })

  test('holds 32 logs, 32 witnesses and 32 groups, as every implementation should', () => {
    const many = Array.from({ length: 32 }, (_, i) => i)
    const logs = many.map((i) => `log ${formatVerifierKey(makeVerifierKey(`l${i}`, 1, key(100 + i).publicKey))}\n`)
    const groups = many.map((i) => `group g${i} any w${i}${i === 0 ? '' : ` g${i - 1}`}\n`)
    const text = `${logs.join('')}${many.map((i) => `witness w${i} ${vkey(100 + i)}\n`).join('')}${groups.join('')}quorum g31\n`
    expect(isQuorum(policyOf(text), new Set(['w0']))).toBe(true)
  })

  test('with more than a thousand lines, or too many bytes, is refused', () => {
    const text = Array.from({ length: 1_100 }, (_, i) => `group g${i} any ${i === 0 ? 'w' : `g${i - 1}`}\n`).join('')
    expect(parsePolicy(utf8(`${witnesses('w')}${text}quorum w\n`))).toMatchObject({ code: 'policy/too-many' })
    expect(parsePolicy(new Uint8Array(5_000_000))).toMatchObject({ code: 'policy/too-large' })
  })

  test('that is written is read back the same, and nothing that is read makes the reader throw', () => {
    const name = fc.stringMatching(/^[A-Za-z\u0400-\u04ff][\w\u0400-\u04ff]{0,8}$/).filter((one) => one !== 'none')
    const parts = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).chain((names) =>
      fc.integer({ min: 1, max: names.length }).map((threshold): PolicyParts => {
        const members = names.map((one) => `w-${one}`)
        return {
          logs: [{ key: makeVerifierKey(origin, 1, log.ed25519.publicKey), url: 'https://log.example/' }],
          witnesses: members.map((member, i) => ({ name: member, key: key(10 + i) })),
          groups: [{ name: 'all-of-them', threshold, members }],
          quorum: 'all-of-them',
        }
      }),
    )
    fc.assert(
      fc.property(parts, (of) => {
        expect(parsePolicy(formatPolicy(of))).toEqual({ ok: true, value: of })
      }),
      { numRuns: 30 },
    )
    const lines = fc.array(
      fc.oneof(
        fc.constantFrom('quorum none', 'group a any b', `witness b ${vkey(10)}`, logLine, '#'),
        fc.string({ unit: 'binary' }),
      ),
    )
    fc.assert(
      fc.property(lines, (all) => typeof parsePolicy(utf8(all.map((one) => `${one}\n`).join(''))).ok === 'boolean'),
    )
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof parsePolicy(bytes).ok === 'boolean'))
  })
})

describe('a quorum', () => {
  const nested = policyOf(
    `${witnesses('X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3')}group X 2 X1 X2 X3\ngroup Y any Y1 Y2 Y3\ngroup both all X Y\nquorum both\n`,
  )

  test('is counted through groups of groups', () => {
    const met = (...names: string[]) => isQuorum(nested, new Set(names))
    expect(met('X1', 'X3', 'Y2')).toBe(true)
    expect(met('X1', 'X2', 'X3')).toBe(false)
    expect(met('X1', 'Y1', 'Y2', 'Y3')).toBe(false)
    expect(met()).toBe(false)
  })

  test('is as the definition says, for every set of witnesses', () => {
    fc.assert(
      fc.property(fc.subarray(['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3']), (names) => {
        const of = (letter: string) => names.filter((one) => one.startsWith(letter)).length
        expect(isQuorum(nested, new Set(names))).toBe(of('X') >= 2 && of('Y') >= 1)
      }),
    )
  })

  test('is not met by saying the name of a group, nor by strangers', () => {
    expect(isQuorum(nested, new Set(['both', 'X', 'Y', 'Z']))).toBe(false)
  })
})

describe('a checkpoint under a policy', () => {
  const tree = new TreeFrontier()
  tree.append(leafHash(utf8('x')))
  const note = signCheckpoint({ origin, size: 1, root: tree.root() }, log)
  const parsed = parseNote(note)
  const text = parsed.ok ? parsed.value.text : ''
  const own = parsed.ok ? parsed.value.signatures.map(({ line }) => line) : []
  const lines = cosignatureLines(text, 'w.example', pair(2), 1_000)
  const cosigned = formatNote(text, [...own, ...lines])
  const both = `witness a ${formatVerifierKey(four)}\nwitness b ${formatVerifierKey(six)}\ngroup w all a b\nquorum w\n`

  test('is taken where its log is known and its quorum cosigned, and says who did and when', () => {
    expect(verifyByPolicy(policyOf(`${logLine}\n${both}`), cosigned)).toMatchObject({
      ok: true,
      value: {
        ...{ origin, size: 1 },
        witnesses: [
          { name: 'a', time: 1_000 },
          { name: 'b', time: 1_000 },
        ],
      },
    })
  })

  test('is refused with too few cosignatures', () => {
    const policy = policyOf(`${logLine}\n${both}`)
    expect(verifyByPolicy(policy, note)).toMatchObject({ code: 'policy/quorum-not-met' })
    expect(verifyByPolicy(policy, formatNote(text, [...own, lines[0] ?? '']))).toMatchObject({
      code: 'policy/quorum-not-met',
    })
  })

  test('is refused where a known witness’s line fails, even if the others are enough', () => {
    const policy = policyOf(
      `${logLine}\nwitness a ${formatVerifierKey(four)}\nwitness b ${formatVerifierKey(six)}\ngroup w any a b\nquorum w\n`,
    )
    const wrong = cosignatureLines(text.replace('\n1\n', '\n2\n'), 'w.example', pair(2), 1_000)
    expect(verifyByPolicy(policy, formatNote(text, [...own, lines[0] ?? '', wrong[1] ?? '']))).toMatchObject({
      code: 'note/signature',
    })
  })

  test('is refused under another log’s key, although that key signed it', () => {
    const other = makeVerifierKey('other.example', 1, log.ed25519.publicKey)
    const policy = policyOf(`log ${formatVerifierKey(other)}\nquorum none\n`)
    expect(verifyByPolicy(policy, cosigned)).toMatchObject({ code: 'policy/unknown-log' })
  })

  test('is taken by a policy without logs where the log is known otherwise', () => {
    const policy = policyOf(both)
    expect(verifyByPolicy(policy, cosigned)).toMatchObject({ code: 'policy/unknown-log' })
    expect(verifyByPolicy(policy, cosigned, logKeys(origin, publicOf(log)))).toMatchObject({ ok: true })
  })
})

function never(): never {
  throw new Error('There are two keys.')
}
