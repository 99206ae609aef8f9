import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CarriedFolderFailed } from '@countersign/ledger'
import { ok } from '@countersign/log'
import { expect, test } from 'vitest'
import { carryOut } from '../src/carrying/carry-out.ts'
import { LIMITS } from '../src/limits.ts'
import type { Surroundings } from '../src/surroundings.ts'
import { call, type Island, inForceByStick, islands, message, noNetwork, stateOf, stick, visit } from './islands.ts'
import { value } from './served-files.ts'
import { filesIn } from './stick-damage.ts'

const PUBLISHED = /^alfa\.example\/(?:card$|cards\/|notices\/|logs\/|mirrors\/|receipts\/|held\/)/

/** A stick that is pulled out once it was written so often. */
function pulledOutAfter(writes: number): Surroundings {
  const around = noNetwork()
  return {
    ...around,
    async carriedFolder(path, apartFrom) {
      const opened = await around.carriedFolder(path, apartFrom)
      if (!opened.ok) return opened
      const real = opened.value
      let left = writes
      const whileIn = async <T extends string | undefined>(kept: Promise<T>): Promise<T> => {
        const outcome = await kept
        if (outcome !== 'same' && outcome !== undefined && left-- <= 0)
          throw new CarriedFolderFailed('It was pulled out.')
        return outcome
      }
      return ok({
        root: real.root,
        part: (...asked) => real.part(...asked),
        list: (...asked) => real.list(...asked),
        copy: (...asked) => whileIn(real.copy(...asked)),
        keep: (...asked) => whileIn(real.keep(...asked)),
        settle: () => real.settle(),
      })
    },
  }
}

test('two nodes that never share a network come to an agreement and deliver to each other by a stick alone', async () => {
  const { all, yaml } = await islands(2)
  const [alfa, bravo] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  const there = await call(alfa, pact, 'From alfa.')
  const back = await call(bravo, pact, 'From bravo.')
  await alfa.out(at)
  await visit(bravo, at)
  await visit(alfa, at)
  expect(await stateOf(alfa, there)).toBe('delivered')
  await visit(bravo, at)
  expect(await stateOf(bravo, back)).toBe('delivered')
  expect(await stateOf(bravo, there)).toBe('delivered')
})

