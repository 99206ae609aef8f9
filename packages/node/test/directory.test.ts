import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { agreement, alfa, bravo, member, PACT, watch } from '../../../spec/vectors/samples.ts'
import { Directory } from '../src/directory.ts'

const charlie = member('charlie.example', 4)
const THREE = {
  ...agreement,
  parties: [alfa, bravo, charlie].map(({ party, card }) => ({ party, name: party, root: card.rootDigest })),
  neutrals: [
    ...agreement.neutrals,
    {
      ...{
        party: 'lookout.example',
        name: 'lookout.example',
        root: watch.card.rootDigest,
        operator: 'lookout.example',
      },
      roles: ['observer' as const],
    },
  ],
  channels: [
    { name: 'main', parties: ['alfa.example', 'bravo.example', 'charlie.example'] },
    { name: 'pair', parties: ['alfa.example', 'bravo.example'] },
  ],
}
const GENERATION = 'b0'.repeat(8)
const SEALED = 'aa'.repeat(32)
const origin = (channel: string, party = 'alfa.example') => `${party}/${PACT}/${channel}/${GENERATION}`
const receiptsOf = (channel: string) => createHash('sha256').update(origin(channel)).digest('hex')

/** alfa's directory, with a mirror of a log of bravo's. Every record is to bravo alone. */
const directory = (unconfirmed = false) =>
  new Directory('alfa.example', {
    dir: '/alfa',
    agreement: (id) => (id === PACT ? THREE : undefined),
    unconfirmed: () => unconfirmed,
    origins: () => [origin('main'), origin('pair'), origin('main', 'bravo.example')],
    earlierTile: async (path) => ({ path, bytes: undefined }),
    listMirrors: async () => '/nowhere',
    listHeld: async () => {},
    holdsOurs: async () => true,
    addressees: async () => new Set(['bravo.example']),
  })

const log = (channel: string) => `logs/${PACT}/${channel}/${GENERATION}`
const mirror = `mirrors/${PACT}/main/bravo.example/${GENERATION}`
const seen = async (party: string | undefined, path: string) => (await directory().answer(party, path)).kind

const PARTIES = ['alfa.example', 'bravo.example', 'charlie.example']
const READERS = [...PARTIES, 'watch.example', 'lookout.example']
const STRANGER = 'stranger.example'
const EVERYBODY = [...READERS, STRANGER]

test.each<[string, string, string[]]>([
  ['the list of logs goes to all members of the agreement', `logs/${PACT}/index`, READERS],
  ['a head goes to the readers of its channel', `${log('main')}/checkpoint`, READERS],
  ['a head on the way goes to the readers of its channel', `${log('main')}/heads/2048`, READERS],
  ['entries go to the readers of their channel', `${log('main')}/tile/entries/000.p/3`, READERS],
  ['a mirror goes to the readers of its channel', `${mirror}/checkpoint`, READERS],
  ['receipts go to the readers of their channel', `receipts/${receiptsOf('main')}/index`, READERS],
  [
    'held receipts go to the readers of their channel',
    `held/${receiptsOf('main')}/watch.example/3-1700000000`,
    READERS,
  ],
  [
    'a head goes to no party outside its channel',
    `${log('pair')}/checkpoint`,
    READERS.filter((party) => party !== 'charlie.example'),
  ],
  [
    'entries go to no party outside their channel',
    `${log('pair')}/tile/entries/000`,
    READERS.filter((party) => party !== 'charlie.example'),
  ],
  [
    'receipts go to no party outside their channel',
    `receipts/${receiptsOf('pair')}/3-1700000000`,
    READERS.filter((party) => party !== 'charlie.example'),
  ],
  [
    'sealed content goes to its author, its addressees and the depositary, to no observer and no other party',
    `${log('main')}/addenda/${SEALED}`,
    ['alfa.example', 'bravo.example', 'watch.example'],
  ],
  ['sealed content in a mirror goes to the same', `${mirror}/addenda/${SEALED}`, ['bravo.example', 'watch.example']],
  ['another agreement goes to nobody', `logs/${'00'.repeat(16)}/main/${GENERATION}/checkpoint`, []],
  ['private files go to nobody', 'private/keys/root.json', []],
  ['a path that climbs goes to nobody', `${log('main')}/../../../../private/node.json`, []],
  ['the evidence goes to nobody', `evidence/${receiptsOf('main')}/fork-3-served`, []],
])('%s', async (_what, path, readers) => {
  const answered: string[] = []
  for (const party of EVERYBODY) if ((await seen(party, path)) === 'file') answered.push(party)
  expect(answered).toEqual(readers)
})

test('whoever is known and reads nothing is answered as though there were nothing', async () => {
  for (const path of [
    `${log('main')}/checkpoint`,
    `${log('main')}/addenda/${SEALED}`,
    `receipts/${receiptsOf('main')}/index`,
  ]) {
    expect(await seen(STRANGER, path)).toBe('missing')
    expect(await seen(undefined, path)).toBe('unauthorised')
  }
})

test('the card goes to everybody, signed or not', async () => {
  for (const party of [undefined, STRANGER, 'bravo.example']) expect(await seen(party, 'card')).toBe('file')
})

test('a log of ours that is not compared with its peers’ copies yet is not shown, and what we mirror is', async () => {
  const unconfirmed = directory(true)
  expect((await unconfirmed.answer('bravo.example', `${log('main')}/checkpoint`)).kind).toBe('missing')
  expect((await unconfirmed.answer('bravo.example', `${mirror}/checkpoint`)).kind).toBe('file')
})

test('a checkpoint is text that no cache keeps; tiles and bundles are bytes that never change', async () => {
  const head = await directory().answer('bravo.example', `${log('main')}/checkpoint`)
  expect(head).toMatchObject({ mediaType: 'text/plain; charset=utf-8', immutable: false })
  for (const path of ['tile/0/000', 'tile/1/x001/000.p/17', 'tile/entries/000.p/255']) {
    const tile = await directory().answer('bravo.example', `${log('main')}/${path}`)
    expect(tile).toMatchObject({ mediaType: 'application/octet-stream', immutable: true })
  }
  for (const path of ['tile/64/000', 'tile/0/0', 'tile/0/000.p/0', 'tile/00/000', 'checkpoint/']) {
    expect(await seen('bravo.example', `${log('main')}/${path}`)).toBe('missing')
  }
})
