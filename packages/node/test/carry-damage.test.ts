// A stick that is harmed on its way, in every way there is a name for. Whatever happened to it: nothing is taken in that
// its author did not sign, nobody is blamed, what lacks is named, and the next trip with the same stick completes it.

import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEntry } from '@countersign/record'
import { expect, test } from 'vitest'
import type { CarriedIn } from '../src/carrying/carry-in.ts'
import { call, type Island, inForceByStick, islands, logsOf, stateOf, stick, visit } from './islands.ts'
import { filesIn, HARMS, randomOf } from './stick-damage.ts'

/** Another seed harms other files and bits: COUNTERSIGN_SEED. */
const SEED = Number(process.env.COUNTERSIGN_SEED ?? 1)
const ROUNDS = process.env.COUNTERSIGN_NIGHTLY === undefined ? 1 : 50

async function alarmsOf(one: Island): Promise<string[]> {
  return (await one.node.status()).alarms.map(({ code, message }) => `${code}: ${message}`)
}

/** Everything held of the other's logs is what the other signed, and every receipt is over what is held. */
async function expectHonest(reader: Island, author: Island, what: string): Promise<{ complete: boolean }> {
  let complete = true
  for (const origin of logsOf(author)) {
    const log = author.node.logOf(origin)
    const mirror = reader.node.logOf(origin)
    if (log === undefined || mirror === undefined) throw new Error(`${origin} is not held.`)
    expect(await log.rootAt(mirror.size), what).toEqual(mirror.root)
    if (mirror.size < log.size) complete = false
    for await (const record of sealedIn(author, origin, mirror.size))
      if (!(await mirror.hasAddendum(record))) complete = false
  }
  return { complete }
}

async function* sealedIn(author: Island, origin: string, below: number): AsyncGenerator<string> {
  for await (const bytes of author.node.logOf(origin)?.entries(0, below) ?? []) {
    const entry = parseEntry(bytes)
    for (const { sealed } of entry.ok ? entry.value.statement.content : []) yield sealed
  }
}

const PUBLISHED = /^(?:card$|cards\/|notices\/|logs\/|mirrors\/|receipts\/|held\/)/

/** Regular files alone: what else lies on a harmed stick is no matter of the next harm. */
function copyFiles(from: string, to: string, of = /./): void {
  for (const path of filesIn(from).filter((one) => of.test(one))) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    copyFileSync(join(from, path), join(to, path))
  }
}

function namesWhatLacks(taken: CarriedIn): boolean {
  return (
    taken.carriers.length === 0 ||
    taken.logs.length === 0 ||
    taken.logs.some(
      ({ missingTotal, refused, carried, size }) => missingTotal > 0 || refused.length > 0 || carried < size,
    )
  )
}

/** What of the stick is not, byte for byte, as it is published. */
function notAsPublished(one: Island, at: string): string[] {
  return ['card', 'logs', 'mirrors', 'receipts', 'held'].flatMap((of) => {
    const files = of === 'card' ? [''] : filesIn(join(one.dir, of))
    return files
      .map((file) => join(of, file))
      .filter((path) => !path.includes('.p/'))
      .filter((path) => !readFileSync(join(one.dir, path)).equals(readFileSync(join(at, one.party, path))))
  })
}

test(
  'a stick that is harmed in any way does no harm, and the next trip completes what it lacked',
  async () => {
    const { all, yaml } = await islands(2)
    const [alfa, bravo] = all as [Island, Island]
    const at = stick()
    const pact = await inForceByStick(all, yaml, at)
    await visit(alfa, at)
    const before = [await alarmsOf(alfa), await alarmsOf(bravo)]
    let rounds = 0
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, harm] of Object.entries(HARMS)) {
        const seed = SEED * 1_000_000 + rounds++
        const what = `${name} (seed ${seed})`
        const random = randomOf(seed)
        const older = stick()
        copyFiles(at, older)
        const said = [await call(alfa, pact, `${name} on the line`), await call(alfa, pact, name, 'main')]
        if (random(3) === 0) said.push(await call(alfa, pact, `${name} again`))
        await alfa.out(at)
        const touched = harm(at, { older, random })

        const taken = await bravo.in(at)
        const { complete } = await expectHonest(bravo, alfa, what)
        // That a whole log is older than it might be, nobody can tell.
        if (!complete && !name.includes('older'))
          expect([what, touched, namesWhatLacks(taken)]).toEqual([what, touched, true])

        // The next trip. Where something stands in the way of a folder, it says so, and a person removes it.
        const again = await alfa.tryOut(at)
        if (!again.ok) {
          expect([what, again.code]).toEqual([what, 'carry/stick'])
          for (const path of touched) rmSync(join(at, path), { recursive: true, force: true })
          await alfa.out(at)
        }
        expect([what, notAsPublished(alfa, at)]).toEqual([what, []])
        const then = await bravo.in(at)
        expect([what, then.logs.flatMap(({ missing, refused }) => [...missing, ...refused])]).toEqual([what, []])
        expect([what, await expectHonest(bravo, alfa, what)]).toEqual([what, { complete: true }])
        const back = await bravo.tryOut(at)
        if (!back.ok) {
          for (const path of touched) rmSync(join(at, path), { recursive: true, force: true })
          await bravo.out(at)
        }
        await alfa.in(at)
        for (const record of said) expect([what, await stateOf(alfa, record)]).toEqual([what, 'delivered'])
        expect([what, [await alarmsOf(alfa), await alarmsOf(bravo)]]).toEqual([what, before])
        rmSync(older, { recursive: true })
        // A clean stick as both left it: the next harm is to hit what counts.
        rmSync(at, { recursive: true })
        for (const { dir, party } of all) copyFiles(dir, join(at, party), PUBLISHED)
      }
    }
  },
  300_000 * ROUNDS,
)
