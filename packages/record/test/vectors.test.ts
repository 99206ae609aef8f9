import { readFileSync } from 'node:fs'
import { fromBase64, utf8 } from '@countersign/log'
import { describe, expect, test } from 'vitest'
import { CardSet, commitment, encodeFrame, fingerprintWords, LogReader, parseCard } from '../src/index.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}`, import.meta.url), 'utf8'))
const bytes = (text: string) => fromBase64(text) ?? new Uint8Array()

describe.each(['statements.json', 'revocations.json', 'consents.json', 'sightings.json'])('%s', (file) => {
  const { card, origin, parties, opening, cases } = read(file)
  const valid: string[] = cases
    .filter((one: { expect: string }) => one.expect === 'valid')
    .map((one: { entries: string[] }) => one.entries[0])
  const options = () => {
    const author = parseCard(utf8(card))
    if (!author.ok) throw new Error(author.message)
    return { origin, root: author.value.rootDigest, parties, cards: new CardSet([author.value]) }
  }
  test.each(cases as { name: string; expect: string; unopened?: true; entries: string[] }[])(
    '$name: $expect',
    ({ expect: code, unopened, entries }) => {
      const reader = new LogReader(options())
      if (unopened !== true) expect(reader.read(0, bytes(opening)).kind).toBe('valid')
      const outcomes = entries.map((entry) => reader.read(reader.position, bytes(entry)))
      const last = outcomes.at(-1)
      if (code === 'undecided') return expect(last?.kind).toBe('awaits')
      expect(last?.kind === 'void' ? last.code : last?.kind).toBe(code)
      // Nothing but what the case is about is wrong with it.
      for (const before of unopened === true ? [] : outcomes.slice(0, -1)) expect(before.kind).toBe('valid')
      // Whatever it was, the next honest entry is read.
      const honest = valid.find((entry) => !entries.includes(entry)) ?? ''
      if (unopened !== true) expect(reader.read(reader.position, bytes(honest)).kind).toBe('valid')
      return undefined
    },
  )
})

describe('statements', () => {
  const { card, origin, parties, opening, cases } = read('statements.json')
  const options = () => {
    const author = parseCard(utf8(card))
    if (!author.ok) throw new Error(author.message)
    return { origin, root: author.value.rootDigest, parties, cards: new CardSet([author.value]) }
  }

  test('a reader that was put away and taken up again says the same', () => {
    const reused = (cases as { name: string; entries: string[] }[]).find(
      ({ name }) => name === 'an id for the second time',
    )
    const first = new LogReader(options())
    first.read(0, bytes(opening))
    first.read(1, bytes(reused?.entries[0] ?? ''))
    const again = new LogReader(options(), JSON.parse(JSON.stringify(first.snapshot())))
    expect(again.read(2, bytes(reused?.entries[1] ?? ''))).toMatchObject({ kind: 'void', code: 'statement/id-reused' })
  })

  test('there is a case for every reason that the log itself decides', () => {
    const page = readFileSync(new URL('../../../spec/statement.md', import.meta.url), 'utf8')
    const listed = [...page.matchAll(/^\| `([a-z]+\/[a-z-]+)` \| /gm)].map(([, code]) => code)
    const decidedElsewhere = ['statement/answers', 'party/frozen', 'content/not-destroyable']
    const ofOtherLogs = listed.filter((code) => code?.startsWith('pact/') || decidedElsewhere.includes(code ?? ''))
    const inCases = new Set((cases as { expect: string }[]).map(({ expect: code }) => code))
    expect(listed).toContain('statement/seen')
    expect([...inCases].sort()).toEqual(
      [...listed.filter((code) => !ofOtherLogs.includes(code)), 'valid', 'undecided'].sort(),
    )
  })
})

describe('cards', () => {
  test.each(
    read('cards.json') as { name: string; expect: string; card: string; digest?: string; rootDigest?: string }[],
  )('$name: $expect', ({ expect: wanted, card, digest, rootDigest }) => {
    const parsed = parseCard(utf8(card))
    expect(parsed.ok ? 'valid' : parsed.code).toBe(wanted)
    if (parsed.ok) expect([parsed.value.digest, parsed.value.rootDigest]).toEqual([digest, rootDigest])
  })

  test('the fingerprint is twelve words, the same for every card of a root and others for another party', () => {
    const [own]: { card: string }[] = read('cards.json')
    const { trusted } = read('evidence.json')
    const words = [own?.card ?? '', ...trusted].map((text: string) => {
      const card = parseCard(utf8(text))
      return card.ok ? fingerprintWords(card.value).join(' ') : ''
    })
    expect(words[0]?.split(' ')).toHaveLength(12)
    expect(words[1]).toBe(words[0])
    expect(new Set(words).size).toBe(3)
  })
})

test.each(
  read('commitments.json') as {
    context: Parameters<typeof commitment>[0]
    salt: string
    plaintext: string
    paddedSize: number
    commitment: string
  }[],
)('the commitment to $paddedSize padded bytes', (vector) => {
  const [salt, plaintext] = [bytes(vector.salt), bytes(vector.plaintext)]
  expect(Buffer.from(commitment(vector.context, salt, plaintext)).toString('hex')).toBe(vector.commitment)
  expect(encodeFrame(plaintext, salt).length).toBe(vector.paddedSize)
  const elsewhere = { ...vector.context, part: vector.context.part + 1 }
  expect(Buffer.from(commitment(elsewhere, salt, plaintext)).toString('hex')).not.toBe(vector.commitment)
})
