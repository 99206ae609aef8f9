// Files of a fork: two histories of one log that part at its second entry, and what can be wrong with such a file.

import { toBase64 } from '@countersign/log'
import { type Card, canonicalJson, type ForkFile, makeCard, makeForkEvidence, parseCard } from '@countersign/record'
import { consistencyOf, rootOf } from './evidence-making.ts'
import { alfa, bravo, checkpointOf, member, ORIGIN, pair, publicOf } from './samples.ts'
import { parsed, text } from './texts.ts'

export interface ForkCase {
  name: string
  /** The code with which it is refused, or null where it proves a fork. */
  fails: string | null
  /** Of the proven fork: the two sizes. */
  sizes?: [number, number]
  fork: string
}

const entries = (branch: string, size: number) =>
  Array.from({ length: size }, (_, i) => new TextEncoder().encode(i === 0 ? 'opened' : `${branch} ${i}`))
const noteOf = (branch: string, size: number, by = alfa.log, origin = ORIGIN) =>
  checkpointOf(entries(branch, size), origin, by)
const prefixOf = (branch: string, m: number, n: number) => ({
  root: rootOf(entries(branch, m)),
  consistency: consistencyOf(entries(branch, n), m),
})
const file = (of: ForkFile) => text(canonicalJson(of))

const laterKeys = pair(210)
const laterBody = structuredClone(alfa.card.body)
laterBody.serial = 2
laterBody.keys.log = publicOf(laterKeys)
const later = cardOf(
  makeCard(laterBody, {
    ...{ log: laterKeys, statement: alfa.statement, receipt: alfa.receipt },
    ...{ request: alfa.request.ed25519, root: [alfa.root] },
  }),
)

function cardOf(bytes: Uint8Array): Card {
  const card = parseCard(bytes)
  if (!card.ok) throw new Error(card.message)
  return card.value
}

function made(notes: [Uint8Array, Uint8Array], prefix?: ReturnType<typeof prefixOf>, cards = [alfa.card]): ForkFile {
  const bytes = makeForkEvidence({ origin: ORIGIN, cards, notes, ...(prefix === undefined ? {} : { prefix }) })
  if (!bytes.ok) throw new Error(`${bytes.code}: ${bytes.message}`)
  return parsed(bytes.value)
}

const grown = made([noteOf('left', 3), noteOf('right', 7)], prefixOf('right', 3, 7))
const split = made([noteOf('left', 4), noteOf('right', 4)])
const keysChanged = made([noteOf('left', 3), noteOf('right', 7, laterKeys)], prefixOf('right', 3, 7), [
  alfa.card,
  later,
])
const honest = prefixOf('left', 3, 7)
const valid = (name: string, of: ForkFile, sizes: [number, number]): ForkCase => ({
  ...{ name, fails: null, sizes },
  fork: file(of),
})
const refused = (name: string, fails: string, of: ForkFile): ForkCase => ({ name, fails, fork: file(of) })
const withNotes = (of: ForkFile, older: Uint8Array, newer: Uint8Array): ForkFile => ({
  ...of,
  notes: [toBase64(older), toBase64(newer)],
})
const reversed = (of: ForkFile): ForkFile => ({ ...of, notes: [of.notes[1], of.notes[0]] })
const { root: _root, consistency: _proof, ...bare } = grown as ForkFile & { root: string; consistency: string[] }

/** The author’s note with a line of somebody else below its own. */
function withStranger(note: Uint8Array): Uint8Array {
  const stranger = checkpointOf(entries('left', 4), ORIGIN, bravo.log)
  const line = text(stranger).trimEnd().split('\n').at(-1) ?? ''
  return new TextEncoder().encode(`${text(note)}${line}\n`)
}

