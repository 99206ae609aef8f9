// Verifier keys and signed notes (C2SP signed-note), and checkpoints (tlog-checkpoint).

import { makeVerifierKey, toBase64, utf8 } from '@countersign/log'
import {
  asJson,
  body,
  type Expected,
  log,
  logKey,
  logLine,
  logSigners,
  note,
  ORIGIN,
  strangerLine,
  vkey,
  witnessKey,
  witnessLatticeKey,
} from './log-making.ts'

const changeLast = (text: string, to: (character: string) => string) => text.slice(0, -1) + to(text.slice(-1))
const nextBase64 = (line: string): string => {
  // The last character before the padding with its lowest bit, which no byte uses, set.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return line.replace(
    /(.)(=+)\n$/,
    (_all, last: string, padding: string) => `${alphabet[alphabet.indexOf(last) + 1]}${padding}\n`,
  )
}

const example = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'

export const keyCases: (Expected & { vkey: string })[] = [
  ['the example of the specification', 'The key that signed-note shows.', example, 'valid'],
  [
    'the Go checksum database',
    'The key of a public log.',
    'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
    'valid',
  ],
  ['a cosigner of type 04', 'A timestamped Ed25519 key.', vkey(witnessKey), 'valid'],
  ['a cosigner of type 06', 'An ML-DSA-44 key of 1,312 bytes.', vkey(witnessLatticeKey), 'valid'],
  [
    'a name that is no URL',
    'Any text without space and plus is a name.',
    vkey(makeVerifierKey('Ключ№1', 1, logKey.publicKey)),
    'valid',
  ],
  ['no name', 'A name is not empty.', example.slice('example.com/foo'.length), 'key/form'],
  ['a space in the name', 'A name has no Unicode space.', example.replace('/', ' '), 'key/form'],
  ['an ideographic space in the name', 'U+3000 is a Unicode space.', example.replace('/', '\u3000'), 'key/form'],
  ['another id', 'The id follows from name, type and key.', example.replace('530d903a', '530d903b'), 'key/id'],
  ['an id in capitals', 'The id is lower-case hex.', example.replace('530d903a', '530D903A'), 'key/form'],
  ['an id of seven digits', 'The id has eight hex digits.', example.replace('530d903a', '530d903'), 'key/form'],
  ['another name', 'The id is of this name alone.', example.replace('foo', 'fop'), 'key/id'],
  [
    'an unknown type',
    'Type 02 is not supported here.',
    `a+00000000+${toBase64(Uint8Array.from([2, ...logKey.publicKey]))}`,
    'key/type',
  ],
  [
    'a key of 31 bytes',
    'An Ed25519 key has 32 bytes.',
    `a+00000000+${toBase64(Uint8Array.from([1, ...logKey.publicKey.subarray(1)]))}`,
    'key/length',
  ],
  [
    'base64 with unused bits',
    'Two texts for one key are one too many.',
    changeLast(example, (last) => (last === 'k' ? 'l' : 'k')),
    'key/id',
  ],
  [
    'URL-safe base64',
    'The alphabet is the standard one.',
    `a+00000000+${toBase64(Uint8Array.of(1, 0xfb, 0xff))
      .replaceAll('+', '-')
      .replaceAll('/', '_')}`,
    'key/form',
  ],
].map(([name = '', description = '', vkey = '', expect = '']) => ({ name, description, vkey, expect }))

const TEXT = 'Two parties met at noon.\nNeither trusts the other’s clock: ⏰.\n'
const own = (text: string) => logLine(text)
const line = own(TEXT)
const manyLines = (count: number) => Array.from({ length: count }, (_, i) => strangerLine(TEXT, `stranger${i}.example`))

