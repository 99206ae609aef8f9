import { readFileSync } from 'node:fs'
import {
  concat,
  formatVerifierKey,
  fromUtf8,
  makeVerifierKey,
  parseNote,
  signatureLine,
  toBase64,
  uint64be,
  utf8,
} from '@countersign/log'
import { type Card, formatEvidence, parseCard } from '@countersign/record'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forkFiles } from '../../../spec/vectors/evidence-fork-cases.ts'
import { four, made, message } from '../../../spec/vectors/evidence-making.ts'
import { agreement, checkpointOf, pair } from '../../../spec/vectors/samples.ts'
import { NOT_SHOWN, REPORT_LANGUAGES, type Report, reportHtml, verifyEvidence } from '../src/index.ts'

interface Case {
  name: string
  fails: string[]
  trust?: string[]
  lo?: number | null
  hi?: number | null
  notCounted?: string[]
  because?: string
  evidence: string
}

interface Vectors {
  trusted: string[]
  pieces: string[]
  cases: Case[]
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}`, import.meta.url), 'utf8'))
const vectors: Vectors = read('evidence.json')
const cards = vectors.trusted.map((text) => {
  const card = parseCard(utf8(text))
  if (!card.ok) throw new Error(card.message)
  return card.value
})
const bytesOf = ({ evidence }: Case, pieces = vectors.pieces) =>
  utf8(evidence.replaceAll(/«([0-9]+)»/g, (_, n) => pieces[Number(n)] ?? ''))
const trustedBy = ({ trust }: Case): Card[] => cards.filter(({ party }) => trust?.includes(party) ?? true)
const caseNamed = (name: string): Case => {
  const found = vectors.cases.find((one) => one.name === name)
  if (found === undefined) throw new Error(`No vector is named ${name}.`)
  return found
}
const whole = bytesOf(caseNamed('all of it'))
const failing = (report: Report) => report.steps.flatMap(({ ok, code }) => (ok ? [] : code))

function opened(note: Uint8Array): { text: string } {
  const parsed = parseNote(note)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.value
}

describe('the vectors', () => {
  const files: Vectors[] = [vectors, read('evidence-keys.json'), read('evidence-deposits.json')]
  test.each(files.flatMap(({ cases, pieces }) => cases.map((of) => ({ ...of, pieces }))))('$name: $fails', (of) => {
    const { pieces } = of
    const report = verifyEvidence(bytesOf(of, pieces), trustedBy(of))
    expect(failing(report), JSON.stringify(report.steps)).toEqual(of.fails)
    expect(report.holds).toBe(of.fails.length === 0)
    if (of.because !== undefined)
      expect(report.steps.find(({ step }) => step === 'rules')?.message).toContain(of.because)
    if (of.fails.length > 0) return
    expect(report.times.map(({ lo, hi }) => [lo, hi])).toEqual([[of.lo, of.hi]])
    const notCounted = new Set(report.receipts.flatMap(({ by, counted }) => (counted ? [] : by)))
    expect([...notCounted].sort()).toEqual(of.notCounted ?? [])
  })

  test('reach every code with which a step fails', () => {
    const source = readFileSync(new URL('../src/evidence-steps.ts', import.meta.url), 'utf8')
    const codes = new Set([...source.matchAll(/'(evidence\/[a-z-]+)'/g)].map(([, code]) => code))
    const reached = new Set(vectors.cases.map(({ fails }) => fails[0]))
    expect([...codes].filter((code) => !reached.has(code))).toEqual([])
  })
})

test('what nobody vouches for bounds nothing, and the report says whose word was left out', () => {
  const report = verifyEvidence(whole, cards.slice(0, 1))
  expect(report.times).toEqual([{ recipient: 'bravo.example', lo: null, hi: null }])
  expect(report.steps.find(({ step }) => step === 'receipts')?.message).toContain('bravo.example')
})

test('every report says what one record cannot show', () => {
  for (const bytes of [whole, utf8('{}')]) {
    const { notShown } = verifyEvidence(bytes, cards)
    expect(notShown).toBe(NOT_SHOWN)
    expect(notShown.map(({ code }) => code)).toEqual(expect.arrayContaining(['in-force', 'first-use']))
  }
})

/** By language. */
const NOT_WITNESSED = ['not witnessed after the split', 'после раздвоения не засвидетельствовано', '分叉之后不算经见证']
const pagesOf = (report: Report): string[] =>
  REPORT_LANGUAGES.map((language) => reportHtml(report, { language, digest: 'd', trusted: cards, faces: () => '' }))

test('witnesses that the agreement names are listed where their lines verify, bound nothing, and after the split of the log do not count', () => {
  const signer = pair(230).ed25519
  const key = makeVerifierKey('witness.example/w1', 4, signer.publicKey)
  const of = {
    name: key.name,
    operator: 'witness.example',
    url: 'https://witness.example/',
    vkeys: [formatVerifierKey(key)],
  }
  const under = { ...agreement, witnesses: { quorum: 1, of: [of] } }
  const entries = four(message({}, { of: under }), under)
  const file = made({ agreement: under, entries, receipts: [] })
  const head = checkpointOf(entries)
  const { text } = opened(head)
  const lineAt = (time: number, over = text) => {
    const signature = signer.sign(utf8(`cosignature/v1\ntime ${time}\n${over}`))
    return signatureLine(key, concat(uint64be(time), signature))
  }
  const withLine = (line: string) =>
    verifyEvidence(formatEvidence({ ...file, checkpoint: toBase64(concat(head, utf8(line))) }), cards)
  const seen = withLine(lineAt(1500))
  expect(seen).toMatchObject({ holds: true, witnesses: ['witness.example/w1'], times: [{ lo: null, hi: null }] })
  expect(pagesOf(seen).every((page) => page.includes('witness.example/w1'))).toBe(true)
  expect(pagesOf(seen).some((page, i) => page.includes(NOT_WITNESSED[i] ?? ''))).toBe(false)
  expect(withLine(lineAt(1500, `${text}x`))).toMatchObject({ holds: true, witnesses: [] })
  expect(withLine('')).toMatchObject({ holds: true, witnesses: [] })

  // After the split of its log it is not witnessed, whoever saw one of its two histories.
  const fork = utf8(forkFiles['of three entries'] ?? '')
  const split = verifyEvidence(
    formatEvidence({ ...file, checkpoint: toBase64(concat(head, utf8(lineAt(1500)))) }),
    cards,
    [fork],
  )
  expect(split).toMatchObject({ holds: true, inFork: 'after' })
  for (const [i, page] of pagesOf(split).entries()) {
    expect(page).toContain(NOT_WITNESSED[i])
    expect(page).toContain('witness.example/w1')
  }
})

describe('a file that would cost its reader much is refused by its size alone', () => {
  const file = JSON.parse(fromUtf8(whole) ?? '')
  const changed = (change: object) => verifyEvidence(utf8(JSON.stringify({ ...file, ...change })), cards)
  test.each([
    ['more values than a file may hold', { agreement: { a: Array.from({ length: 300_000 }, () => 0) } }, /more values/],
    ['an origin without end', { record: { index: 2, origin: '/'.repeat(5_000_000) } }, /record.origin/],
    [
      'more receipts than can bound anything',
      { receipts: Array.from({ length: 257 }, () => file.receipts[0]) },
      /receipts/,
    ],
    ['more cards than there are parties', { cards: Array.from({ length: 65 }, () => file.cards[0]) }, /cards/],
    ['an entry longer than a log takes', { entry: 'AAAA'.repeat(30_000) }, /entry/],
    [
      'a proof longer than any tree is high',
      { inclusion: Array.from({ length: 65 }, () => file.inclusion[0]) },
      /inclusion/,
    ],
    ['one receipt over and over', { receipts: Array.from({ length: 200 }, () => file.receipts[0]) }, /receipts/],
  ])('%s', (_, change, reason) => {
    const report = changed(change)
    expect(report.steps).toMatchObject([{ step: 'form', ok: false, code: 'evidence/form' }])
    expect(report.steps[0]?.message).toMatch(reason)
    expect(report.steps[0]?.message.length).toBeLessThan(300)
  })
})

test('no part of the content can pass for the whole', () => {
  const shorter = bytesOf(caseNamed('a salt of 33 bytes, the first byte of the text among them'))
  expect(verifyEvidence(shorter, cards).revealed).toEqual([])
})

test('no byte of an evidence file can be another and the file still hold', () => {
  for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
    const turned = whole.with(at, (whole[at] ?? 0) ^ 1)
    expect(verifyEvidence(turned, cards).holds, `byte ${at}`).toBe(false)
  }
})

describe('anything at all is answered with a report', () => {
  test.each(['', '{}', '[]', 'null', '1e400', '{"v":1}', '{"v":1,"record":{}}'])('%s', (junk) => {
    expect(verifyEvidence(utf8(junk), cards)).toMatchObject({ holds: false, record: null })
  })

  test('bytes changed, added and taken away', () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 3 }), fc.nat(3))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let bytes = whole
        for (const [at, put, taken] of changes) {
          bytes = Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + taken)])
        }
        const same = bytes.length === whole.length && bytes.every((byte, i) => byte === whole[i])
        expect(verifyEvidence(bytes, cards).holds).toBe(same)
      }),
      { numRuns: 60 },
    )
  })

  test('members with values of any kind, in a file that is otherwise canonical', () => {
    const file: unknown = JSON.parse(fromUtf8(whole) ?? '')
    const places = pathsOf(file)
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('', 'AAAA', 'a/b', 0, -1, 1e15, Number.MAX_SAFE_INTEGER, [], {}, null),
    )
    fc.assert(
      fc.property(fc.nat(places.length - 1), odd, (place, value) => {
        const changed = utf8(JSON.stringify(withValue(file, places[place] ?? [], value)))
        const report = verifyEvidence(changed, cards)
        expect(report.steps.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })
})

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))]
}

/** Members keep their order, so that what was canonical stays so but for the value itself. */
function withValue(whole: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined || typeof whole !== 'object' || whole === null) return value
  const members = Object.entries(whole).map(([name, member]) => [
    name,
    name === key ? withValue(member, rest, value) : member,
  ])
  return Array.isArray(whole) ? members.map(([, member]) => member) : Object.fromEntries(members)
}
