// STIX into the events in which a MISP is given it: the same events every time, each object in one of them, and none wider
// than what is in it.

import { expect, test } from 'vitest'
import { eventsToPush, eventToStix, readMispEvents, readObject, type StixSource, type Tlp } from '../../src/index.ts'
import { attribute, event, type Json, uuid, wholeEvent } from './sample-event.ts'

const CLEAR = 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487'
const GREEN = 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'
const RED = 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1'

function sourcesOf(objects: readonly Json[]): StixSource[] {
  return objects.map((value) => {
    const source = JSON.stringify(value)
    const read = readObject(source)
    if (!read.ok) throw new Error(read.message)
    return { object: read.value, source }
  })
}

function ofEvents(...events: Json[]): Json[] {
  const read = readMispEvents(new TextEncoder().encode(JSON.stringify(events.map((Event) => ({ Event })))))
  if (!read.ok) throw new Error(read.message)
  return read.value.flatMap((one) => eventToStix(one).objects as Json[])
}

const time = '2026-02-01T00:00:00.000Z'
const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const object = (type: string, n: number, more: Json = {}): Json => ({
  ...{ type, spec_version: '2.1', id: id(type, n), created: time, modified: time },
  ...more,
})
const indicator = (n: number, more: Json = {}) =>
  object('indicator', n, {
    ...{ name: `i${n}`, pattern: `[domain-name:value = 'h${n}.example']`, pattern_type: 'stix', valid_from: time },
    ...more,
  })

const NOBODY = () => null
const pushed = (objects: readonly Json[], saidAs: (id: string) => Tlp | null = NOBODY) =>
  eventsToPush(sourcesOf(objects), 'place', saidAs).events

test('the same objects come to the same events, in whatever order they are given', () => {
  const objects = [...ofEvents(wholeEvent(), event({ uuid: uuid(500) })), ...[1, 2, 3].map((n) => indicator(n))]
  const inOrder = (list: ReturnType<typeof pushed>) => list.map(({ event: one }) => one['uuid']).sort()
  expect(inOrder(pushed(objects))).toEqual(inOrder(pushed(objects.toReversed())))
  expect(pushed(objects)).toEqual(pushed(objects))
  expect(new Set(inOrder(pushed(objects))).size).toBe(3)
})

test('each object is in one event: with what it is about, else in the one of its day', () => {
  const report = object('report', 1, {
    ...{ name: 'A campaign', published: time, report_types: ['campaign'] },
    object_refs: [id('indicator', 1), id('malware', 5)],
  })
  const objects = [
    report,
    indicator(1),
    indicator(2),
    indicator(3, { created: '2026-01-05T00:00:00.000Z' }),
    object('malware', 5, { name: 'Bad', is_family: true }),
    object('relationship', 6, {
      ...{ relationship_type: 'indicates', source_ref: id('indicator', 2), target_ref: id('malware', 5) },
    }),
    object('sighting', 7, { sighting_of_ref: id('indicator', 1) }),
  ]
  const events = pushed(objects)
  expect(events.map(({ event: one }) => one['info'])).toEqual([
    ...['A campaign', 'Threat data of 2026-02-01', 'Threat data of 2026-01-05'],
  ])
  expect(events[0]?.ids).toContain(id('sighting', 7))
  expect(events[1]?.ids).toContain(id('relationship', 6))
  const all = events.flatMap(({ ids }) => ids)
  expect(new Set(all)).toEqual(new Set(objects.map((one) => one['id'])))
  // A cluster of a galaxy may be in several; anything else is in one.
  expect(all.filter((one) => !one.startsWith('malware--'))).toHaveLength(objects.length - 1)
})

test('what two reports name is in one of their events', () => {
  const report = (n: number) =>
    object('report', n, {
      ...{ name: `Report ${n}`, published: time, report_types: ['campaign'] },
      object_refs: [id('indicator', 1), id('indicator', n)],
    })
  const events = pushed([report(2), report(3), ...[1, 2, 3].map((n) => indicator(n))])
  const values = events.map(({ event: one }) => (one['Attribute'] as Json[]).map((of) => of['value']).sort())
  expect(values).toEqual([['h1.example', 'h2.example'], ['h3.example']])
})

test('a distribution of MISP that is closer than the markings holds', () => {
  const objects = ofEvents(event({ distribution: '3', Tag: [{ name: 'tlp:clear' }] }))
  const closed = objects.map((one) => ('x_misp_distribution' in one ? { ...one, x_misp_distribution: '0' } : one))
  expect(pushed(objects)[0]?.event['distribution']).toBe('3')
  expect(pushed(closed)[0]?.event['distribution']).toBe('0')
})

test('no event goes further than the closest of its objects, and what nobody marked stays closest', () => {
  const of = (markings: readonly (string | undefined)[], saidAs?: Tlp) =>
    pushed(
      markings.map((ref, n) => indicator(n, ref === undefined ? {} : { object_marking_refs: [ref] })),
      () => saidAs ?? null,
    )[0]?.event['distribution']
  expect(of([CLEAR, CLEAR])).toBe('3')
  expect(of([CLEAR, GREEN])).toBe('1')
  expect(of([CLEAR, RED])).toBe('0')
  expect(of([CLEAR, undefined])).toBe('0')
  expect(of([CLEAR, undefined], 'TLP:GREEN')).toBe('1')
  expect(of([GREEN, undefined], 'TLP:CLEAR')).toBe('1')
  expect(of(['marking-definition--00000000-0000-4000-8000-000000000099'])).toBe('0')
})

test('an event of MISP keeps a distribution that is closer, in its parts too, and no sharing group of elsewhere', () => {
  const group = { distribution: '4', SharingGroup: { uuid: uuid(99), name: 'Few' } }
  const parts = {
    Attribute: [
      attribute(10, 'domain', 'a.example', { distribution: '0' }),
      attribute(11, 'domain', 'b.example', { distribution: '3' }),
      attribute(12, 'domain', 'c.example', group),
    ],
  }
  const clear = { Tag: [{ name: 'tlp:clear' }] }
  const one = (more: Json) => pushed(ofEvents(event({ ...clear, ...more })))[0]?.event
  expect(one({ distribution: '3' })).toMatchObject({ distribution: '3', published: false })
  expect(one({ distribution: '2' })).toMatchObject({ distribution: '1' })
  expect(one({ distribution: '1' })).toMatchObject({ distribution: '1' })
  expect(one(group)).toMatchObject({ distribution: '0' })
  const made = one({ distribution: '3', ...parts })
  expect(made).toMatchObject({ distribution: '0' })
  expect(JSON.stringify(made)).not.toContain('SharingGroup')
})
