// Cosignatures of checkpoints and subtrees (C2SP tlog-cosignature), requests to a witness (tlog-witness) and policies
// (tlog-policy).

import {
  type Cosigned,
  emptyRoot,
  formatAddCheckpoint,
  fromBase64,
  fromUtf8,
  makeVerifierKey,
  type Subtree,
  signCheckpoint,
  signNoteLine,
  subtreeLine,
  toBase64,
  utf8,
} from '@countersign/log'
import { signersOf } from '../../packages/log/test/sample-log.ts'
import {
  asJson,
  body,
  type Expected,
  forked,
  log,
  logKey,
  logLatticeKey,
  logLine,
  logSigners,
  note,
  ORIGIN,
  strangerLine,
  strangers,
  TIME,
  timedLine,
  vkey,
  WITNESS,
  witnessKey,
  witnessLatticeKey,
  witnessLines,
  witnessSigners,
} from './log-making.ts'

const seven = body(7)
const [four, six] = witnessLines(seven)
const own = logLine(seven)
const extended = body(7, 'an extension\n')
const flipTime = (line: string) => {
  const [, name = '', encoded = ''] = line.trimEnd().split(' ')
  const bytes = fromBase64(encoded) ?? new Uint8Array()
  bytes[11] = (bytes[11] ?? 0) ^ 1
  return `— ${name} ${toBase64(bytes)}\n`
}
const shorter = (line: string) => {
  const [, name = '', encoded = ''] = line.trimEnd().split(' ')
  return `— ${name} ${toBase64((fromBase64(encoded) ?? new Uint8Array()).subarray(0, -1))}\n`
}

/** `times`: of each key that signed, 04 first, POSIX seconds. */
const cosignatures: [string, string, string, string, number[]?][] = [
  ['type 04', 'A timestamped Ed25519 line.', note(seven, own, four), 'valid', [TIME]],
  ['type 06', 'An ML-DSA-44 line.', note(seven, own, six), 'valid', [TIME]],
  ['both types', 'Two lines of one cosigner.', note(seven, own, four, six), 'valid', [TIME, TIME]],
  ['without the log’s own line', 'A cosignature is verified by itself.', note(seven, four), 'valid', [TIME]],
  [
    'over an extension line, type 04',
    'Extension lines belong to what type 04 signs.',
    note(extended, witnessLines(extended)[0]),
    'valid',
    [TIME],
  ],
  [
    'over an extension line, type 06',
    'They do not belong to what type 06 signs, so a line over the checkpoint without them holds too.',
    note(extended, six),
    'valid',
    [TIME],
  ],
  [
    'without a time, type 06',
    'A cosigner that does not say that this is the largest tree gives 0.',
    note(seven, timedLine(6, { text: seven, time: 0n })),
    'valid',
    [0],
  ],
  [
    'the last second of the year 9999',
    'The last time that has a name.',
    note(seven, timedLine(4, { text: seven, time: 253_402_300_799n })),
    'valid',
    [253_402_300_799],
  ],
  [
    'a second later',
    'A limit of this implementation.',
    note(seven, timedLine(4, { text: seven, time: 253_402_300_800n })),
    'cosignature/time',
  ],
  [
    'a time above 2⁶³ − 1',
    'No cosignature has such a time.',
    note(seven, timedLine(4, { text: seven, time: 2n ** 63n })),
    'note/signature',
  ],
  ['another time, type 04', 'The time is signed.', note(seven, flipTime(four)), 'note/signature'],
  ['another time, type 06', 'The time is signed.', note(seven, flipTime(six)), 'note/signature'],
  [
    'a time that is not the signed one, type 06',
    'Both times are one.',
    note(seven, timedLine(6, { text: seven, time: 5n, written: 6n })),
    'note/signature',
  ],
  ['another size', 'The size is signed.', note(seven.replace('\n7\n', '\n8\n'), four), 'note/signature'],
  ['another size, type 06', 'The size is signed.', note(seven.replace('\n7\n', '\n8\n'), six), 'note/signature'],
  ['another origin, type 06', 'The origin is signed.', note(seven.replace('one', 'two'), six), 'note/signature'],
  [
    'another cosigner’s name in the message, type 06',
    'Type 06 binds the name.',
    note(seven, timedLine(6, { text: seven, time: BigInt(TIME), name: 'witness.example/w2' })),
    'note/signature',
  ],
  [
    'an extension line added, type 04',
    'Extension lines belong to what type 04 signs.',
    note(extended, four),
    'note/signature',
  ],
  [
    'a byte too short, type 04',
    'Eight bytes of time and 64 of signature.',
    note(seven, shorter(four)),
    'note/signature',
  ],
  [
    'a byte too short, type 06',
    'Eight bytes of time and 2,420 of signature.',
    note(seven, shorter(six)),
    'note/signature',
  ],
  [
    'a plain signature under the id of type 04',
    'The message of a cosignature begins with its own line.',
    note(
      seven,
      `— ${WITNESS} ${toBase64(Uint8Array.from([...witnessKey.keyId, ...new Uint8Array(8), ...witnessSigners.ed25519.sign(utf8(seven))]))}\n`,
    ),
    'note/signature',
  ],
  [
    'only a stranger’s',
    'Lines of unknown keys are passed over.',
    note(seven, own, strangerLine(seven)),
    'note/unsigned',
  ],
  [
    'over a text that is no checkpoint',
    'Only checkpoints are cosigned.',
    note('a\nb\nc\n', timedLine(4, { text: 'a\nb\nc\n', time: 5n })),
    'note/signature',
  ],
]
export const cosignatureCases = cosignatures.map(([name, description, text, expect, times]) => ({
  ...{ name, description, expect, text },
  ...(times === undefined ? {} : { times }),
}))

