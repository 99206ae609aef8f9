import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agreement, ORIGIN } from '../../../spec/vectors/samples.ts'
import {
  type Agreement,
  forceOf,
  heldReceipts,
  type NamedReceipt,
  type ReceiptFact,
  type SignatureFact,
  saidInForce,
  witnessedSignatures,
} from '../src/index.ts'

const ALFA = ORIGIN
const BRAVO = ORIGIN.replace('alfa', 'bravo')
/** Of an origin that sorts before bravo's other log. */
const BRAVO_AGAIN = BRAVO.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
const EXPIRES = Date.parse(agreement.offer.expires) / 1000

const fact = (by: string, origin: string, size: number, time: number): ReceiptFact => ({
  ...{ by: `${by}.example`, origin, size, time },
  digest: `${by} ${origin} ${size} ${time}`,
})
const naming = ({ by, origin, size, digest }: ReceiptFact): NamedReceipt => ({ by, origin, size, digest })
const signature = (party: string, origin: string, index: number): SignatureFact => ({
  ...{ party: `${party}.example`, origin, index },
})
const signatures = [signature('alfa', ALFA, 2), signature('bravo', BRAVO, 1)]
const alone: Agreement = { ...agreement, neutrals: [], quorum: 0 }

interface Facts {
  signatures: SignatureFact[]
  receipts: ReceiptFact[]
}
const force = (facts: Facts, under = agreement) =>
  forceOf(under, 'main', witnessedSignatures(under, 'main', facts.signatures, heldReceipts(facts.receipts)))

/** What a record's log had seen: sizes of other logs, and the receipts it named in their order. */
interface Seen {
  sizes: Record<string, number>
  named: NamedReceipt[]
}
const said = (facts: Facts, own: { origin: string; index: number }, seen: Seen, under = agreement) => {
  const held = heldReceipts(facts.receipts)
  return saidInForce(under, 'main', witnessedSignatures(under, 'main', facts.signatures, held), held, own, {
    size: (origin) => seen.sizes[origin] ?? 0,
    named: (by, origin) => {
      const all = seen.named.filter((one) => one.by === by && one.origin === origin)
      return all.find(({ size }) => size === Math.max(...all.map((one) => one.size)))
    },
  })
}

