// What becomes of a revocation that stands on one branch of a forked log alone (spec/records.md, Taking back; spec/fork.md,
// What stands after the split): a party cannot show some readers that it took something back, and others that it did not,
// and gain by either.

import { auditNode, realSurroundings } from '@countersign/node'
import { expect, test } from 'vitest'
import { begin, foundOut, otherFace, WITHOUT_NEUTRAL } from './another-face.ts'
import { bytesInput, type Party, until, value } from './parties.ts'
import { readAll } from './taxii-client.ts'

const idOf = (n: number) => `tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const time = '2026-02-01T00:00:00.000Z'
const tool = (n: number) => ({
  ...{ type: 'tool', spec_version: '2.1', id: idOf(n), created: time, modified: time, name: `tool ${n}` },
})

test('it takes back from whoever holds that branch and from its author, from nobody else, and nothing that it does not name', async () => {
  const { parties, meddler } = await begin(WITHOUT_NEUTRAL)
  const { alfa, bravo, watch, pact } = parties
  const share = async (...numbers: number[]) => {
    const input = bytesInput(Buffer.from(JSON.stringify({ objects: numbers.map(tool) })))
    const shared = value(await alfa.node.share({ pact, account: 'test', input }))
    return shared.state === 'said' ? (shared.records[0] ?? '') : ''
  }
  const inCollection = async (of: Party, collection: string) =>
    (await readAll(of, pact, collection)).map((text) => (JSON.parse(text) as { id: string }).id).sort()
  const holds = (of: Party, collection: string, ...numbers: number[]) =>
    until(`${of.party} to have ${numbers} in ${collection}`, async () => {
      return JSON.stringify(await inCollection(of, collection)) === JSON.stringify(numbers.map(idOf))
    })
  const common = await share(1, 2)
  for (const reader of [bravo, watch]) await holds(reader, 'inbox', 1, 2)
  const [origin = ''] = common.split('#')
  const channel = origin.split('/').at(-2) ?? ''
  const face = await otherFace(parties, origin, 4)
  // Until both branches are there, nobody is shown anything of them.
  meddler.meddle = (path) => (path.includes(`/${channel}/`) ? 'missing' : undefined)
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  value(await alfa.node.revoke({ pact, account: 'test', reason: 'mistake', ids: [idOf(1)] }))
  await share(3)
  await holds(alfa, 'outbox', 2, 3)
  meddler.meddle = (path, _body, _status, asker) => (asker === watch.party ? face(path) : undefined)
  await holds(bravo, 'withdrawn', 1)
  await foundOut([bravo, watch], origin)

  const isAsSpecified = async () => {
    // It binds its author: after the split it is said, and takes back, on the branch where it stands.
    const [revocation] = value(await bravo.node.views.records({ type: 'intel/revoke' })).records
    expect(revocation).toMatchObject({ from: alfa.party, validity: { kind: 'valid' }, afterSplit: true })
    // And it proves nothing for its author any more.
    expect(revocation?.delivery.map(({ hi }) => hi)).toEqual(revocation?.delivery.map(() => null))
    expect(await inCollection(bravo, 'inbox')).toEqual([2, 3].map(idOf))
    expect(await inCollection(bravo, 'withdrawn')).toEqual([idOf(1)])
    expect(await inCollection(alfa, 'outbox')).toEqual([2, 3].map(idOf))
    // Whoever was shown the other branch never had the revocation, and loses nothing by it.
    expect(value(await watch.node.views.records({ type: 'intel/revoke' })).records).toEqual([])
    expect(await inCollection(watch, 'inbox')).toEqual([1, 2].map(idOf))
    expect(await inCollection(watch, 'withdrawn')).toEqual([])
  }
  await isAsSpecified()
  for (const party of [bravo, watch]) {
    await party.stop()
    const audited = value(await auditNode(party.dir, realSurroundings(), { views: true }))
    expect(audited).toMatchObject({ views: 'equal', findings: [] })
    await party.start()
    await until('the start', () => party.node.health().ready)
  }
  await isAsSpecified()
}, 240_000)