const leafRange = (start: number, end: number): Subtree => ({
  ...{ origin: ORIGIN, start, end },
  // Any 32 bytes: what they are the root of is no matter of the signature.
  hash: new Uint8Array(32).fill(start + end),
})
const subtreeText = (
  subtree: Subtree,
  line: string,
  expect: string,
  name: string,
  description: string,
  time?: number,
) => ({
  ...{ name, description, expect, line },
  ...{ origin: subtree.origin, start: subtree.start, end: subtree.end, hash: toBase64(subtree.hash) },
  ...(time === undefined ? {} : { time }),
})
const part = leafRange(8, 13)
const partLine = subtreeLine(part, WITNESS, witnessSigners.mldsa44)
const timedPart = (() => {
  // A cosigner that dates what it must not date.
  const whole = body(13)
  const line = timedLine(6, { text: whole, time: BigInt(TIME) })
  return { line, subtree: { ...part, start: 0, hash: log.at(13).root } }
})()
export const subtreeCases = [
  subtreeText(part, partLine, 'valid', 'leaves 8 to 12', 'A part of a tree, without a time.', 0),
  subtreeText(
    timedPart.subtree,
    timedPart.line,
    'valid',
    'leaves 0 to 12, dated',
    'From leaf 0 on it is a checkpoint’s line, and may name a time.',
    TIME,
  ),
  subtreeText({ ...part, start: 9 }, partLine, 'subtree/signature', 'another start', 'The start is signed.'),
  subtreeText({ ...part, end: 12 }, partLine, 'subtree/signature', 'another end', 'The end is signed.'),
  subtreeText(
    { ...part, hash: new Uint8Array(32) },
    partLine,
    'subtree/signature',
    'another hash',
    'The hash is signed.',
  ),
  subtreeText(
    { ...part, origin: 'log.example/two' },
    partLine,
    'subtree/signature',
    'another origin',
    'The origin is signed.',
  ),
  subtreeText(part, flipTime(partLine), 'subtree/time', 'a time', 'A part that does not start at 0 has no time.'),
  subtreeText({ ...part, start: 13 }, partLine, 'subtree/form', 'no leaves', 'A subtree starts before it ends.'),
  subtreeText(
    part,
    partLine.replace(WITNESS, 'witness.example/w2'),
    'subtree/unknown-key',
    'another name',
    'The line is of another key.',
  ),
  subtreeText(
    part,
    subtreeLine(part, WITNESS, strangers.mldsa44),
    'subtree/unknown-key',
    'another key',
    'The line is of another key.',
  ),
  subtreeText(part, partLine.trimEnd(), 'note/signature-line', 'no newline', 'A line ends in a newline.'),
]

