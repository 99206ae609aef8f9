import { readFileSync } from 'node:fs'
import { ed25519, formatVerifierKey, makeVerifierKey, mldsa44, utf8 } from '@countersign/log'
import { canonicalJson } from '@countersign/record'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agreement, alfa, bravo, ORIGIN, watch } from '../../../spec/vectors/samples.ts'
import {
  type Agreement,
  agreementDigest,
  agreementFromYaml,
  canonicalAgreement,
  checkAgreement,
  deliveryState,
  explainAgreement,
  intervalOf,
  makeInvitation,
  parseAgreement,
  parseInvitation,
  quorumBound,
  type ReceiptFact,
  witnessedTo,
  witnessesFor,
} from '../src/index.ts'

const DEMO = readFileSync(new URL('../../../agreements/demo.yaml', import.meta.url), 'utf8')
const NOW = Date.parse('2026-11-24T09:00:00.000Z')
const fill = {
  id: '7f'.repeat(16),
  nowMs: NOW,
  roots: new Map([alfa, bravo, watch].map(({ party, card }) => [party, card.rootDigest])),
}
const draft = (change: (text: string) => string = (text) => text) => agreementFromYaml(change(DEMO), fill)

describe('a draft in YAML', () => {
  test('becomes an agreement, with what was left out filled in', () => {
    const drafted = draft()
    if (!drafted.ok) throw new Error(drafted.message)
    const { id, base, offer, quorum, parties } = drafted.value
    expect({ id, base, quorum }).toEqual({ id: fill.id, base: null, quorum: 1 })
    expect(Date.parse(offer.expires) - NOW).toBe(30 * 86_400_000)
    expect(parties.map(({ root }) => root)).toEqual([alfa.card.rootDigest, bravo.card.rootDigest])
    expect(parseAgreement(canonicalAgreement(drafted.value)).ok).toBe(true)
    expect(explainAgreement(drafted.value)).toContain('Alfa CERT (alfa.example)')
  })

  test.each<[string, (text: string) => string, RegExp]>([
    ['a word that is misspelt', (text) => text.replace('channels:', 'chanels:'), /channels/],
    ['a number where a word belongs', (text) => text.replace('max: TLP:AMBER+STRICT', 'max: 7'), /marking/],
    ['a key that stands twice', (text) => `${text}\nlanguage: en\n`, /./],
    [
      'no channel that all share',
      (text) => text.replace('  - name: main\n    parties: [alfa.example, bravo.example]\n', ''),
      /main/,
    ],
    [
      'a channel with a stranger',
      (text) => text.replace('parties: [alfa.example, bravo.example]', 'parties: [alfa.example, carol.example]'),
      /./,
    ],
    ['a party whose card is not held', (text) => text.replaceAll('bravo.example', 'carol.example'), /carol\.example/],
    [
      'a record type that may be said before force',
      (text) => text.replace('intel/share,', 'intel/share, pact/sign,'),
      /./,
    ],
    ['text that is no YAML', () => '{{{', /./],
  ])('with %s is refused, and says where', (_what, change, said) => {
    const drafted = draft(change)
    expect(drafted.ok).toBe(false)
    if (!drafted.ok) expect(drafted.message).toMatch(said)
  })

  test('tells what it will not be able to do', () => {
    const without: Agreement = { ...agreement, neutrals: [], quorum: 0 }
    expect(checkAgreement(without, NOW).map(({ code }) => code)).toEqual(['pact/no-neutral'])
    expect(checkAgreement(agreement, NOW)).toEqual([])
    expect(checkAgreement(agreement, Date.parse('2028-01-01T00:00:00Z')).map(({ code }) => code)).toContain(
      'pact/expired',
    )
  })
})

describe('an agreement as bytes', () => {
  test('has one form alone', () => {
    const bytes = canonicalAgreement(agreement)
    expect(parseAgreement(bytes).ok).toBe(true)
    expect(parseAgreement(utf8(` ${new TextDecoder().decode(bytes)}`)).ok).toBe(false)
    expect(agreementDigest({ ...agreement, title: 'Other' })).not.toBe(agreementDigest(agreement))
  })

  test.each<[string, Partial<Agreement>]>([
    ['parties that are not sorted', { parties: [...agreement.parties].reverse() }],
    ['one root for two', { parties: agreement.parties.map((party) => ({ ...party, root: alfa.card.rootDigest })) }],
    ['a quorum above its neutrals', { quorum: 2 }],
    ['a quorum of none beside a neutral', { quorum: 0 }],
    [
      'a term that ends before it begins',
      { term: { from: '2027-01-02T00:00:00.000Z', until: '2027-01-01T00:00:00.000Z' } },
    ],
    [
      'a party that is its own neutral',
      { neutrals: agreement.neutrals.map((one) => ({ ...one, party: 'alfa.example' })) },
    ],
    [
      'two depositaries',
      {
        neutrals: [
          ...agreement.neutrals,
          { ...(agreement.neutrals[0] as Agreement['neutrals'][number]), party: 'xeno.example', root: '9'.repeat(64) },
        ],
      },
    ],
  ])('with %s is refused', (_what, change) => {
    expect(parseAgreement(canonicalJson({ ...agreement, ...change })).ok).toBe(false)
  })
})

