// Files that prove that a log of any software signed two histories (spec/fork.md, Of any log).

import { formatNote, formatVerifierKey, fromUtf8, logKeys, makeLogFork, signNoteLine, toBase64 } from '@countersign/log'
import { publicOf } from '../../packages/log/test/sample-log.ts'
import {
  body,
  bodyOf,
  type Expected,
  forked,
  log,
  logKey,
  logLatticeKey,
  logLine,
  logSigners,
  ORIGIN,
  strangerLine,
  strangers,
  witnessKey,
} from './log-making.ts'

interface ForkFile {
  consistency: string[]
  keys: string[]
  kind: string
  notes: string[]
  origin: string
  root?: string
  v: number
}
interface ForkCase extends Expected {
  sizes?: [number, number]
  file: string
}

const keys = [logKey, logLatticeKey]
const made = (of: Partial<Parameters<typeof makeLogFork>[0]>): ForkFile => {
  const file = makeLogFork({ origin: ORIGIN, keys, notes: [log.note(9), forked.note(9)], ...of })
  if (!file.ok) throw new Error(`${file.code}: ${file.message}`)
  return JSON.parse(fromUtf8(file.value) ?? '')
}
const prefix = { root: forked.at(5).root, consistency: forked.proof(5, 9) }
const same = made({})
const grown = made({ notes: [log.note(5), forked.note(9)], prefix })
const text = (file: object) => JSON.stringify(file)
const changed = (file: ForkFile, change: Partial<ForkFile>) => text({ ...file, ...change })
const note64 = (of: string, ...lines: string[]) => toBase64(formatNote(of, lines))
const [one = '', other = ''] = same.notes
const [mine, theirs] = [body(9), bodyOf(forked.at(9))]
const single = made({ keys: [logKey] })
const [first = '', second = ''] = single.notes
const turned = logKeys(ORIGIN, publicOf(strangers))
const strangerAsLog = signNoteLine(theirs, ORIGIN, strangers.ed25519)

const cases: [string, string, string, string, [number, number]?][] = [
  ['one size, two roots', 'Both keys signed both.', text(same), 'valid', [9, 9]],
  ['two sizes', 'The larger does not begin with the smaller.', text(grown), 'valid', [5, 9]],
  ['one key', 'One line each.', text(single), 'valid', [9, 9]],
  [
    'two keys, each of one note',
    'The log changed its key between them.',
    text(made({ keys: [logKey, ...turned], notes: [log.note(9), formatNote(theirs, [strangerAsLog])] })),
    'valid',
    [9, 9],
  ],
  [
    'a note with extension lines',
    'They belong to the text.',
    text(
      made({
        keys: [logKey],
        notes: [log.note(9), formatNote(`${theirs}more\n`, [logLine(`${theirs}more\n`)])],
      }),
    ),
    'valid',
    [9, 9],
  ],
  ['one checkpoint twice', 'No contradiction.', changed(same, { notes: [one, one] }), 'fork/consistent'],
  [
    'a log that grew',
    'No contradiction.',
    changed(grown, {
      notes: [grown.notes[0] ?? '', mineIn(same)],
      ...{ root: toBase64(log.at(5).root), consistency: log.proof(5, 9).map(toBase64) },
    }),
    'fork/consistent',
  ],
  [
    'a proof of the other tree',
    'It does not lead to the larger checkpoint.',
    changed(grown, { consistency: log.proof(5, 9).map(toBase64) }),
    'fork/proof',
  ],
  ['no proof between two sizes', 'It is needed.', text(without(grown)), 'fork/form'],
  ['a proof between equal sizes', 'It is not needed.', changed(same, { consistency: grown.consistency }), 'fork/form'],
  [
    'the notes in the other order',
    'The lesser root stands first.',
    changed(same, { notes: [other, one] }),
    'fork/form',
  ],
  ['the keys in the other order', 'By their texts.', changed(same, { keys: same.keys.toReversed() }), 'fork/form'],
  ['a key twice', 'Each once.', changed(same, { keys: [...same.keys, same.keys[1] ?? ''] }), 'fork/form'],
  [
    'a key that signed neither',
    'No more keys than are needed.',
    changed(single, { keys: [...single.keys, formatVerifierKey(turned[0] ?? logKey)].sort() }),
    'fork/note',
  ],
  [
    'a key of a cosigner',
    'A log signs with types 01 and 06.',
    changed(single, { keys: [formatVerifierKey(witnessKey)] }),
    'fork/form',
  ],
  [
    'a key of another name',
    'The keys are named as the origin.',
    changed(single, { keys: logKeys('log.example/two', publicOf(logSigners)).slice(0, 1).map(formatVerifierKey) }),
    'fork/form',
  ],
  ['no keys', 'One at least.', changed(single, { keys: [] }), 'fork/form'],
  [
    'a note of a stranger',
    'Signed by another key.',
    changed(single, { notes: [first, note64(theirs, strangerAsLog)] }),
    'fork/note',
  ],
  [
    'a line that does not verify',
    'Over the other text.',
    changed(single, { notes: [first, note64(theirs, logLine(mine))] }),
    'fork/note',
  ],
  [
    'a line of another beside it',
    'The lines of the keys alone.',
    changed(single, { notes: [first, note64(theirs, logLine(theirs), strangerLine(theirs))] }),
    'fork/note',
  ],
  ['a note of another origin', 'Both are of the origin.', changed(single, { origin: 'log.example/two' }), 'fork/form'],
  [
    'empty logs',
    'They contradict none.',
    changed(single, { notes: [note64(body(0), logLine(body(0))), second] }),
    'fork/note',
  ],
  ['another member', 'No other member.', text({ ...same, why: '' }), 'fork/form'],
  ['members in another order', 'Canonical JSON.', text({ v: 1, ...without(same, 'v') }), 'fork/form'],
  ['a space', 'Canonical JSON.', text(same).replace('":', '": '), 'fork/form'],
  ['a newline at the end', 'Canonical JSON.', `${text(same)}\n`, 'fork/form'],
  ['another version', 'There is one.', changed(same, { v: 2 }), 'fork/form'],
  ['another kind', 'It is named.', changed(same, { kind: 'fork' }), 'fork/form'],
  ['one note', 'Two are needed.', changed(same, { notes: [one] }), 'fork/form'],
  ['a note that is no base64', 'Base64 has one form.', changed(same, { notes: [one, `${other}=`] }), 'fork/form'],
  ['a root of 31 bytes', 'Hashes have 32.', changed(grown, { root: toBase64(new Uint8Array(31)) }), 'fork/form'],
  ['an array', 'An object.', '[]', 'fork/form'],
  ['nothing', 'An object.', '', 'fork/form'],
]

/** The note of the log itself, with the lines of both keys. */
function mineIn({ notes }: ForkFile): string {
  const [text] = notes.filter((note) => Buffer.from(note, 'base64').toString('utf8').startsWith(mine))
  return text ?? ''
}

function without(file: ForkFile, member: keyof ForkFile = 'root'): object {
  const { [member]: _gone, ...rest } = file
  return member === 'root' ? { ...rest, consistency: [] } : rest
}

export const forkCases: ForkCase[] = cases.map(([name, description, file, expect, sizes]) => ({
  ...{ name, description, expect, file },
  ...(sizes === undefined ? {} : { sizes }),
}))