const W = (n: number) => makeVerifierKey(`w${n}.example`, 4, signersOf(10 + n).ed25519.publicKey)
const witnessesOf = (...names: string[]) => names.map((name, i) => `witness ${name} ${vkey(W(i))}\n`).join('')
const logText = `log ${vkey(logKey)}\n`
const nested = `${logText}${witnessesOf('X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3')}group X 2 X1 X2 X3\ngroup Y any Y1 Y2 Y3\ngroup X-and-Y all X Y\nquorum X-and-Y\n`
const one = witnessesOf('X')

interface PolicyCase extends Expected {
  policy: { text: string } | { base64: string }
  /** Where it is valid: sets of witnesses that cosigned, and whether they are the quorum. */
  quorums?: { cosigned: string[]; met: boolean }[]
}
const policyTexts: [string, string, string | Uint8Array, string, [string[], boolean][]?][] = [
  ['no cosignature asked for', 'The least that a policy says.', 'quorum none\n', 'valid', [[[], true]]],
  [
    'a log and a witness',
    'The witness is the quorum.',
    `${logText}${one}quorum X\n`,
    'valid',
    [
      [['X'], true],
      [[], false],
    ],
  ],
  [
    'keys of lattices',
    'Type 06 for logs and witnesses.',
    `log ${vkey(logLatticeKey)}\nwitness W ${vkey(witnessLatticeKey)}\nquorum W\n`,
    'valid',
    [[['W'], true]],
  ],
  ['a log with two keys', 'One origin, two keys.', `${logText}log ${vkey(logLatticeKey)}\nquorum none\n`, 'valid'],
  [
    'groups of groups',
    'The example of the specification.',
    nested,
    'valid',
    [
      [['X1', 'X3', 'Y2'], true],
      [['X1', 'X2', 'X3'], false],
      [['X1', 'Y1', 'Y2', 'Y3'], false],
      [['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'], true],
      [['X-and-Y'], false],
    ],
  ],
  [
    'comments, empty lines, tabs and URLs',
    'Whatever a person writes around it.',
    `# logs\n\n \t\n\t${logText.trimEnd()}\thttps://log.example/one/ \n  # more\nwitness  X\t${vkey(W(0))}  https://w0.example/\nquorum X`.concat(
      '\n',
    ),
    'valid',
    [[['X'], true]],
  ],
  [
    'names that are no ASCII',
    'A Kelvin sign is no K.',
    `${witnessesOf('K', '\u212a')}quorum \u212a\n`,
    'valid',
    [
      [['K'], false],
      [['\u212a'], true],
    ],
  ],
  [
    'a comment that is no UTF-8',
    'Octets above ASCII are opaque.',
    Uint8Array.from([0x23, 0xff, 0x0a, ...utf8('quorum none\n')]),
    'valid',
    [[[], true]],
  ],
  [
    'a group named like a word',
    'Names are free but for “none”.',
    `${one}group all all X\nquorum all\n`,
    'valid',
    [[['X'], true]],
  ],
  ['no quorum', 'Exactly one quorum line.', logText, 'policy/quorum'],
  ['nothing', 'Exactly one quorum line.', '\n', 'policy/quorum'],
  ['two quorums', 'Exactly one quorum line.', 'quorum none\nquorum none\n', 'policy/quorum'],
  ['a quorum defined below', 'A name is defined on a line before.', `quorum X\n${one}`, 'policy/unknown-name'],
  [
    'a member defined below',
    'A name is defined on a line before.',
    `group G any X\n${one}quorum G\n`,
    'policy/unknown-name',
  ],
  ['a group of itself', 'A name is defined on a line before.', `group G any G\nquorum G\n`, 'policy/unknown-name'],
  [
    'a member of two groups',
    'A name is a member once.',
    `${one}group G any X\ngroup H any X\nquorum G\n`,
    'policy/member-twice',
  ],
  ['a member twice', 'A name is a member once.', `${one}group G 2 X X\nquorum G\n`, 'policy/member-twice'],
  ['none as a member', '“none” is no member.', `${one}group G any X none\nquorum G\n`, 'policy/unknown-name'],
  ['none as a witness', '“none” is defined already.', `${witnessesOf('none')}quorum none\n`, 'policy/name'],
  ['one name twice', 'Witnesses and groups share their names.', `${one}group X any X\nquorum X\n`, 'policy/name'],
  ['a group without members', 'One member at least.', `${one}group G any\nquorum G\n`, 'policy/form'],
  ['a threshold of none', '1 at least.', `${one}group G 0 X\nquorum G\n`, 'policy/threshold'],
  ['a threshold above the members', 'All at most.', `${one}group G 2 X\nquorum G\n`, 'policy/threshold'],
  ['a threshold with a leading zero', 'Plain decimals.', `${one}group G 01 X\nquorum G\n`, 'policy/threshold'],
  ['a log twice', 'A key stands once among the logs.', `${logText}${logText}quorum none\n`, 'policy/duplicate-key'],
  [
    'a log under two names',
    'The bytes of the key decide.',
    `${logText}log ${vkey(makeVerifierKey('two.example', 1, logKey.publicKey))}\nquorum none\n`,
    'policy/duplicate-key',
  ],
  [
    'a witness under two names',
    'The bytes of the key decide.',
    `witness X ${vkey(W(0))}\nwitness Y ${vkey(W(0))}\nquorum X\n`,
    'policy/duplicate-key',
  ],
  [
    'a cosigner’s key for a log',
    'A log signs with type 01 or 06.',
    `log ${vkey(witnessKey)}\nquorum none\n`,
    'policy/key-type',
  ],
  [
    'a log’s key for a witness',
    'A witness signs with type 04 or 06.',
    `witness X ${vkey(logKey)}\nquorum X\n`,
    'policy/key-type',
  ],
  [
    'a key with a wrong id',
    'As in any verifier key.',
    `${logText.replace(/\+[0-9a-f]{8}\+/, '+00000000+')}quorum none\n`,
    'key/id',
  ],
  ['an unknown word', 'Four words begin a line.', 'monitor X\nquorum none\n', 'policy/keyword'],
  ['a comment behind a line', 'A comment has a line of its own.', 'quorum none # so\n', 'policy/form'],
  [
    'a carriage return',
    'Tab and newline are the only control characters.',
    'quorum none\r\n',
    'policy/control-character',
  ],
  ['no newline at the end', 'Each line ends in a newline.', 'quorum none', 'policy/form'],
]
export const policyCases: PolicyCase[] = policyTexts.map(([name, description, written, expect, quorums]) => ({
  ...{ name, description, expect, policy: asJson(typeof written === 'string' ? utf8(written) : written) },
  ...(quorums === undefined ? {} : { quorums: quorums.map(([cosigned, met]) => ({ cosigned, met })) }),
}))