describe('an invitation', () => {
  const bytes = makeInvitation({ agreement, cards: [alfa, bravo, watch].map(({ file }) => file), origins: [ORIGIN] })

  test('carries draft, cards and logs', () => {
    const parsed = parseInvitation(bytes)
    expect(parsed.ok && parsed.value.cards.map(({ party }) => party)).toEqual([
      'alfa.example',
      'bravo.example',
      'watch.example',
    ])
  })

  test('with a card of another root than the draft pins is refused', () => {
    const other = {
      ...agreement,
      parties: agreement.parties.map((party) =>
        party.party === 'alfa.example' ? { ...party, root: '9'.repeat(64) } : party,
      ),
    }
    expect(parseInvitation(makeInvitation({ agreement: other, cards: [alfa.file], origins: [] })).ok).toBe(false)
  })

  test('with one byte changed in a card is refused, and in the draft is refused or is another draft', () => {
    const text = new TextDecoder().decode(bytes)
    const [draftFrom, cardsFrom, originsFrom] = ['"agreement":', '"cards":', '"origins":'].map((key) =>
      text.indexOf(key),
    )
    const changed = (from = 0, to = 0) => {
      const step = Math.ceil((to - from) / 40)
      const places = Array.from({ length: Math.floor((to - from) / step) }, (_, i) => from + i * step)
      return places.map((at) => parseInvitation(bytes.with(at, (bytes[at] ?? 0) ^ 1)))
    }
    // Keys of the JSON are sorted: the draft, then the cards, then the logs.
    const drafts = changed(draftFrom, cardsFrom)
    expect(drafts.length).toBeGreaterThan(30)
    for (const turned of drafts) {
      // A letter of a title may change: what is signed is the digest of what was shown.
      if (turned.ok) expect(agreementDigest(turned.value.agreement)).not.toBe(agreementDigest(agreement))
    }
    expect(changed(cardsFrom, originsFrom).filter(({ ok }) => ok)).toEqual([])
  })
})

const fact = (by: string, origin: string, size: number, time: number): ReceiptFact => ({
  by,
  origin,
  size,
  time,
  digest: `${size}`.padStart(64, '0'),
})
describe('the interval of a record', () => {
  const record = { origin: ORIGIN, recipient: 'bravo.example', index: 4 }
  const receipts = [
    fact('watch.example', ORIGIN, 3, 100),
    fact('watch.example', ORIGIN, 4, 110),
    fact('bravo.example', ORIGIN, 5, 130),
    fact('watch.example', ORIGIN, 6, 125),
    fact('bravo.example', ORIGIN, 4, 90),
  ]

  test('is bounded by the latest that excludes it and the earliest that covers it', () => {
    expect(intervalOf(agreement, record, receipts)).toEqual({ lo: 110, hi: 125 })
    expect(deliveryState(agreement, record, receipts)).toBe('delivered')
  })

  test('has no bound where nobody gave one', () => {
    expect(intervalOf(agreement, record, [])).toEqual({ lo: null, hi: null })
    expect(deliveryState(agreement, record, receipts.slice(0, 2))).toBe('said')
    expect(deliveryState(agreement, record, [fact('watch.example', ORIGIN, 6, 125)])).toBe('held')
  })

  test('ignores a receipt dated before lo, as by a false clock', () => {
    const backdated = [...receipts.slice(0, 2), fact('bravo.example', ORIGIN, 5, 50)]
    expect(intervalOf(agreement, record, backdated)).toEqual({ lo: 110, hi: null })
    expect(deliveryState(agreement, record, backdated)).toBe('said')
  })

  test('is never widened by a further receipt: lo does not fall, and hi rises only where lo passes it', () => {
    const time = fc.integer({ min: 90, max: 130 })
    const one = fc.record({
      by: fc.constantFrom('watch.example', 'bravo.example', 'alfa.example', 'xeno.example'),
      size: fc.integer({ min: 1, max: 8 }),
      time,
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), one, fc.nat(8), (some, further, place) => {
        const facts = some.map(({ by, size, time: at }) => fact(by, ORIGIN, size, at))
        const before = intervalOf(agreement, record, facts)
        const added = facts.toSpliced(place, 0, fact(further.by, ORIGIN, further.size, further.time))
        const after = intervalOf(agreement, record, added)
        const [lo, hi] = [after.lo ?? Number.NEGATIVE_INFINITY, after.hi ?? Number.POSITIVE_INFINITY]
        expect(lo).toBeGreaterThanOrEqual(before.lo ?? Number.NEGATIVE_INFINITY)
        const passed = before.hi !== null && lo > before.hi
        if (!passed) expect(hi).toBeLessThanOrEqual(before.hi ?? Number.POSITIVE_INFINITY)
        expect(hi).toBeGreaterThanOrEqual(lo)
      }),
    )
  })

  test('has as lo what two of three neutrals of distinct operators agree on', () => {
    const neutral = (party: string, operator: string): Agreement['neutrals'][number] => ({
      ...{ party, name: party, operator, root: '9'.repeat(64), roles: ['witness'] },
    })
    const three: Agreement = {
      ...agreement,
      neutrals: [neutral('one.example', 'one'), neutral('three.example', 'two'), neutral('two.example', 'two')],
      quorum: 2,
    }
    const at = (by: string, time: number) => ({ by, time })
    expect(quorumBound(three, [at('one.example', 100)])).toBeNull()
    expect(quorumBound(three, [at('two.example', 100), at('three.example', 120)])).toBeNull()
    expect(quorumBound(three, [at('one.example', 100), at('two.example', 90), at('three.example', 120)])).toBe(100)
    expect(quorumBound(three, [at('one.example', 100), at('one.example', 130), at('two.example', 90)])).toBe(90)
    expect(quorumBound(three, [at('one.example', 100), at('stranger.example', 110)])).toBeNull()
  })
})