const noteTexts: [string, string, string | Uint8Array, string][] = [
  ['one signature', 'The plainest note.', note(TEXT, line), 'valid'],
  ['an empty text line', 'The last empty line parts text and signatures.', note(`a\n\nb\n`, own(`a\n\nb\n`)), 'valid'],
  [
    'a text that looks like a signature',
    'What stands before the last empty line is text.',
    note(`${line}\n${line}`, own(`${line}\n${line}`)),
    'valid',
  ],
  ['an unknown key beside', 'Lines of unknown keys are passed over.', note(TEXT, strangerLine(TEXT), line), 'valid'],
  [
    'an unknown key with a signature that is none',
    'Of unknown keys nothing is verified.',
    note(TEXT, `— stranger.example ${toBase64(new Uint8Array(80))}\n`, line),
    'valid',
  ],
  [
    'the known name with another id',
    'Name and id together name a key.',
    note(TEXT, strangerLine(TEXT, ORIGIN), line),
    'valid',
  ],
  [
    'the known id with another name',
    'Name and id together name a key.',
    note(TEXT, line.replace(ORIGIN, 'log.example/two'), line),
    'valid',
  ],
  ['sixteen signatures', 'Verifiers accept at least 16.', note(TEXT, ...manyLines(15), line), 'valid'],
  [
    'a delete character',
    'Only characters below U+0020 are control characters here.',
    note(`a\x7fb\n`, own(`a\x7fb\n`)),
    'valid',
  ],
  ['a byte order mark', 'It is a character of the text like any other.', note(`\ufeffa\n`, own(`\ufeffa\n`)), 'valid'],
  [
    'sixty-five signatures',
    'A limit of this implementation: 64.',
    note(TEXT, ...manyLines(64), line),
    'note/too-many-signatures',
  ],
  [
    'only an unknown key',
    'A note that no trusted key signed says nothing.',
    note(TEXT, strangerLine(TEXT)),
    'note/unsigned',
  ],
  ['another text', 'The signature is over another text.', note(TEXT.replace('noon', 'dusk'), line), 'note/signature'],
  [
    'a known key’s line that fails beside one of another key',
    'A known key’s line that fails refuses the note.',
    note(TEXT, strangerLine(TEXT), own('other\n')),
    'note/signature',
  ],
  [
    'two lines of one key',
    'One key signs once; which of two would count?',
    note(TEXT, line, line),
    'note/duplicate-signature',
  ],
  [
    'two lines of one unknown key',
    'Also where nobody knows the key.',
    note(TEXT, strangerLine(TEXT), strangerLine('other\n'), line),
    'note/duplicate-signature',
  ],
  ['no signature', 'A note has one signature at least.', `${TEXT}\n`, 'note/form'],
  ['no empty line', 'Text and signatures are parted by an empty line.', `${TEXT}${line}`, 'note/form'],
  ['no newline at the end', 'Each line ends in a newline.', note(TEXT, line).slice(0, -1), 'note/form'],
  ['nothing', 'An empty file is no note.', '', 'note/form'],
  [
    'an empty line behind the signatures',
    'What follows the last empty line are the signatures.',
    `${note(TEXT, line)}\n`,
    'note/form',
  ],
  ['a tab in the text', 'Control characters are forbidden.', note('a\tb\n', own('a\tb\n')), 'note/control-character'],
  ['a null in the text', 'Control characters are forbidden.', note('a\0b\n', own('a\0b\n')), 'note/control-character'],
  [
    'carriage returns',
    'Control characters are forbidden, and newlines are not translated.',
    note(TEXT, line).replaceAll('\n', '\r\n'),
    'note/control-character',
  ],
  [
    'bytes that are no UTF-8',
    'A note is valid UTF-8.',
    Uint8Array.from([0xff, ...utf8(note(TEXT, line))]),
    'note/not-utf8',
  ],
  [
    'an overlong encoding',
    'C0 AF is no slash in UTF-8.',
    Uint8Array.from([0xc0, 0xaf, ...utf8(note(TEXT, line))]),
    'note/not-utf8',
  ],
  [
    'half a surrogate',
    'ED A0 80 is no character in UTF-8.',
    Uint8Array.from([0xed, 0xa0, 0x80, ...utf8(note(TEXT, line))]),
    'note/not-utf8',
  ],
  [
    'a hyphen for the dash',
    'A signature line begins with an em dash, U+2014.',
    note(TEXT, line.replace('—', '-')),
    'note/signature-line',
  ],
  [
    'two spaces',
    'One space parts name and signature.',
    note(TEXT, line.replace(`${ORIGIN} `, `${ORIGIN}  `)),
    'note/signature-line',
  ],
  [
    'a space behind the signature',
    'The newline follows at once.',
    note(TEXT, line.replace('\n', ' \n')),
    'note/signature-line',
  ],
  ['no name', 'A key name is not empty.', note(TEXT, line.replace(ORIGIN, '')), 'note/signature-line'],
  [
    'a plus in a name',
    'A key name has no plus.',
    note(TEXT, line.replace(ORIGIN, 'log+one'), line),
    'note/signature-line',
  ],
  [
    'a no-break space in a name',
    'U+00A0 is a Unicode space.',
    note(TEXT, line.replace(ORIGIN, 'log\u00a0one'), line),
    'note/signature-line',
  ],
  [
    'a line that is no signature',
    'Every line after the last empty one is a signature.',
    note(TEXT, line, 'x\n'),
    'note/signature-line',
  ],
  ['base64 without padding', 'Standard base64 is padded.', note(TEXT, line.replace('=', '')), 'note/signature-line'],
  ['base64 with unused bits', 'One signature has one text.', note(TEXT, nextBase64(line)), 'note/signature-line'],
  [
    'base64 broken by nothing',
    'No character but the alphabet’s.',
    note(TEXT, line.replace(/(.{8})\n$/, '*$1\n')),
    'note/signature-line',
  ],
  [
    'an id without a signature',
    'Something follows the four bytes of the id.',
    note(TEXT, `— ${ORIGIN} ${toBase64(logKey.keyId)}\n`),
    'note/signature-line',
  ],
  [
    'a signature of 63 bytes',
    'An Ed25519 signature has 64.',
    note(
      TEXT,
      `— ${ORIGIN} ${toBase64(Uint8Array.from([...logKey.keyId, ...logSigners.ed25519.sign(utf8(TEXT)).subarray(1)]))}\n`,
    ),
    'note/signature',
  ],
]
export const noteCases = noteTexts.map(([name, description, written, expect]) => {
  const { text, base64 } = asJson(typeof written === 'string' ? utf8(written) : written) as Record<string, string>
  return { name, description, expect, ...(text === undefined ? { base64 } : { text }) }
})