export const forkCases: ForkCase[] = [
  valid('two sizes', grown, [3, 7]),
  valid('one size, two roots', split, [4, 4]),
  valid(
    'the first entry differs',
    made([checkpointOf([entries('left', 2)[1]!]), noteOf('right', 5)], prefixOf('right', 1, 5)),
    [1, 5],
  ),
  valid('a power of two', made([noteOf('left', 4), noteOf('right', 8)], prefixOf('right', 4, 8)), [4, 8]),
  valid('one entry more', made([noteOf('left', 7), noteOf('right', 8)], prefixOf('right', 7, 8)), [7, 8]),
  valid('each checkpoint under another card of one root', keysChanged, [3, 7]),

  { name: 'not canonical', fails: 'fork/form', fork: ` ${file(grown)}` },
  { name: 'nothing', fails: 'fork/form', fork: '' },
  { name: 'a member more', fails: 'fork/form', fork: text(canonicalJson({ ...grown, more: 1 })) },
  refused('another kind', 'fork/form', { ...grown, kind: 'spoon' as 'fork' }),
  refused('no card', 'fork/form', { ...grown, cards: [] }),
  refused('three cards', 'fork/form', { ...keysChanged, cards: [...keysChanged.cards, ...grown.cards] }),
  refused('an origin that is none', 'fork/form', { ...grown, origin: 'alfa.example/main' }),
  refused('the larger first', 'fork/form', reversed(grown)),
  refused('the greater root first', 'fork/form', reversed(split)),
  refused('two sizes without a proof', 'fork/form', bare as ForkFile),
  refused('one size with a proof', 'fork/form', { ...split, root: toBase64(honest.root), consistency: [] }),
  refused('a root without its proof', 'fork/form', { ...bare, root: toBase64(honest.root) } as ForkFile),
  refused('a root of 31 bytes', 'fork/form', { ...grown, root: toBase64(honest.root.subarray(1)) } as ForkFile),

  refused('a card that was changed', 'fork/card', { ...grown, cards: [{ ...parsed(alfa.file), root: [] }] }),
  refused('the card of another party', 'fork/card', { ...grown, cards: [parsed(bravo.file)] }),
  refused('a second card that is not needed', 'fork/card', {
    ...grown,
    cards: [parsed(alfa.file), parsed(later.bytes)],
  }),
  refused('one card twice', 'fork/card', { ...grown, cards: [parsed(alfa.file), parsed(alfa.file)] }),
  refused('the later card first', 'fork/card', { ...keysChanged, cards: [...keysChanged.cards].reverse() }),

  refused('a note that is none', 'fork/note', withNotes(grown, noteOf('left', 3), new TextEncoder().encode('hello\n'))),
  refused(
    'a checkpoint by another key',
    'fork/note',
    withNotes(grown, noteOf('left', 3, bravo.log), noteOf('right', 7)),
  ),
  refused(
    'a checkpoint of another log of the author',
    'fork/note',
    withNotes(grown, noteOf('left', 3, alfa.log, ORIGIN.replace('/main/', '/line/')), noteOf('right', 7)),
  ),
  refused(
    'a checkpoint that lacks one of its two signatures',
    'fork/note',
    withNotes(grown, oneLine(noteOf('left', 3)), noteOf('right', 7)),
  ),
  refused(
    'the two signatures in another order',
    'fork/note',
    withNotes(grown, swapped(noteOf('left', 3)), noteOf('right', 7)),
  ),
  refused(
    'a line of somebody else',
    'fork/note',
    withNotes(grown, withStranger(noteOf('left', 3)), noteOf('right', 7)),
  ),
  refused('a checkpoint of an empty log', 'fork/note', withNotes(grown, noteOf('left', 0), noteOf('right', 7))),
  refused('the card of other keys of the same party', 'fork/note', {
    ...grown,
    cards: [parsed(member('alfa.example', 5).file)],
  }),

  refused('a log that grew', 'fork/consistent', {
    ...withNotes(grown, noteOf('left', 3), noteOf('left', 7)),
    ...{ root: toBase64(honest.root), consistency: honest.consistency.map(toBase64) },
  } as ForkFile),
  refused('one checkpoint twice', 'fork/consistent', withNotes(split, noteOf('left', 4), noteOf('left', 4))),

  refused('a log that grew, with a root made up', 'fork/proof', {
    ...withNotes(grown, noteOf('left', 3), noteOf('left', 7)),
    ...{ root: toBase64(rootOf(entries('right', 3))), consistency: honest.consistency.map(toBase64) },
  } as ForkFile),
  refused('the proof of another size', 'fork/proof', {
    ...grown,
    ...{ consistency: consistencyOf(entries('right', 7), 2).map(toBase64) },
  } as ForkFile),
  refused('a proof with one hash left out', 'fork/proof', {
    ...grown,
    ...{ consistency: prefixOf('right', 3, 7).consistency.slice(1).map(toBase64) },
  } as ForkFile),
  refused('a proof with one hash more', 'fork/proof', {
    ...grown,
    ...{ consistency: [...prefixOf('right', 3, 7).consistency, honest.root].map(toBase64) },
  } as ForkFile),
]

function oneLine(note: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`${text(note).split('\n').slice(0, -2).join('\n')}\n`)
}

function swapped(note: Uint8Array): Uint8Array {
  const lines = text(note).trimEnd().split('\n')
  const [quantum, classic] = [lines.pop(), lines.pop()]
  return new TextEncoder().encode(`${[...lines, quantum, classic].join('\n')}\n`)
}
