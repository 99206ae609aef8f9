// The record types: what each says of itself is held to its own rules.

import { sha256, toHex, utf8 } from '@countersign/log'
import { describe, expect, test } from 'vitest'
import {
  type ContentPart,
  canonicalJson,
  checkType,
  fitsAnswer,
  MESSAGE_MEDIA_TYPE,
  mayAnswer,
  messageSchema,
  recordTypes,
  STIX_MEDIA_TYPE,
  type Statement,
  typeNamed,
} from '../src/index.ts'

const PACT = '7f'.repeat(16)
const PARTIES = new Set(['alfa.example', 'bravo.example'])
const OWN = `alfa.example/${PACT}/main/09c4000000000000`
const PEER = `bravo.example/${PACT}/main/09c4000000000000`
const part = (role: string, mediaType: string): ContentPart => ({
  ...{ role, mediaType, size: 256, sealed: '1'.repeat(64), commitment: '2'.repeat(64) },
})
const PARTS: Record<string, ContentPart[]> = {
  'intel/share': [part('bundle', STIX_MEDIA_TYPE)],
  'intel/sighting': [part('bundle', STIX_MEDIA_TYPE)],
  'hotline/message': [part('message', MESSAGE_MEDIA_TYPE)],
}

/** A statement of a type, about which nothing is wrong. */
function spoken(name: string): Statement {
  const type = typeNamed(name)
  if (type === undefined) throw new Error(`There is no type ${name}.`)
  const body = type.example
  const version = 'agreement' in body ? toHex(sha256(canonicalJson(body.agreement))) : '0'.repeat(64)
  return {
    ...{ v: 1, type: name, id: '0195f3a0-7c11-7abc-8def-0123456789ab', origin: OWN, pact: { id: PACT, version } },
    ...{ from: 'alfa.example', to: type.to === 'none' ? [] : ['bravo.example'], time: '2026-03-01T09:30:00.000Z' },
    ...{ mode: 'Actual', body, marking: { tlp: 'TLP:CLEAR' }, seen: { logs: [], receipts: [] } },
    re:
      type.answersOne === true || type.standing !== undefined
        ? [{ origin: type.standing === 'sharer' ? OWN : PEER, index: 4, leaf: '5'.repeat(64) }]
        : [],
    content: PARTS[name] ?? [],
  }
}

describe.each(recordTypes.map((type) => [type.name, type] as const))('%s', (name, type) => {
  test('has an example that keeps its own rules', () => {
    expect(checkType(spoken(name), PARTIES)).toBeUndefined()
  })

  test('has words in each language', () => {
    for (const words of [type.words.en, type.words.ru, type.words.zh]) expect(words).not.toBe('')
  })

  test('takes no member that its body does not have', () => {
    expect(checkType({ ...spoken(name), body: { ...type.example, more: 1 } }, PARTIES)?.code).toBe('statement/body')
  })
})

test.each([
  ['another of its own logs on the channel', OWN.replace(/09c4/, '0000'), undefined],
  ['itself', OWN, 'statement/body'],
  ['a log of another party', PEER, 'statement/body'],
  ['a log of another channel', OWN.replace('/main/', '/line/'), 'statement/body'],
  ['a log of another agreement', OWN.replace(PACT, '8e'.repeat(16)), 'statement/body'],
])('a log that succeeds %s', (_what, origin, code) => {
  const predecessor = { origin, size: 1, root: '3'.repeat(64) }
  const opened = (change: object) => {
    const body = { card: '6f'.repeat(32), predecessor: { ...predecessor, ...change } }
    return checkType({ ...spoken('log/open'), body }, PARTIES)?.code
  }
  expect(opened({})).toBe(code)
  expect(opened({ size: 0 })).toBe('statement/body')
})

