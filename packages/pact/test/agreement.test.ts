import { readFileSync } from 'node:fs'
import { utf8 } from '@countersign/log'
import { canonicalJson } from '@countersign/record'
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
  forceOf,
  intervalOf,
  makeInvitation,
  parseAgreement,
  parseInvitation,
  type ReceiptFact,
  saidInForce,
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

  test('with one byte changed is refused', () => {
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
      const turned = parseInvitation(bytes.with(at, (bytes[at] ?? 0) ^ 1))
      // A letter in a title may change unseen here: the digest that is signed is of what was shown.
      if (turned.ok) expect(agreementDigest(turned.value.agreement)).not.toBe(agreementDigest(agreement))
    }
  })
})

const bravoOrigin = ORIGIN.replace('alfa', 'bravo')
const fact = (by: string, origin: string, size: number, time: number): ReceiptFact => ({
  by,
  origin,
  size,
  time,
  digest: `${size}`.padStart(64, '0'),
})
const signatures = [
  { party: 'alfa.example', origin: ORIGIN, index: 2 },
  { party: 'bravo.example', origin: bravoOrigin, index: 1 },
]

describe('force', () => {
  test('begins with the depositary’s receipt that covers the last signature', () => {
    const receipts = [fact('watch.example', ORIGIN, 3, 100), fact('watch.example', bravoOrigin, 2, 120)]
    expect(forceOf(agreement, 'main', signatures, receipts)).toMatchObject({
      since: 120,
      receipt: { by: 'watch.example', origin: bravoOrigin, size: 2 },
    })
  })

  test.each<[string, ReceiptFact[], typeof signatures]>([
    ['without a signature of each', [fact('watch.example', ORIGIN, 3, 100)], signatures.slice(0, 1)],
    [
      'without a receipt over the last signature',
      [fact('watch.example', ORIGIN, 3, 100), fact('watch.example', bravoOrigin, 1, 120)],
      signatures,
    ],
    [
      'by a recipient’s receipt where there is a depositary',
      [fact('bravo.example', ORIGIN, 3, 100), fact('alfa.example', bravoOrigin, 2, 120)],
      signatures,
    ],
    [
      'after the offer has expired',
      [fact('watch.example', ORIGIN, 3, 100), fact('watch.example', bravoOrigin, 2, 2_000_000_000)],
      signatures,
    ],
  ])('does not begin %s', (_what, receipts, signed) => {
    expect(forceOf(agreement, 'main', signed, receipts)).toBeUndefined()
  })

  test('is the same in whatever order signatures and receipts are looked at', () => {
    const receipts = [
      fact('watch.example', ORIGIN, 3, 100),
      fact('watch.example', ORIGIN, 9, 300),
      fact('watch.example', bravoOrigin, 2, 120),
    ]
    const one = forceOf(agreement, 'main', signatures, receipts)
    expect(forceOf(agreement, 'main', [...signatures].reverse(), [...receipts].reverse())).toEqual(one)
  })

  test('holds for a record only where its log had seen every signature and names the receipt', () => {
    const force = forceOf(agreement, 'main', signatures, [
      fact('watch.example', ORIGIN, 3, 100),
      fact('watch.example', bravoOrigin, 2, 120),
    ])
    if (force === undefined) throw new Error('It is in force.')
    const named = [{ by: 'watch.example', origin: bravoOrigin, size: 2 }]
    const at = (index: number, size: number, receipts = named) =>
      saidInForce(force, { origin: ORIGIN, index }, { logs: new Map([[bravoOrigin, size]]), receipts })
    expect(at(3, 2)).toBe(true)
    expect(at(2, 2)).toBe(false)
    expect(at(3, 1)).toBe(false)
    expect(at(3, 2, [])).toBe(false)
  })
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

  test('no further receipt raises hi or lowers lo', () => {
    for (let n = 0; n <= receipts.length; n++) {
      const [before, after] = [
        intervalOf(agreement, record, receipts.slice(0, n)),
        intervalOf(agreement, record, receipts.slice(0, n + 1)),
      ]
      expect(after.lo ?? Number.NEGATIVE_INFINITY).toBeGreaterThanOrEqual(before.lo ?? Number.NEGATIVE_INFINITY)
    }
  })
})