describe('force', () => {
  test('begins with the depositary’s receipt that covers the last signature', () => {
    const receipts = [fact('watch', ALFA, 3, 100), fact('watch', BRAVO, 2, 120)]
    expect(force({ signatures, receipts })).toMatchObject({
      since: 120,
      receipt: { by: 'watch.example', origin: BRAVO, size: 2 },
    })
  })

  test.each<[string, ReceiptFact[], SignatureFact[]]>([
    ['without a signature of each', [fact('watch', ALFA, 3, 100)], signatures.slice(0, 1)],
    [
      'without a receipt over the last signature',
      [fact('watch', ALFA, 3, 100), fact('watch', BRAVO, 1, 120)],
      signatures,
    ],
    [
      'by a recipient’s receipt where there is a depositary',
      [fact('bravo', ALFA, 3, 100), fact('alfa', BRAVO, 2, 120)],
      signatures,
    ],
    [
      'in the second in which the offer expires',
      [fact('watch', ALFA, 3, 100), fact('watch', BRAVO, 2, EXPIRES)],
      signatures,
    ],
  ])('does not begin %s', (_what, receipts, signed) => {
    expect(force({ signatures: signed, receipts })).toBeUndefined()
  })

  test('begins in the last second before the offer expires', () => {
    const receipts = [fact('watch', ALFA, 3, 100), fact('watch', BRAVO, 2, EXPIRES - 1)]
    expect(force({ signatures, receipts })?.since).toBe(EXPIRES - 1)
  })

  test('begins without a depositary when every other party has a receipt for every signature', () => {
    const receipts = [fact('bravo', ALFA, 3, 100), fact('alfa', BRAVO, 2, 120)]
    expect(force({ signatures, receipts }, alone)).toMatchObject({ since: 120, receipt: { by: 'alfa.example' } })
    expect(force({ signatures, receipts: receipts.slice(1) }, alone)).toBeUndefined()
    expect(force({ signatures, receipts: [fact('alfa', ALFA, 3, 100), ...receipts.slice(1)] }, alone)).toBeUndefined()
    const three: Agreement = {
      ...alone,
      parties: [...alone.parties, { party: 'carol.example', name: 'Carol', root: '9'.repeat(64) }],
      channels: [{ name: 'main', parties: ['alfa.example', 'bravo.example', 'carol.example'] }],
    }
    const carol = ORIGIN.replace('alfa', 'carol')
    const all = [...signatures, signature('carol', carol, 1)]
    const most = [...receipts, fact('carol', ALFA, 3, 130), fact('carol', BRAVO, 2, 90), fact('alfa', carol, 2, 125)]
    expect(force({ signatures: all, receipts: most }, three)).toBeUndefined()
    expect(force({ signatures: all, receipts: [...most, fact('bravo', carol, 2, 140)] }, three)?.since).toBe(140)
  })

  test('stays where a party opens a further log and signs there, whatever its name and whether it is covered', () => {
    const receipts = [fact('watch', ALFA, 3, 100), fact('watch', BRAVO, 2, 120)]
    const again = [signature('bravo', BRAVO_AGAIN, 1), ...signatures]
    const before = force({ signatures, receipts })
    expect(force({ signatures: again, receipts })).toEqual(before)
    expect(force({ signatures: again, receipts: [...receipts, fact('watch', BRAVO_AGAIN, 2, 500)] })).toEqual(before)
    const late = fact('watch', BRAVO_AGAIN, 2, EXPIRES + 5)
    expect(force({ signatures: again, receipts: [...receipts, late] })).toEqual(before)
  })
})

describe('a record is said in force', () => {
  const last = fact('watch', BRAVO, 2, 120)
  const receipts = [fact('watch', ALFA, 3, 100), last]
  const seen: Seen = { sizes: { [BRAVO]: 2 }, named: [naming(last)] }
  const own = { origin: ALFA, index: 3 }

  test('where its log had seen every signature and names the receipt that completed the force', () => {
    const facts = { signatures, receipts }
    expect(said(facts, own, seen)).toBe(true)
    expect(said(facts, { ...own, index: 2 }, seen)).toBe(false)
    expect(said(facts, own, { ...seen, sizes: { [BRAVO]: 1 } })).toBe(false)
    expect(said(facts, own, { ...seen, named: [] })).toBe(false)
    expect(said(facts, own, { ...seen, named: [naming(fact('bravo', BRAVO, 2, 120))] })).toBe(false)
  })

  test('by whichever of two receipts of one second it names', () => {
    const both = [fact('watch', ALFA, 3, 120), last]
    for (const named of both) {
      expect(said({ signatures, receipts: both }, own, { ...seen, named: [naming(named)] })).toBe(true)
    }
  })

  test('not where it names a receipt given before every signature was witnessed', () => {
    const early = receipts[0] as ReceiptFact
    expect(said({ signatures, receipts }, own, { ...seen, named: [naming(early)] })).toBe(false)
  })

  test('not where the digest it names is that of no receipt of this size', () => {
    const invented = { ...naming(last), digest: 'invented' }
    expect(said({ signatures, receipts }, own, { ...seen, named: [invented] })).toBe(false)
    // Of two names of one size the first is the one.
    expect(said({ signatures, receipts }, own, { ...seen, named: [invented, naming(last)] })).toBe(false)
  })

  test('where it names a larger receipt that the reader does not hold, or holds in other bytes', () => {
    const larger = { ...naming(last), size: 9, digest: 'not held' }
    expect(said({ signatures, receipts }, own, { ...seen, named: [larger] })).toBe(true)
    const other = [...receipts, fact('watch', BRAVO, 9, 300)]
    expect(said({ signatures, receipts: other }, own, { ...seen, named: [larger] })).toBe(true)
  })

  test('still where a receipt turns up with a time below that of a smaller one', () => {
    const backdated = [...receipts, fact('watch', BRAVO, 50, 90), fact('watch', ALFA, 60, 80)]
    expect(said({ signatures, receipts: backdated }, own, seen)).toBe(true)
  })

  test('by signatures of one log of a party, where another of its logs is not seen at all', () => {
    const again = [signature('bravo', BRAVO_AGAIN, 1), ...signatures]
    const all = [...receipts, fact('watch', BRAVO_AGAIN, 2, 110)]
    expect(said({ signatures: again, receipts: all }, own, seen)).toBe(true)
  })
})