const { root } = log.at(7)
const hash = toBase64(root)
const signed = (text: string) => note(text, logLine(text))
const emptyRoot = toBase64(log.at(0).root)
const plain = body(7)

const checkpoints: [string, string, string, string, string?][] = [
  ['seven entries', 'The plainest checkpoint.', signed(plain), 'valid'],
  ['no entry', 'Its root is the hash of nothing.', signed(`${ORIGIN}\n0\n${emptyRoot}\n`), 'valid'],
  ['extension lines', 'They are opaque, and signed.', signed(`${plain}extension one\nextension two\n`), 'valid'],
  [
    'an unknown cosigner’s line',
    'Lines of unknown keys are passed over.',
    note(plain, logLine(plain), strangerLine(plain)),
    'valid',
  ],
  ['the largest size here', '2⁵³ − 1 entries.', signed(`${ORIGIN}\n9007199254740991\n${hash}\n`), 'valid'],
  [
    'a larger size',
    'A limit of this implementation, as numbers in JavaScript have it.',
    signed(`${ORIGIN}\n9007199254740993\n${hash}\n`),
    'checkpoint/size',
  ],
  ['another size', 'The signature is over another size.', signed(plain).replace('\n7\n', '\n8\n'), 'note/signature'],
  ['no origin', 'The origin is not empty.', signed(`\n7\n${hash}\n`), 'checkpoint/form'],
  ['two lines', 'Origin, size and root are three.', signed(`${ORIGIN}\n7\n`), 'checkpoint/form'],
  ['a leading zero', 'The size has one text.', signed(`${ORIGIN}\n07\n${hash}\n`), 'checkpoint/size'],
  ['zero twice', 'The size of an empty log is 0.', signed(`${ORIGIN}\n00\n${emptyRoot}\n`), 'checkpoint/size'],
  ['a plus sign', 'The size is decimal digits.', signed(`${ORIGIN}\n+7\n${hash}\n`), 'checkpoint/size'],
  ['a minus sign', 'The size is decimal digits.', signed(`${ORIGIN}\n-7\n${hash}\n`), 'checkpoint/size'],
  ['a size in hex', 'The size is decimal digits.', signed(`${ORIGIN}\n0x7\n${hash}\n`), 'checkpoint/size'],
  ['a size with a space', 'The size is decimal digits.', signed(`${ORIGIN}\n7 \n${hash}\n`), 'checkpoint/size'],
  ['digits of another script', 'The size is ASCII.', signed(`${ORIGIN}\n٧\n${hash}\n`), 'checkpoint/size'],
  [
    'a root of 31 bytes',
    'A root has 32 bytes.',
    signed(`${ORIGIN}\n7\n${toBase64(root.subarray(1))}\n`),
    'checkpoint/root',
  ],
  [
    'a root of 33 bytes',
    'A root has 32 bytes.',
    signed(`${ORIGIN}\n7\n${toBase64(Uint8Array.from([...root, 0]))}\n`),
    'checkpoint/root',
  ],
  [
    'a root without padding',
    'Standard base64 is padded.',
    signed(`${ORIGIN}\n7\n${hash.slice(0, -1)}\n`),
    'checkpoint/root',
  ],
  [
    'a root with unused bits',
    'One root has one text.',
    signed(`${ORIGIN}\n7\n${nextBase64(`${hash}\n`)}`),
    'checkpoint/root',
  ],
  ['an empty extension line', 'Extension lines are not empty.', signed(`${plain}\nmore\n`), 'checkpoint/extension'],
  [
    'an empty last extension line',
    'Extension lines are not empty.',
    signed(`${plain}more\n\n`),
    'checkpoint/extension',
  ],
]
export const checkpointCases = checkpoints.map(([name, description, text, expect]) => ({
  ...{ name, description, expect, text },
  ...(expect === 'valid'
    ? { origin: text.split('\n')[0], size: Number(text.split('\n')[1]), root: text.split('\n')[2] }
    : {}),
}))