describe('what an agreement says of sightings', () => {
  const under = (sightings: unknown) => parseAgreement(canonicalJson({ ...agreement, sightings }))

  test.each(['withheld', 'optional', 'named'])('is that who saw something is %s, and told on one page', (sighter) => {
    const read = under({ sighter })
    if (!read.ok) throw new Error(read.message)
    expect(read.value.sightings).toEqual({ sighter })
    expect(explainAgreement(read.value)).toMatch(/^Sightings /m)
    expect(explainAgreement(agreement)).not.toMatch(/^Sightings /m)
  })

  test.each([[null], [{}], [{ sighter: 'hidden' }], [{ sighter: 'named', more: 1 }], ['named']])(
    'is refused where it is %j',
    (value) => {
      expect(under(value)).toMatchObject({ ok: false, code: 'agreement/schema' })
    },
  )
})

describe('witnesses of an agreement', () => {
  const key = (seed: number, name: string, type: 4 | 6) =>
    formatVerifierKey(
      type === 4
        ? makeVerifierKey(name, 4, ed25519.signer(new Uint8Array(32).fill(seed)).publicKey)
        : makeVerifierKey(name, 6, mldsa44.signer(new Uint8Array(32).fill(seed)).publicKey),
    )
  const witness = (n: number, more: object = {}) => ({
    ...{ name: `witness.example/w${n}`, operator: `op${n}.example`, url: 'https://witness.example/' },
    ...{ vkeys: [key(n, `witness.example/w${n}`, 4), key(n, `witness.example/w${n}`, 6)] },
    ...more,
  })
  const under = (of: unknown[], quorum = 1) =>
    parseAgreement(canonicalJson({ ...agreement, witnesses: { quorum, of } }))

  test('are taken with their keys, and change nothing where there are none', () => {
    expect(under([witness(1), witness(2)], 2).ok).toBe(true)
    expect(agreementDigest(agreement)).toBe(agreementDigest(JSON.parse(JSON.stringify(agreement))))
  })

  test.each<[string, unknown[], number?]>([
    ['none', []],
    ['out of order', [witness(2), witness(1)]],
    ['twice', [witness(1), witness(1)]],
    ['a quorum of more than their operators', [witness(1), witness(2, { operator: 'op1.example' })], 2],
    ['a key of another name', [witness(1, { vkeys: [key(1, 'witness.example/w2', 4)] })]],
    ['a log key', [witness(1, { vkeys: ['log.example+6f4ffb7f+AQ=='] })]],
    [
      'two keys of one type',
      [witness(1, { vkeys: [key(1, 'witness.example/w1', 4), key(3, 'witness.example/w1', 4)] })],
    ],
    ['one key for two', [witness(1), witness(2, { vkeys: [key(1, 'witness.example/w2', 4)] })]],
    ['a URL without TLS', [witness(1, { url: 'http://witness.example/' })]],
    ['a URL that does not end in a slash', [witness(1, { url: 'https://witness.example/add' })]],
  ])('%s is refused', (_what, of, quorum) => {
    expect(under(of, quorum)).toMatchObject({ ok: false })
  })

  test('count by operator, and never for the log of whoever runs them', () => {
    const read = under([witness(1), witness(2), witness(3, { operator: 'alfa.example' })], 2)
    if (!read.ok) throw new Error(read.message)
    const sizes = new Map([
      ['witness.example/w1', 9],
      ['witness.example/w2', 5],
      ['witness.example/w3', 7],
    ])
    const sizeOf = (name: string) => sizes.get(name)
    expect(witnessesFor(read.value, 'alfa.example')).toHaveLength(2)
    expect(witnessedTo(read.value, 'alfa.example', sizeOf)).toBe(5)
    expect(witnessedTo(read.value, 'bravo.example', sizeOf)).toBe(7)
    expect(witnessedTo(agreement, 'alfa.example', sizeOf)).toBe(0)
    const poor = under([witness(1, { operator: 'alfa.example' })])
    if (!poor.ok) throw new Error(poor.message)
    expect(checkAgreement(poor.value, NOW).map(({ code }) => code)).toContain('pact/witness-quorum')
    expect(explainAgreement(read.value)).toContain('witness.example/w1 of op1.example')
  })
})