test('a depositary that travels with the stick keeps, discharges and brings what two parties say', async () => {
  const { all, yaml } = await islands(3)
  const [alfa, bravo, watch] = all as [Island, Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  const record = await call(alfa, pact, 'By way of the watch.')
  await alfa.out(at, 'watch.example')
  const heard = await visit(watch, at)
  expect(heard.logs.find(({ entries }) => entries > 0)).toMatchObject({ entries: 1, content: 1, receipt: 'given' })
  // Bravo never sees alfa's own folder: the depositary has it all, and can open none of it.
  rmSync(join(at, 'alfa.example'), { recursive: true })
  const taken = await visit(bravo, at)
  expect(taken.logs.find(({ entries }) => entries > 0)).toMatchObject({ entries: 1, content: 1, receipt: 'given' })
  expect(await stateOf(bravo, record)).toBe('delivered')
  await alfa.in(at)
  expect(await stateOf(alfa, record)).toBe('delivered')
})

test('a depositary’s receipt reaches a party through another that it never meets', async () => {
  const { all, yaml } = await islands(3)
  const [alfa, bravo, watch] = all as [Island, Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  const record = await call(alfa, pact, 'Kept by the watch.')
  await alfa.out(at)
  await visit(watch, at)
  await visit(bravo, at)
  // Only what bravo carries of its own comes back.
  for (const party of ['alfa.example', 'watch.example']) rmSync(join(at, party), { recursive: true })
  const { receipts } = await alfa.in(at)
  expect(receipts.map(({ by, taken }) => [by, taken])).toEqual([
    ['bravo.example', 1],
    ['watch.example', 1],
  ])
  expect(await stateOf(alfa, record)).toBe('delivered')
})

test('a stick for one reader holds nothing that this reader may not read', async () => {
  const { all, yaml } = await islands(3)
  const [alfa] = all as [Island, Island, Island]
  const at = stick()
  // Without a depositary there is force only once both receipts are back.
  const pact = await inForceByStick(all, yaml.replace('roles: [depositary, observer]', 'roles: [observer]'), at)
  await call(alfa, pact, 'For bravo.')
  const sealedFor = async (reader: string) => {
    const empty = stick()
    await alfa.out(empty, reader)
    expect(filesIn(empty).every((path) => PUBLISHED.test(path))).toBe(true)
    return filesIn(empty).filter((path) => path.includes('/addenda/')).length
  }
  expect([await sealedFor('bravo.example'), await sealedFor('watch.example')]).toEqual([1, 0])
  expect(await alfa.tryOut(at, 'stranger.example')).toMatchObject({ ok: false, code: 'carry/no-reader' })
})

test('what was carried out already is not written again', async () => {
  const { all, yaml } = await islands(2)
  const [alfa] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  expect((await alfa.out(at)).files).toMatchObject({ new: 0, replaced: 0 })
  await call(alfa, pact, 'One more.')
  const { files } = await alfa.out(at)
  // A bundle, its tile, the sealed file, and the checkpoint over them.
  expect(files).toMatchObject({ new: 3, replaced: 1 })
})

test('a stick is never the node’s own folder, nor one that holds it with its keys', async () => {
  const { all } = await islands(2)
  const [alfa] = all as [Island, Island]
  for (const to of [alfa.dir, join(alfa.dir, 'private'), dirname(alfa.dir)])
    expect(await alfa.tryOut(to)).toMatchObject({ ok: false, code: 'carry/own-folder' })
  expect(await alfa.tryOut(join(alfa.dir, 'none'))).toMatchObject({ ok: false, code: 'carry/no-folder' })
})

test('a site without a network signs again after a start once a stick serves back its log', async () => {
  const { all, yaml } = await islands(2)
  const [alfa, bravo] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  await visit(alfa, at)
  await alfa.restart()
  const waiting = await alfa.node.say(message(pact, 'Said before anybody was asked.'))
  expect(waiting).toMatchObject({ ok: true, value: { state: 'held-here', awaited: ['bravo.example'] } })
  // The same stick, without what bravo serves back: what is ours on it answers for nobody.
  const without = stick()
  cpSync(join(at, 'alfa.example'), join(without, 'alfa.example'), { recursive: true })
  expect((await alfa.in(without)).checks).toMatchObject([{ state: 'checking' }, { state: 'checking' }])
  expect((await alfa.in(at)).checks).toEqual([])
  expect(alfa.node.health().ready).toBe(true)
  await alfa.out(at)
  const taken = await bravo.in(at)
  expect(taken.logs.find(({ entries }) => entries > 0)).toMatchObject({ entries: 1, content: 1 })
})

test('a folder that lost what it said takes it back from the stick, counts as set back, and signs in no log of before until all have answered or two officers open its successor', async () => {
  const { all, yaml } = await islands(2)
  const [alfa, bravo] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  await visit(alfa, at)
  await alfa.node.stop()
  const backup = `${alfa.dir}-backup`
  cpSync(alfa.dir, backup, { recursive: true })
  await alfa.restart()
  await alfa.in(at)
  const record = await call(alfa, pact, 'Said after the backup.')
  await alfa.out(at)
  // What left on another stick is on its way still, and no copy that comes back on this one tells of it.
  const other = stick()
  const unseen = await call(alfa, pact, 'Carried away on another stick.')
  await alfa.out(other)
  await alfa.node.stop()
  rmSync(alfa.dir, { recursive: true })
  renameSync(backup, alfa.dir)
  await alfa.restart()
  const { checks } = await alfa.in(at)
  expect(checks.map(({ state }) => state)).toEqual(['checking', 'checking'])
  expect(checks[0]?.answers.map(({ why }) => why).join()).toContain('may be a copy')
  expect((await alfa.node.status()).alarms).toMatchObject([
    {
      code: 'node/may-be-copy',
      message: expect.stringMatching(/what left us on this stick holds .* was set back .* countersign log succeed/),
    },
  ])
  expect(await stateOf(alfa, record)).toBe('said')
  // A plain start does not end the doubt.
  await alfa.restart()
  expect((await alfa.in(at)).checks.map(({ state }) => state)).toEqual(['checking', 'checking'])

  for (const channel of ['line', 'main']) value(await alfa.node.officers.succeedLog(pact, channel))
  const after = await call(alfa, pact, 'Said in the successor.')
  for (const one of [at, other]) {
    await visit(alfa, one)
    await visit(bravo, one)
  }
  expect((await bravo.node.status()).alarms.map(({ code }) => code)).not.toContain('mirror/fork')
  for (const said of [record, unseen, after]) expect(await stateOf(bravo, said)).toBe('delivered')
})

/** A folder that was set back to before a log of it was succeeded: the stick alone tells of the successor, `origin`. */
async function setBackBeforeSuccession() {
  const { all, yaml } = await islands(2)
  const [alfa] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  await alfa.node.stop()
  const backup = `${alfa.dir}-backup`
  cpSync(alfa.dir, backup, { recursive: true })
  await alfa.restart()
  const { origin } = value(await alfa.node.officers.succeedLog(pact, 'line'))
  await alfa.out(at)
  await alfa.node.stop()
  renameSync(alfa.dir, `${alfa.dir}-later`)
  renameSync(backup, alfa.dir)
  await alfa.restart()
  return { alfa, at, pact, origin }
}

test('a log of ours that only a stick shows is told, and nothing more is signed beside it', async () => {
  const { alfa, at, pact, origin } = await setBackBeforeSuccession()
  // Anybody can make a folder of such a name: without our signature it is nothing.
  const forged = stick()
  cpSync(at, forged, { recursive: true })
  const shown = join(forged, 'alfa.example', 'logs', origin.slice(origin.indexOf('/') + 1), 'checkpoint')
  writeFileSync(shown, readFileSync(shown, 'utf8').replace(/.{9}\n$/, 'AAAAAAA==\n'))
  await alfa.in(forged)
  expect((await alfa.node.status()).alarms).toEqual([])
  // What the others serve back on the stick answered for the log that is here: it was about to sign.
  expect(alfa.node.health().ready).toBe(true)
  await alfa.in(at)
  expect((await alfa.node.status()).alarms).toMatchObject([{ code: 'log/unknown-own', subject: origin }])
  expect(await alfa.node.say(message(pact, 'In the old log.'))).toMatchObject({ ok: false })
  // After the next start it is no stick that answers.
  await alfa.restart()
  expect((await alfa.in(at)).checks.map(({ state }) => state)).toEqual(['checking', 'checking'])
})

test('a log of ours that a stick shows before anybody has answered has the folder count as set back', async () => {
  const { alfa, at, origin } = await setBackBeforeSuccession()
  expect((await alfa.in(at)).checks.map(({ state }) => state)).toEqual(['checking', 'checking'])
  expect((await alfa.node.status()).alarms).toMatchObject([
    { code: 'node/may-be-copy', message: expect.stringContaining(`Our key signed more of ${origin}`) },
  ])
})

test('a folder that may be a copy of another is not answered for by a stick', async () => {
  const { all, yaml } = await islands(2)
  const [alfa] = all as [Island, Island]
  const at = stick()
  await inForceByStick(all, yaml, at)
  await visit(alfa, at)
  await alfa.restart({ ...noNetwork(), host: () => 'another machine' })
  const { checks } = await alfa.in(at)
  expect(checks).toMatchObject([{ state: 'checking' }, { state: 'checking' }])
  expect(checks[0]?.answers[0]?.why).toContain('may be a copy')
})

test('a stick that is pulled out at any file is at least what it was', async () => {
  const { all, yaml } = await islands(2)
  const [alfa, bravo] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  await visit(alfa, at)
  let pulled = 0
  for (let writes = 0; ; writes++) {
    const record = await call(alfa, pact, `After ${writes} files.`)
    const out = await carryOut({ dir: alfa.dir, to: at, around: pulledOutAfter(writes), progress: () => {} })
    const { logs } = await bravo.in(at)
    expect(logs.flatMap(({ missing, refused }) => [...missing, ...refused])).toEqual([])
    if (out.ok) {
      expect(await stateOf(bravo, record)).toBe('delivered')
      break
    }
    expect(out).toMatchObject({ code: 'carry/stick' })
    pulled++
  }
  expect(pulled).toBeGreaterThan(3)
  expect((await bravo.node.status()).alarms).toEqual([])
})

test('a node ends although a stick waits for a look at a log, and that for a peer that never answers', async () => {
  const { all, yaml } = await islands(2)
  const [alfa, bravo] = all as [Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  const said = await call(alfa, pact, 'From alfa.')
  await alfa.out(at)
  const around = noNetwork()
  const asked: string[] = []
  await bravo.restart({
    ...around,
    fetch: (url, init) => {
      asked.push(String(url))
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('It was broken off.')))
      })
    },
    // A request that is not broken off waits for ever.
    after: (ms, act) => (ms >= LIMITS.requestMsMax ? () => {} : around.after(ms, act)),
  })
  await expect.poll(() => asked).toContainEqual(expect.stringMatching(/[/]logs[/].+[/]line[/].+[/]checkpoint$/))
  let done = 0
  const taking = bravo.node.carryIn(at, { progress: (count) => (done = count) })
  // The cards and notices of both channels were taken: now come the logs.
  await expect.poll(() => done).toBe(2)
  await bravo.node.stop()
  await taking
  await bravo.restart()
  await visit(bravo, at)
  expect(await stateOf(bravo, said)).toBe('delivered')
})
