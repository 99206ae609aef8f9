// What officers do: call on the line, acknowledge, share, and now and then ask for what may not leave. Every text carries
// a mark by which it is found wherever it should not be.

import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import type { Step } from './case.ts'
import type { Machine } from './machine.ts'
import { drawOf } from './random.ts'
import type { World } from './world.ts'

export const AMBER = 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'
const RED = 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1'

export function sayStep(world: World, step: Extract<Step, { do: 'call' | 'ack' | 'share' | 'forbidden' }>): void {
  const machine = world.machine(step.by)
  const mark = `CANARY ${step.by} ${step.do} ${step.n}`
  if (machine.node === undefined) return
  if (step.do === 'call') return call(world, machine, mark, 'TLP:AMBER', false)
  if (step.do === 'ack') return void acknowledge(world, machine)
  if (step.do === 'share') return share(world, machine, mark, step.n, AMBER, false)
  if (step.n % 3 === 0) return call(world, machine, mark, 'TLP:RED', true)
  const unknown = `marking-definition--${uuid(drawOf(step.n, mark).bytes(16))}`
  return share(world, machine, mark, step.n, step.n % 3 === 1 ? RED : unknown, true)
}

function call(world: World, machine: Machine, mark: string, tlp: string, forbidden: boolean): void {
  const text = JSON.stringify({ subject: mark, text: 'Please look at the mail relays.' })
  const ask = world.checks.asked.add(machine, 'hotline/message', [text], forbidden)
  const content = [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: new TextEncoder().encode(text) }]
  const saying = machine.node?.say({
    ...{ pact: world.pact, type: 'hotline/message', body: { precedence: 'FLASH' }, account: 'officer' },
    ...{ content, marking: { tlp } },
  })
  void saying?.then((said) => world.checks.asked.answered(ask, said))
}

/** The newest call of somebody else that nobody answered here. */
async function acknowledge(world: World, machine: Machine): Promise<void> {
  const { life, node } = machine
  const listed = await node?.views.records({ pact: world.pact, type: 'hotline/message' })
  const found = listed?.ok === true ? listed.value.records : []
  const row = found.find(({ from, validity }) => from !== machine.party && validity.kind === 'valid')
  const body: { number?: unknown } = typeof row?.body === 'object' && row.body !== null ? row.body : {}
  if (row === undefined || typeof body.number !== 'number' || machine.life !== life) return
  const ask = world.checks.asked.add(machine, 'hotline/ack', [], false)
  const { pact } = world
  const request = { pact, type: 'hotline/ack', to: [row.from], body: { number: body.number }, re: [row.record] }
  const said = await node?.say({ ...request, account: 'officer' })
  if (said !== undefined) world.checks.asked.answered(ask, said)
}

function share(world: World, machine: Machine, mark: string, n: number, marking: string, forbidden: boolean): void {
  const draw = drawOf(world.the.seed, mark)
  const objects = Array.from({ length: 1 + (n % 3) }, (_, i) =>
    JSON.stringify({
      ...{ type: 'indicator', spec_version: '2.1', id: `indicator--${uuid(draw.bytes(16))}` },
      ...{ created: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' },
      ...{ name: `${mark} ${i}`, indicator_types: ['malicious-activity'] },
      ...{ pattern: `[ipv4-addr:value = '192.0.2.${i + 1}']`, pattern_type: 'stix' },
      ...{ valid_from: '2026-01-01T00:00:00Z', object_marking_refs: [marking] },
    }),
  )
  const bundle = `{"type":"bundle","id":"bundle--${uuid(draw.bytes(16))}","objects":[${objects.join(',')}]}`
  const ask = world.checks.asked.add(machine, 'intel/share', objects, forbidden)
  const input = (async function* () {
    yield new TextEncoder().encode(bundle)
  })()
  const request = { pact: world.pact, marking: { tlp: 'TLP:AMBER' }, account: 'officer', input }
  const sharing = machine.node?.share(request)
  void sharing?.then((shared) => world.checks.asked.answered(ask, shared))
}

export function uuid(random: Uint8Array): string {
  const bytes = Uint8Array.from(random)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
