// A party that shows each reader another log under one name: alfa, through a proxy that serves by asker. What the readers
// exchange (their receipts, what they say they had seen, their mirrors) finds it out, and leaves each with the proof.

import { auditNode, type Node, realSurroundings } from '@countersign/node'
import { expect, test } from 'vitest'
import { begin, foundOut, otherFace, WITHOUT_NEUTRAL } from './another-face.ts'
import { saidOnLine } from './on-the-line.ts'
import { delivered, inForce, type PartiesOptions, until, value } from './parties.ts'

test.each<[string, PartiesOptions, { bravo: number; watch: number }]>([
  ['of one size', {}, { bravo: 1, watch: 1 }],
  ['of two sizes, the neutral behind', {}, { bravo: 3, watch: 1 }],
  ['of two sizes, the party behind', {}, { bravo: 1, watch: 3 }],
  ['of two sizes, without a neutral', WITHOUT_NEUTRAL, { bravo: 1, watch: 3 }],
])('two faces %s are found out by both whom they deceive', async (_what, options, entries) => {
  const { parties, meddler } = await begin(options)
  const { alfa, bravo, watch, pact } = parties
  const common = await saidOnLine(alfa.node, pact, 'common')
  await delivered(alfa.node, common)
  const [origin = ''] = common.split('#')
  const size = alfa.node.logOf(origin)?.size ?? 0
  const face = await otherFace(parties, origin, entries.watch)
  // Until both faces are there, nobody is shown anything of the line.
  meddler.meddle = (path) => (path.includes('/line/') ? 'missing' : undefined)
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  for (let i = 0; i < entries.bravo; i++) await saidOnLine(alfa.node, pact, `for bravo ${i}`)
  meddler.meddle = (path, _body, _status, asker) => (asker === watch.party ? face(path) : undefined)
  await foundOut([bravo, watch], origin)
  expect(bravo.node.logOf(origin)?.size).toBeGreaterThanOrEqual(size)
  // Whoever found it goes on saying and hearing everything else.
  const word = await saidOnLine(bravo.node, pact, 'an honest word')
  await until(
    'watch to hold it',
    () => (watch.node.logOf(word.split('#')[0] ?? '')?.size ?? 0) > Number(word.split('#')[1]),
  )
})

test('an observer that alone was shown another face, and one peer of all the others, find it out and tell the rest', async () => {
  const { parties, meddler } = await begin({
    carol: true,
    yaml: (text) =>
      text
        .replace('roles: [depositary, observer]', 'roles: [observer]')
        .replace('    name: Bravo CERT\n', '    name: Bravo CERT\n  - party: carol.example\n    name: Carol CERT\n')
        .replaceAll('[alfa.example, bravo.example]', '[alfa.example, bravo.example, carol.example]'),
  })
  const { alfa, bravo, watch, carol, pact } = parties
  if (carol === undefined) throw new Error('There are three parties.')
  const common = await saidOnLine(alfa.node, pact, 'common')
  await delivered(alfa.node, common)
  const [origin = ''] = common.split('#')
  const face = await otherFace(parties, origin, 1)
  meddler.meddle = (path) => (path.includes('/line/') ? 'missing' : undefined)
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  const said = await saidOnLine(alfa.node, pact, 'for all but the observer')
  meddler.meddle = (path, _body, _status, asker) => {
    if (asker !== watch.party) return undefined
    return path.includes('/line/') ? (face(path) ?? 'missing') : undefined
  }
  await until('carol to hold it', async () => (await carol.node.views.record(said)) !== undefined)
  await carol.stop()
  // The observer says nothing itself: what it cosigned, and its mirror, are all that bravo learns by.
  await foundOut([bravo, watch], origin)
  // It holds its own face of it.
  expect((await watch.node.views.record(said))?.row.validity).toMatchObject({ code: 'entry/not-canonical' })
  await carol.start()
  await foundOut([carol], origin)
  // Alfa countersigns nothing any more; between the others everything goes on.
  const word = await saidOnLine(bravo.node, pact, 'an honest word')
  await until('carol to countersign it', async () => {
    const row = (await bravo.node.views.record(word))?.row
    return row?.delivery.some(({ recipient, state }) => recipient === carol.party && state === 'delivered') === true
  })
}, 240_000)

test('what was countersigned on one face discharges its author no more, binds it all the same, and is alike after a restart', async () => {
  const { parties, meddler } = await begin()
  const { alfa, bravo, watch, pact } = parties
  const common = await saidOnLine(alfa.node, pact, 'common')
  await delivered(alfa.node, common)
  const [origin = ''] = common.split('#')
  const face = await otherFace(parties, origin, 2)
  meddler.meddle = (path, _body, _status, asker) =>
    asker === watch.party && path.includes('/line/') ? 'missing' : undefined
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  const said = await saidOnLine(alfa.node, pact, 'for bravo alone')
  const at = async (node: Node, record: string) => (await node.views.record(record))?.row
  for (const { node } of [alfa, bravo])
    await until('it to be delivered', async () => (await at(node, said))?.state === 'delivered')
  meddler.meddle = (path, _body, _status, asker) => (asker === watch.party ? face(path) : undefined)
  await foundOut([bravo, watch], origin)

  const isCounted = async (node: Node) => {
    expect(await at(node, common)).toMatchObject({ state: 'delivered', afterSplit: false })
    expect(await at(node, said)).toMatchObject({
      ...{ validity: { kind: 'valid' }, state: 'said', afterSplit: true },
      delivery: [{ recipient: 'bravo.example', hi: null }],
    })
    expect(await inForce(node)).toBe(true)
  }
  await isCounted(bravo.node)
  // Its author is told by those it deceived, and its own node takes no credit either.
  await until('alfa to know', async () => (await at(alfa.node, said))?.afterSplit === true)
  await isCounted(alfa.node)
  for (const party of [alfa, bravo]) {
    await party.stop()
    expect(value(await auditNode(party.dir, realSurroundings(), { views: true }))).toMatchObject({
      ...{ views: 'equal', findings: [] },
    })
    await party.start()
    await until('the start', async () => (await at(party.node, said))?.afterSplit === true)
    await isCounted(party.node)
  }
})