interface Vector extends Facts {
  name: string
  agreement: Agreement
  since: number | null
  records: {
    origin: string
    index: number
    seen: { logs: { origin: string; size: number }[]; receipts: NamedReceipt[] }
    inForce: boolean
  }[]
}
const vectors = JSON.parse(readFileSync(new URL('../../../spec/vectors/force.json', import.meta.url), 'utf8')) as {
  cases: Vector[]
}

describe('the vectors of force', () => {
  test.each(vectors.cases)('$name', ({ agreement: under, since, records, ...facts }) => {
    expect(force(facts, under)?.since ?? null).toBe(since)
    for (const { origin: on, index, seen, inForce } of records) {
      const sizes = Object.fromEntries(seen.logs.map((log) => [log.origin, log.size]))
      expect(said(facts, { origin: on, index }, { sizes, named: seen.receipts }, under)).toBe(inForce)
    }
  })
})

// Small worlds in which everything that matters happens often.
const WORLDS: Agreement[] = [agreement, alone].map((one) => ({
  ...one,
  offer: { expires: '1970-01-01T00:02:00.000Z' },
}))
const origin = fc.constantFrom(ALFA, BRAVO, BRAVO_AGAIN)
const partyOf = (of: string) => of.slice(0, of.indexOf('/'))
const aSignature = fc
  .record({ origin, index: fc.integer({ min: 1, max: 3 }) })
  .map((one): SignatureFact => ({ party: partyOf(one.origin), ...one }))
const size = fc.integer({ min: 0, max: 5 })
/** Mostly receipts that are needed in this world, and some that are not. */
function factsOf(world: Agreement) {
  const needed = world.neutrals.length > 0 ? ['watch', 'watch', 'watch', 'bravo'] : ['alfa', 'bravo', 'bravo']
  const receipt = fc
    .record({
      by: fc.constantFrom(...needed),
      origin,
      size: fc.integer({ min: 1, max: 5 }),
      time: fc.integer({ min: 114, max: 121 }),
    })
    .map(({ by, origin: on, size: to, time }) => fact(by, on, to, time))
  const facts = fc.record({
    signatures: fc.array(aSignature, { minLength: 2, maxLength: 6 }),
    receipts: fc.array(receipt, { minLength: 4, maxLength: 16 }),
  })
  const record = fc.record({
    own: fc.record({ origin, index: fc.integer({ min: 3, max: 5 }) }),
    sizes: fc.record({ [ALFA]: size, [BRAVO]: size, [BRAVO_AGAIN]: size }),
    named: fc.array(receipt.map(naming), { minLength: 1, maxLength: 8 }),
  })
  return { facts, record }
}
const RUNS = { numRuns: 3000 }

