import { utf8 } from '@countersign/log'
import { expect, test } from 'vitest'
import { INTEL_LIMITS, readMispEvents } from '../../src/index.ts'
import { attribute, event, type Json, uuid, wholeEvent } from './sample-event.ts'

function read(file: unknown) {
  return readMispEvents(utf8(typeof file === 'string' ? file : JSON.stringify(file)))
}

function messageOf(file: unknown): string {
  const result = read(file)
  return result.ok ? 'taken' : `${result.code} ${result.message}`
}

test('an event is read alone, in its envelope, in a list and from an answer of MISP', () => {
  for (const file of [event(), { Event: event() }, [{ Event: event() }], { response: [{ Event: event() }] }]) {
    const result = read(file)
    expect(result.ok && result.value.map((each) => each.uuid)).toEqual([uuid(1)])
  }
})

test('texts and numbers, truth as 0 and 1, and null for what is absent are read alike', () => {
  const said = read(event({ timestamp: 1769860000, published: 1, threat_level_id: 2, Attribute: null }))
  const usual = read(event({ published: true }))
  expect(said).toEqual(usual)
})

test('an empty text where a UUID could be is none', () => {
  const cluster = { uuid: '', value: 'Example' }
  const result = read(event({ extends_uuid: '', Galaxy: [{ uuid: '', type: 'tool', GalaxyCluster: [cluster] }] }))
  expect(result.ok && result.value[0]?.extends_uuid).toBe(undefined)
})

test('members that are not known are kept', () => {
  const result = read(event({ of_later: { a: 1 }, Attribute: [attribute(10, 'md5', 'x', { of_later: [2] })] }))
  expect(result.ok && result.value[0]?.['of_later']).toEqual({ a: 1 })
  expect(result.ok && result.value[0]?.Attribute?.[0]?.['of_later']).toEqual([2])
})

const WRONG: [string, unknown, string][] = [
  ['no JSON', '{', 'json/syntax'],
  ['a key twice', '{"Event":{},"Event":{}}', 'json/duplicate-key'],
  ['a key __proto__', '{"Event":{"__proto__":1}}', 'json/proto-key'],
  ['no event', { a: 1 }, 'misp/no-event There is no MISP event in the file.'],
  ['no text where one is asked', { Event: event({ info: 3 }) }, 'misp/event Event.info: This must be a text.'],
  ['no UUID', { Event: event({ uuid: 'x' }) }, 'misp/event Event.uuid: This is not a UUID.'],
  ['no day', { Event: event({ date: '2026-02-30' }) }, 'misp/event Event.date: This must be a day'],
  [
    'a fault deep inside',
    {
      response: [{ Event: event() }, { Event: event({ Object: [object([attribute(10, 'md5', 'x', { uuid: 1 })])] }) }],
    },
    'misp/event response[1].Event.Object[0].Attribute[0].uuid: This must be a text.',
  ],
  ['a time past the calendar', { Event: event({ timestamp: '999999999999' }) }, 'Event.timestamp: This is later than'],
  ['a moment that is none', moment('yesterday'), 'Event.Attribute[0].first_seen: This must be a time'],
  [
    'a value too long',
    { Event: event({ Attribute: [attribute(10, 'text', 'x'.repeat(INTEL_LIMITS.mispValueChars + 1))] }) },
    'Event.Attribute[0].value: This is longer than',
  ],
  [
    'too many tags',
    { Event: event({ Tag: Array.from({ length: INTEL_LIMITS.mispTags + 1 }, () => ({ name: 'a' })) }) },
    'Event.Tag: There are more than',
  ],
  [
    'too many events',
    Array.from({ length: INTEL_LIMITS.mispEvents + 1 }, () => ({ Event: event() })),
    'misp/too-many There are 1001 events in the file',
  ],
]

test.each(WRONG)('%s is refused with its place, and nothing of the file is taken', (_, file, message) => {
  expect(messageOf(file)).toContain(message)
})

test('the whole of what an event may have is read', () => {
  expect(messageOf({ Event: wholeEvent() })).toBe('taken')
})

function object(attributes: Json[]): Json {
  return { uuid: uuid(30), name: 'file', Attribute: attributes }
}

function moment(said: string): Json {
  return { Event: event({ Attribute: [attribute(10, 'md5', 'x', { first_seen: said })] }) }
}