describe('what may be answered', () => {
  test.each([
    ['hotline/ack', 'hotline/message', true],
    ['hotline/ack', 'intel/share', false],
    ['hotline/ack', 'hotline/ack', false],
    ['hotline/ack', 'x/unknown', false],
    ['hotline/ack', '(unreadable)', false],
    ['content/rejected', 'intel/share', true],
    ['content/rejected', 'x/unknown', true],
    ['hotline/message', 'log/pin', true],
    ['log/pin', 'hotline/message', false],
    ['pact/sign', 'pact/propose', false],
    ['x/unknown', 'log/open', true],
  ])('%s names %s: %s', (type, answered, may) => {
    expect(mayAnswer(type, answered)).toBe(may)
  })

  test.each<[string, Statement['re']]>([
    ['nothing', []],
    ['two records', [0, 1].map((index) => ({ origin: PEER, index, leaf: '5'.repeat(64) }))],
    ['a record of its own author', [{ origin: OWN, index: 4, leaf: '5'.repeat(64) }]],
    ['a record of another channel', [{ origin: PEER.replace('/main/', '/line/'), index: 4, leaf: '5'.repeat(64) }]],
    [
      'a record under another agreement',
      [{ origin: PEER.replace(PACT, '8e'.repeat(16)), index: 4, leaf: '5'.repeat(64) }],
    ],
  ])('an acknowledgement or a rejection of %s is refused', (_what, re) => {
    for (const name of ['hotline/ack', 'content/rejected']) {
      expect(checkType({ ...spoken(name), re }, PARTIES)?.code).toBe('statement/body')
    }
  })
})

describe('what is said of content', () => {
  const TYPES = ['content/consent', 'content/hold', 'content/lift', 'content/destroyed']
  const at = (origin: string, index: number) => ({ origin, index, leaf: '5'.repeat(64) })
  const many = (count: number) => Array.from({ length: count }, (_, index) => at(index % 2 === 0 ? PEER : OWN, index))

  test.each<[string, Statement['re']]>([
    ['one of its own', [at(OWN, 4)]],
    ['64 of anybody', many(64)],
  ])('names %s', (_what, re) => {
    for (const name of TYPES) expect(checkType({ ...spoken(name), re }, PARTIES)).toBeUndefined()
  })

  test.each<[string, Statement['re']]>([
    ['nothing', []],
    ['one record twice', [at(PEER, 4), at(PEER, 4)]],
    ['a record of another channel', [at(PEER.replace('/main/', '/line/'), 4)]],
    ['a record under another agreement', [at(PEER.replace(PACT, '8e'.repeat(16)), 4)]],
  ])('and %s is refused', (_what, re) => {
    for (const name of TYPES) expect(checkType({ ...spoken(name), re }, PARTIES)?.code).toBe('statement/body')
  })

  test.each([[[]], [[1, 1]], [[1, 0]], [[16]], [[-1]], [0], ['all']])('parts that are %j are refused', (parts) => {
    for (const name of ['content/consent', 'content/destroyed']) {
      const body = { ...spoken(name).body, parts }
      expect(checkType({ ...spoken(name), body }, PARTIES)?.code).toBe('statement/body')
    }
  })

  test('single parts are named of one record alone', () => {
    for (const name of ['content/consent', 'content/destroyed']) {
      const of = { ...spoken(name), body: { ...spoken(name).body, parts: [0, 2] } }
      expect(checkType({ ...of, re: many(1) }, PARTIES)).toBeUndefined()
      expect(checkType({ ...of, re: many(2) }, PARTIES)?.code).toBe('statement/body')
    }
  })

  test('nothing but a hold is lifted', () => {
    expect(mayAnswer('content/lift', 'content/hold')).toBe(true)
    expect(mayAnswer('content/lift', 'intel/share')).toBe(false)
  })
})

describe('a revocation', () => {
  const share = { ...spoken('intel/share'), to: ['bravo.example', 'carol.example'] }
  const revocation: Statement = { ...spoken('intel/revoke'), body: { reason: 'mistake', objects: null } }
  const listed = (part: number) => ({ reason: 'mistake', objects: [{ record: 0, part, places: [0] }] })

  test('fits a share of its author, to those it was said to or some of them', () => {
    expect(fitsAnswer(revocation, share, 0)).toBe(true)
    expect(fitsAnswer({ ...revocation, to: ['bravo.example', 'carol.example'] }, share, 0)).toBe(true)
    expect(fitsAnswer({ ...revocation, body: listed(0) }, share, 0)).toBe(true)
  })

  test.each<[string, Partial<Statement>, Partial<Statement>]>([
    ['of another party', {}, { from: 'bravo.example' }],
    ['in an exercise', {}, { mode: 'Exercise' }],
    ['that was said to fewer', { to: ['bravo.example', 'dora.example'] }, {}],
    ['that has no such part', { body: listed(1) }, {}],
    ['that is no share', {}, { type: 'hotline/message' }],
    ['that is a revocation', {}, { type: 'intel/revoke' }],
  ])('fits no record %s', (_what, answer, named) => {
    expect(fitsAnswer({ ...revocation, ...answer }, { ...share, ...named }, 0)).toBe(false)
  })

  test('asks each record for the parts that are named of that one alone', () => {
    expect(fitsAnswer({ ...revocation, body: listed(1) }, share, 1)).toBe(true)
  })
})