interface WitnessCase extends Expected {
  /** What the witness cosigned last; null where nothing. */
  latest: { size: number; root: string } | null
  request: string
  status: number
  /** Of a 409. */
  body?: string
  fork?: true
}
const ask = (
  old: number,
  size: number,
  { of = log, ...more }: { of?: typeof log; proof?: Uint8Array[]; checkpoint?: Uint8Array } = {},
) => {
  const { proof = of.proof(old, size), checkpoint = of.note(size) } = more
  return fromUtf8(formatAddCheckpoint({ oldSize: old, proof, checkpoint })) ?? ''
}
const signedBy = (signer: typeof strangers, of: Cosigned, origin = ORIGIN) => signCheckpoint({ origin, ...of }, signer)
const [, hash5 = ''] = ask(5, 9).split('\n')
const flipped = log.proof(5, 9).map((hash, i) => (i === 0 ? Uint8Array.from(hash, (byte) => byte ^ 1) : hash))
const failing = (() => {
  const [mine, other] = [fromUtf8(log.note(3)) ?? '', fromUtf8(forked.note(3)) ?? ''].map((text) => text.split('\n'))
  return utf8([...(mine?.slice(0, 5) ?? []), other?.[5], ''].join('\n'))
})()

const requests: [string, string, Cosigned | undefined, string, number, string, { body?: string; fork?: true }?][] = [
  ['the first checkpoint', 'Old 0, no proof.', undefined, ask(0, 5), 200, 'valid'],
  ['the first checkpoint of an empty log', 'Its root is the hash of nothing.', undefined, ask(0, 0), 200, 'valid'],
  ['growth', 'With its consistency proof.', log.at(5), ask(5, 9), 200, 'valid'],
  ['growth from a power of two', 'With its consistency proof.', log.at(8), ask(8, 300), 200, 'valid'],
  [
    'growth from nothing that was cosigned',
    'The empty tree begins every other; nothing is to be proved.',
    log.at(0),
    ask(0, 9),
    200,
    'valid',
  ],
  ['the same again', 'To date it anew.', log.at(9), ask(9, 9), 200, 'valid'],
  [
    'signed by one of two trusted keys',
    'The other’s line is not there.',
    log.at(5),
    ask(5, 9, { checkpoint: utf8(note(body(9), logLine(body(9)))) }),
    200,
    'valid',
  ],
  [
    'with lines of strangers',
    'They are passed over.',
    log.at(5),
    ask(5, 9, { checkpoint: utf8(`${fromUtf8(log.note(9))}${strangerLine(body(9))}`) }),
    200,
    'valid',
  ],
  [
    'with an extension line',
    'It is cosigned as it stands.',
    log.at(5),
    ask(5, 9, { checkpoint: utf8(note(body(9, 'more\n'), logLine(body(9, 'more\n')))) }),
    200,
    'valid',
  ],
  [
    'an unknown log',
    'No key is trusted for its origin.',
    undefined,
    ask(0, 5, { checkpoint: signedBy(logSigners, log.at(5), 'log.example/two') }),
    404,
    'witness/unknown-log',
  ],
  [
    'no trusted signature',
    'The log’s name, another’s key.',
    undefined,
    ask(0, 5, { checkpoint: signedBy(strangers, log.at(5)) }),
    403,
    'note/unsigned',
  ],
  [
    'a trusted key’s line that fails beside one that holds',
    'The note is refused as a whole.',
    undefined,
    ask(0, 3, { checkpoint: failing }),
    403,
    'note/signature',
  ],
  [
    'an old size above the checkpoint’s',
    'A log does not shrink.',
    log.at(9),
    ask(0, 5).replace('old 0', 'old 9'),
    400,
    'witness/shrinks',
  ],
  [
    'an old size that is not the last, too small',
    'The answer names the last.',
    log.at(7),
    ask(5, 9),
    409,
    'witness/old-size',
    { body: '7\n' },
  ],
  [
    'an old size that is not the last, too large',
    'The answer names the last.',
    log.at(5),
    ask(7, 9),
    409,
    'witness/old-size',
    { body: '5\n' },
  ],
  [
    'an old size where nothing was cosigned',
    'The answer names 0.',
    undefined,
    ask(5, 9),
    409,
    'witness/old-size',
    { body: '0\n' },
  ],
  [
    'a proof with one hash changed',
    'It leads to another root.',
    log.at(5),
    ask(5, 9, { proof: flipped }),
    422,
    'proof/old-root',
  ],
  [
    'a proof too short',
    'It ends before the root.',
    log.at(5),
    ask(5, 9, { proof: log.proof(5, 9).slice(0, -1) }),
    422,
    'proof/too-short',
  ],
  ['no proof', 'Growth is proved.', log.at(5), ask(5, 9, { proof: [] }), 422, 'proof/too-short'],
  [
    'a proof too long',
    'A hash more than leads to the root.',
    log.at(5),
    ask(5, 9, { proof: [...log.proof(5, 9), emptyRoot] }),
    422,
    'proof/too-long',
  ],
  ['a proof from 0', 'There is nothing to prove.', undefined, ask(0, 9, { proof: [emptyRoot] }), 422, 'proof/too-long'],
  [
    'a proof from a size to itself',
    'There is nothing to prove.',
    log.at(9),
    ask(9, 9, { proof: [emptyRoot] }),
    422,
    'proof/too-long',
  ],
  [
    'another branch',
    'A proof of its own, from another tree of that size.',
    log.at(5),
    ask(5, 9, { of: forked }),
    422,
    'proof/old-root',
  ],
  [
    'another root of one size',
    'The log signed two trees of one size.',
    log.at(9),
    ask(9, 9, { of: forked }),
    422,
    'witness/fork',
    { fork: true },
  ],
  [
    'another root of one size behind another old size',
    'What is asked is refused as any other; what was signed is proof of a fork all the same.',
    log.at(9),
    ask(5, 9, { of: forked }),
    409,
    'witness/old-size',
    { body: '9\n', fork: true },
  ],
  [
    'an empty log with another root',
    'The root of nothing is the hash of nothing.',
    undefined,
    ask(0, 0, { checkpoint: signedBy(logSigners, { size: 0, root: log.at(1).root }) }),
    422,
    'witness/empty-root',
  ],
  [
    'no old size',
    'The first line is the old size.',
    log.at(5),
    ask(5, 9).replace('old 5\n', ''),
    400,
    'add-checkpoint/old',
  ],
  [
    'an old size with a leading zero',
    'Plain decimals.',
    log.at(5),
    ask(5, 9).replace('old 5', 'old 05'),
    400,
    'add-checkpoint/old',
  ],
  ['two spaces', 'One space.', log.at(5), ask(5, 9).replace('old 5', 'old  5'), 400, 'add-checkpoint/old'],
  [
    'carriage returns',
    'Each line ends in a newline alone.',
    log.at(5),
    ask(5, 9).replaceAll('\n', '\r\n'),
    400,
    'add-checkpoint/form',
  ],
  [
    'a hash of 31 bytes',
    'A hash has 32 bytes.',
    log.at(5),
    ask(5, 9).replace(hash5, `${'A'.repeat(40)}AA==`),
    400,
    'add-checkpoint/hash',
  ],
  [
    'a hash with unused bits',
    'One hash has one text.',
    log.at(5),
    ask(5, 9).replace(hash5, `${'A'.repeat(42)}B=`),
    400,
    'add-checkpoint/hash',
  ],
  [
    '64 proof lines',
    'No proof has more than 63.',
    log.at(5),
    ask(5, 9).replace(`${hash5}\n`, `${hash5}\n`.repeat(62)),
    400,
    'add-checkpoint/proof-too-long',
  ],
  ['no checkpoint', 'An empty line and a checkpoint follow.', log.at(5), 'old 5\n', 400, 'add-checkpoint/form'],
  [
    'a checkpoint without signatures',
    'A checkpoint is a signed note.',
    log.at(5),
    ask(5, 9, { checkpoint: utf8(body(9)) }),
    400,
    'note/form',
  ],
  [
    'a checkpoint with a leading zero',
    'A size has one text.',
    log.at(5),
    ask(5, 9, {
      checkpoint: utf8(
        note(
          body(9).replace('\n9\n', '\n09\n'),
          signNoteLine(body(9).replace('\n9\n', '\n09\n'), ORIGIN, logSigners.ed25519),
        ),
      ),
    }),
    400,
    'checkpoint/size',
  ],
]
export const witnessCases: WitnessCase[] = requests.map(
  ([name, description, latest, request, status, expect, more]) => ({
    ...{ name, description, expect, status, request, ...more },
    latest: latest === undefined ? null : { size: latest.size, root: toBase64(latest.root) },
  }),
)
