import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mirrorFolder, nodeDisk, openMirror } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { expect, test } from 'vitest'
import { alfa, checkpointOf, type Member, member, ORIGIN, opening, PACT } from '../../../spec/vectors/samples.ts'
import { isMirrored, mayHear } from '../src/hearing/generations.ts'
import { PeerUnreachable } from '../src/hearing/peer-requests.ts'
import { LIMITS } from '../src/limits.ts'
import { down, folder, requestsTo, type Serve, value } from './served-files.ts'

const origin = (n: number) => `alfa.example/${PACT}/main/${n.toString(16).padStart(16, '0')}`
const asked = (dir: string, of: string, serve: Serve, cards = [alfa.card]) =>
  mayHear({ disk: nodeDisk(), dir }, of, cards, { requests: requestsTo(alfa.card, serve), prefix: 'own' })

test.each<[string, Serve]>([
  ['of which nothing is served', () => undefined],
  ['with a head that does not verify', () => utf8('no checkpoint\n')],
  ['with the head of another log', () => checkpointOf([opening()])],
])('a log %s gets no mirror', async (_what, serve) => {
  const dir = folder()
  expect(await asked(dir, origin(1), serve)).toBe(serve('checkpoint') === undefined ? 'not-shown' : 'other-keys')
  expect(existsSync(join(dir, 'mirrors'))).toBe(false)
})

const signed =
  (of: string, signers = alfa.log): Serve =>
  () =>
    checkpointOf([opening()], of, signers)

async function keep(dir: string, of: string, by: Member): Promise<void> {
  const mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: of, keys: by.card.keys.log }))
  const first = opening()
  value(await mirror.extend([first], checkpointOf([first], of, by.log)))
  await mirror.close()
}

test('so many generations of a channel are heard, those of earlier runs counted, and no more', async () => {
  const dir = folder()
  for (let n = 0; n < 8; n++) {
    expect(await asked(dir, origin(n), signed(origin(n)))).toEqual({ card: alfa.card })
    mkdirSync(mirrorFolder(dir, origin(n)), { recursive: true })
  }
  expect(await asked(dir, origin(8), signed(origin(8)))).toBe('too-many')
  // One of the eight is still heard, and so is another channel.
  expect(await asked(dir, origin(3), signed(origin(3)))).toEqual({ card: alfa.card })
  const line = origin(9).replace('/main/', '/line/')
  expect(await asked(dir, line, signed(line))).toEqual({ card: alfa.card })
})

test('whoever stole a log key and opens all that it may does not silence what its party opens with the next', async () => {
  const dir = folder()
  const next = member('alfa.example', 9)
  const cards = [alfa.card, next.card]
  for (let n = 0; n < 8; n++) await keep(dir, origin(n), alfa)
  expect(await asked(dir, origin(8), signed(origin(8)), cards)).toBe('too-many')
  for (let n = 8; n < 16; n++) {
    expect(await asked(dir, origin(n), signed(origin(n), next.log), cards)).toEqual({ card: next.card })
    await keep(dir, origin(n), next)
  }
  expect(await asked(dir, origin(16), signed(origin(16), next.log), cards)).toBe('too-many')
})

test('with however many keys, no more than so many in all', async () => {
  const dir = folder()
  const next = member('alfa.example', 9)
  for (let n = 0; n < LIMITS.generationsPerChannel; n++) mkdirSync(mirrorFolder(dir, origin(n)), { recursive: true })
  const one = origin(LIMITS.generationsPerChannel)
  expect(await asked(dir, one, signed(one, next.log), [next.card])).toBe('too-many')
})

test('a name in an index, which nobody signs, is no log too many', async () => {
  const dir = folder()
  for (let n = 0; n < 8; n++) await keep(dir, origin(n), alfa)
  expect(await asked(dir, origin(8), () => undefined)).toBe('not-shown')
})

test('a log that is mirrored already is heard although its author is silent', async () => {
  const dir = folder()
  const mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: alfa.card.keys.log }))
  const first = opening()
  value(await mirror.extend([first], checkpointOf([first])))
  await mirror.close()
  expect(await asked(dir, ORIGIN, down)).toEqual({ card: alfa.card })
})

test.each([
  ['left empty', (file: string) => writeFileSync(file, '')],
  ['left torn', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 100))],
  ['took away', (file: string) => rmSync(file)],
])(
  'a log whose published head a power cut %s is heard by what is durable of it, although its author is silent',
  async (_what, cut) => {
    const dir = folder()
    await keep(dir, ORIGIN, alfa)
    cut(join(mirrorFolder(dir, ORIGIN), 'checkpoint'))
    expect(await isMirrored({ disk: nodeDisk(), dir }, ORIGIN)).toBe(true)
    expect(await asked(dir, ORIGIN, down)).toEqual({ card: alfa.card })
    // By no other key than the one that signed it.
    await expect(asked(dir, ORIGIN, down, [member('alfa.example', 9).card])).rejects.toThrow(PeerUnreachable)
  },
)