describe('feedback', () => {
  const share = { ...spoken('intel/share'), origin: PEER, from: 'bravo.example', to: ['alfa.example', 'carol.example'] }
  const feedback = spoken('intel/sighting')

  test('fits a share that was said to its author, back to who said it, and to who got it too', () => {
    expect(fitsAnswer(feedback, share, 0)).toBe(true)
    expect(fitsAnswer({ ...feedback, to: ['bravo.example', 'carol.example'] }, share, 0)).toBe(true)
  })

  test.each<[string, Partial<Statement>, Partial<Statement>]>([
    ['that was not said to its author', {}, { to: ['carol.example'] }],
    ['whose author it does not address', { to: ['carol.example'] }, {}],
    ['that was not said to one whom it addresses', { to: ['bravo.example', 'dora.example'] }, {}],
    ['in earnest, from an exercise', { mode: 'Exercise' }, {}],
    ['that is no share', {}, { type: 'hotline/message' }],
    ['that is feedback', {}, { type: 'intel/sighting' }],
  ])('fits no record %s', (_what, answer, named) => {
    expect(fitsAnswer({ ...feedback, ...answer }, { ...share, ...named }, 0)).toBe(false)
  })
})

describe('the content of a message', () => {
  const fault = (text: string | Uint8Array) =>
    typeNamed('hotline/message')?.checkContent?.(
      part('message', MESSAGE_MEDIA_TYPE),
      typeof text === 'string' ? utf8(text) : text,
    )

  test.each([
    '{"subject":"x","text":"y"}',
    ' {"text":"y\\n", "subject":"\\u00e9"}',
    '{"subject":"x","text":"y","remarks":"z","language":"pt-BR"}',
    JSON.stringify({ subject: 'x'.repeat(200), text: '\u0001'.repeat(20_000), remarks: '\u0001'.repeat(2_000) }),
  ])('%.60s is taken', (text) => {
    expect(fault(text)).toBeUndefined()
    expect(messageSchema.safeParse(JSON.parse(text)).success).toBe(true)
  })

  test.each([
    '',
    'Look at once.',
    '[]',
    '1e400',
    '{"foo":1}',
    '{"subject":"x"}',
    '{"subject":"","text":"y"}',
    '{"subject":"x","text":"y","more":1}',
    '{"subject":"x","text":"y","text":"z"}',
    '{"subject":"x","text":"y","__proto__":"z"}',
    '{"subject":"x","text":"\\ud800"}',
    '{"subject":"x","text":{"a":"y"}}',
    JSON.stringify({ subject: 'x', text: 'y'.repeat(65_000) }),
    `{"subject":"x","text":"y"${' '.repeat(262_144)}}`,
  ])('%.60s is refused', (text) => {
    expect(fault(text)).toMatch(/^its message is /)
  })

  test('that is no UTF-8 is refused', () => {
    expect(fault(Uint8Array.of(0x22, 0xff, 0x22))).toMatch(/UTF-8/)
  })
})

test('a remark is 1 to 2,000 characters of UTF-8', () => {
  const fault = (bytes: Uint8Array) =>
    typeNamed('hotline/ack')?.checkContent?.(part('remark', 'text/plain;charset=utf-8'), bytes)
  for (const good of ['x', 'ж'.repeat(2_000)]) expect(fault(utf8(good))).toBeUndefined()
  for (const bad of [utf8(''), utf8('x'.repeat(2_001)), Uint8Array.of(0xff)]) expect(fault(bad)).toMatch(/remark/)
})