/** The rule as spec/agreement.md says it: is there a choice of signatures and a receipt such that …? */
function saidByTheWords(
  world: Agreement,
  { signatures: all, receipts }: Facts,
  record: { origin: string; index: number },
  seen: Seen,
) {
  const expires = Date.parse(world.offer.expires) / 1000
  const cosigners = (party: string) =>
    world.neutrals.length > 0 ? ['watch.example'] : ['alfa.example', 'bravo.example'].filter((other) => other !== party)
  const counts = (receipt: ReceiptFact, { party, origin: on, index }: SignatureFact) =>
    receipt.origin === on && receipt.size > index && receipt.time < expires && cosigners(party).includes(receipt.by)
  const witnessedAt = (one: SignatureFact, time: number) =>
    cosigners(one.party).every((by) => receipts.some((r) => r.by === by && r.time <= time && counts(r, one)))
  const covered = (one: SignatureFact) =>
    one.origin === record.origin ? one.index < record.index : one.index < (seen.sizes[one.origin] ?? 0)
  const shown = (receipt: ReceiptFact) =>
    seen.named.some(
      (named, i) =>
        named.by === receipt.by &&
        named.origin === receipt.origin &&
        !seen.named.some((o, j) => j < i && o.by === named.by && o.origin === named.origin && o.size === named.size) &&
        (named.size > receipt.size || (named.size === receipt.size && named.digest === receipt.digest)),
    )
  const of = (party: string) => all.filter((one) => one.party === party)
  return of('alfa.example').some((a) =>
    of('bravo.example').some((b) =>
      receipts.some(
        (receipt) =>
          [a, b].every((one) => covered(one) && witnessedAt(one, receipt.time)) &&
          [a, b].some((one) => counts(receipt, one)) &&
          shown(receipt),
      ),
    ),
  )
}

describe.each([
  ['with a depositary', WORLDS[0] as Agreement],
  ['without one', WORLDS[1] as Agreement],
])('%s', (_which, world) => {
  const { facts, record: aRecord } = factsOf(world)

  test('further signatures and receipts never take force away, and never let it begin later', () => {
    let begun = 0
    fc.assert(
      fc.property(facts, facts, (some, more) => {
        const both = {
          signatures: [...more.signatures, ...some.signatures],
          receipts: [...more.receipts, ...some.receipts],
        }
        const before = force(some, world)
        if (before === undefined) return
        begun++
        expect(force(both, world)?.since ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(before.since)
      }),
      RUNS,
    )
    expect(begun).toBeGreaterThan(50)
  })

  test('nothing that anybody adds voids what was said in force', () => {
    let valid = 0
    fc.assert(
      fc.property(facts, facts, aRecord, (some, more, { own, ...seen }) => {
        if (!said(some, own, seen, world)) return
        valid++
        const both = {
          signatures: [...more.signatures, ...some.signatures],
          receipts: [...more.receipts, ...some.receipts],
        }
        expect(said(both, own, seen, world)).toBe(true)
        const further = { origin: own.origin, index: own.index + 1 }
        expect(said(some, further, seen, world)).toBe(true)
      }),
      RUNS,
    )
    expect(valid).toBeGreaterThan(20)
  })

  test('the answers are those of the specification’s words, and of no order', () => {
    fc.assert(
      fc.property(facts, aRecord, (some, { own, ...seen }) => {
        const turned = { signatures: [...some.signatures].reverse(), receipts: [...some.receipts].reverse() }
        expect(force(turned, world)).toEqual(force(some, world))
        const expected = saidByTheWords(world, some, own, seen)
        expect(said(some, own, seen, world)).toBe(expected)
        expect(said(turned, own, seen, world)).toBe(expected)
      }),
      RUNS,
    )
  })

  test('who names the receipt that completed the force, and has seen what it covers, speaks in force', () => {
    fc.assert(
      fc.property(facts, (some) => {
        const begun = force(some, world)
        if (begun === undefined) return
        const sizes = Object.fromEntries(begun.covers.map((one) => [one.origin, one.index + 1]))
        expect(said(some, { origin: ALFA, index: 9 }, { sizes, named: [begun.receipt] }, world)).toBe(true)
      }),
      RUNS,
    )
  })
})
