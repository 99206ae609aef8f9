// Who saw something is not named in feedback, unless the agreement lets it and whoever says it wants it (spec/agreement.md,
// Sightings).

import { describe, expect, test } from 'vitest'
import { decideRelease, type ReleaseRequest, type ReleaseRules } from '../../src/index.ts'

const uuid = (n: number) => `7d2b4a9e-0a1b-4c3d-8e5f-${String(n).padStart(12, '0')}`
const TIMES = { created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' }
type Value = Record<string, unknown> & { id: string; type: string }
const object = (type: string, n: number, more: Record<string, unknown> = {}): Value => ({
  ...{ type, spec_version: '2.1', id: `${type}--${uuid(n)}`, ...TIMES },
  ...more,
})
const HOSPITAL = object('identity', 1, { name: 'Hospital of Bravo', identity_class: 'organization' })
const TOWN = object('location', 2, { region: 'northern-europe' })
const INDICATOR = `indicator--${uuid(3)}`
const SEEN = object('sighting', 4, { sighting_of_ref: INDICATOR, count: 3 })
const NAMED = { ...SEEN, created_by_ref: HOSPITAL.id, where_sighted_refs: [HOSPITAL.id, TOWN.id] }
const ADDRESS = {
  type: 'ipv4-addr',
  spec_version: '2.1',
  id: 'ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4',
  value: '198.51.100.3',
}
const OBSERVED = object('observed-data', 5, {
  ...{ first_observed: TIMES.created, last_observed: TIMES.created, number_observed: 1 },
  object_refs: [ADDRESS.id],
})
const THINKS = object('opinion', 6, { opinion: 'agree', object_refs: [INDICATOR] })

function release(objects: Value[], asked: Partial<ReleaseRequest> = {}, ruled: Partial<ReleaseRules> = {}) {
  const rules: ReleaseRules = {
    ...{ from: 'alfa.example', parties: ['alfa.example', 'bravo.example'], markingMax: 'TLP:AMBER' },
    ...{ records: ['intel/share', 'intel/sighting'], stix: { deny: [] } },
    ...ruled,
  }
  const sources = objects.map((one) => new TextEncoder().encode(JSON.stringify(one)))
  const request = { type: 'intel/sighting', marking: 'TLP:GREEN' as const, to: ['bravo.example'], objects: sources }
  const { decision, leaving } = decideRelease({ ...request, ...asked }, rules)
  return { decision, left: leaving.map((text): Value => JSON.parse(new TextDecoder().decode(text))) }
}

describe.each<[string, Partial<ReleaseRequest>, Partial<ReleaseRules>]>([
  ['where the agreement says nothing', {}, {}],
  ['where the agreement says nothing, however much it is wanted', { namesSighter: true }, {}],
  ['where it is withheld, however much it is wanted', { namesSighter: true }, { sighter: 'withheld' }],
  ['where it is left open and nobody asks for it', {}, { sighter: 'optional' }],
])('feedback %s', (_when, asked, ruled) => {
  test('names nobody who saw it, neither by reference nor by the object itself', () => {
    const { left, decision } = release([HOSPITAL, TOWN, NAMED], asked, ruled)
    expect(left).toEqual([SEEN])
    expect(decision.told.map(({ verdict, leftOut }) => (leftOut ? 'left out' : verdict))).toEqual([
      ...['left out', 'left out', 'redacted'],
    ])
    expect(decision.told[2]?.reasons[0]?.message).toBe('Who saw it is not named. (rule sighter-withheld)')
  })

  test('names nobody whose object does not stand beside it', () => {
    expect(release([NAMED], asked, ruled).left).toEqual([SEEN])
  })

  test('carries no data observed, which would tell where', () => {
    const { left } = release([OBSERVED, ADDRESS, { ...SEEN, observed_data_refs: [OBSERVED.id] }], asked, ruled)
    expect(left).toEqual([SEEN])
  })

  test('names no author of an opinion or a note', () => {
    const note = object('note', 7, { content: 'Seen at night.', object_refs: [INDICATOR] })
    const by = { authors: ['A. Person'], created_by_ref: HOSPITAL.id }
    expect(
      release(
        [
          { ...THINKS, ...by },
          { ...note, ...by },
        ],
        asked,
        ruled,
      ).left,
    ).toEqual([THINKS, note])
  })

  test('names nobody in an extension, in a property that nobody knows, or in a translation', () => {
    const extension = 'extension-definition--53445626-0cda-4fbe-8466-32d8ddb1c548'
    const tells = (more: object) => ({ ...more, extension_type: 'property-extension', verdict: 'accepted' })
    const said = { ...SEEN, extensions: { [extension]: tells({}) } }
    const telling = {
      ...{ ...SEEN, x_seen_by_ref: HOSPITAL.id, x_seen_at_refs: [TOWN.id] },
      extensions: { [extension]: tells({ reporter_ref: HOSPITAL.id }) },
    }
    expect(release([telling], asked, ruled).left).toEqual([said])
    const about = { ...THINKS, object_refs: [HOSPITAL.id] }
    expect(release([about], asked, ruled).left).toEqual([about])
    const words = (contents: object) => object('language-content', 8, { object_ref: THINKS.id, contents })
    const translated = {
      ...words({ de: { authors: ['Eine Person'], explanation: 'Ja.' } }),
      created_by_ref: HOSPITAL.id,
    }
    expect(release([THINKS, translated], asked, ruled).left).toEqual([THINKS, words({ de: { explanation: 'Ja.' } })])
    const named = object('language-content', 9, { object_ref: HOSPITAL.id, contents: { de: { name: 'Klinik' } } })
    expect(release([THINKS, named], asked, ruled).left).toEqual([THINKS])
  })

  test('names nobody as the creator of a definition, which it stays here with or goes without', () => {
    const marking = object('marking-definition', 10, { definition_type: 'statement', definition: { statement: 'S' } })
    const { modified: _, ...definition } = marking
    const marked = { ...SEEN, object_marking_refs: [marking.id] }
    const { decision, left } = release([{ ...definition, created_by_ref: HOSPITAL.id }, marked], asked, ruled)
    expect(decision.refusals.map(({ message }) => message)).toEqual([])
    expect(left).toEqual([definition, marked])
    const extension = object('extension-definition', 11, {
      ...{ created_by_ref: HOSPITAL.id, name: 'X', version: '1.0', schema: 'https://x.example/' },
      extension_types: ['property-extension'],
    })
    const using = { ...SEEN, extensions: { [extension.id]: { extension_type: 'property-extension', x: 1 } } }
    const stays = release([extension, using], asked, ruled)
    expect(stays.left).toEqual([])
    expect(stays.decision.refusals[0]?.message).toContain('give it without the definition')
    expect(release([using], asked, ruled).left).toEqual([using])
  })

  test('stays here where its words tell whom it leaves out', () => {
    const { decision, left } = release([HOSPITAL, { ...NAMED, description: `See ${HOSPITAL.id}.` }], asked, ruled)
    expect(left).toEqual([])
    expect(decision.refusals.map(({ code }) => code)).toContain('release/tells-what-is-cut')
  })
})

describe('feedback under an agreement that', () => {
  test('leaves it open names who saw it where that is asked for', () => {
    const { left } = release([HOSPITAL, TOWN, NAMED, OBSERVED], { namesSighter: true }, { sighter: 'optional' })
    expect(left).toEqual([HOSPITAL, TOWN, NAMED, OBSERVED])
  })

  test('wants it named leaves as it came, and not without a name', () => {
    expect(release([HOSPITAL, TOWN, NAMED], {}, { sighter: 'named' }).left).toHaveLength(3)
    for (const nobody of [SEEN, { ...SEEN, where_sighted_refs: [] }]) {
      const { decision, left } = release([nobody], { namesSighter: true }, { sighter: 'named' })
      expect(left).toEqual([])
      expect(decision.refusals).toMatchObject([{ code: 'release/sighter-unnamed', object: { id: SEEN.id } }])
    }
    expect(release([THINKS], {}, { sighter: 'named' }).left).toEqual([THINKS])
  })
})

describe('a share', () => {
  const shared = { type: 'intel/share' }

  test('is left as it came where the agreement says nothing of sightings', () => {
    const objects = [HOSPITAL, TOWN, NAMED, OBSERVED]
    expect(release(objects, shared).left).toEqual(objects)
  })

  test('names nobody who saw something where it is withheld; identities beside it leave', () => {
    const { left } = release([HOSPITAL, NAMED, OBSERVED], { ...shared, namesSighter: true }, { sighter: 'withheld' })
    expect(left).toEqual([HOSPITAL, SEEN, OBSERVED])
  })

  test('needs names where the agreement wants them', () => {
    expect(release([SEEN], shared, { sighter: 'named' }).decision.refusals).toMatchObject([
      { code: 'release/sighter-unnamed' },
    ])
  })
})
