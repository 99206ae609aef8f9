import {
  ed25519,
  MAX_ENTRY_BYTES,
  mldsa44,
  parseCheckpoint,
  parseNote,
  type Signer,
  sha256,
  toHex,
  utf8,
} from '@countersign/log'
import { describe, expect, test } from 'vitest'
import {
  auditLog,
  createOwnLog,
  type Disk,
  keepEvidence,
  LogStopped,
  logFolder,
  type Mirror,
  mirrorFolder,
  type OwnLog,
  openMirror,
  openOwnLog,
  openReceipts,
  originHash,
  type Receipts,
  recordGeneration,
} from '../src/index.ts'
import { type Fault, PowerCutDisk, type Random, randomOf } from './power-cut.ts'

const PACT = 'a'.repeat(32)
const GENERATION = 'b'.repeat(16)
const ORIGIN = `alfa.example/${PACT}/main/${GENERATION}`
const NIGHTLY = process.env.COUNTERSIGN_NIGHTLY !== undefined
/** One seed alone, as a failure names it. */
const SEED = process.env.COUNTERSIGN_SEED
const seed = (n: number) => new Uint8Array(32).fill(n)
/** Signs at once, so that no other thread decides on the order of things: one seed is one run. */
const atOnce = (signer: Signer): Signer => ({ ...signer, signAsync: async (message) => signer.sign(message) })
const signers = { ed25519: atOnce(ed25519.signer(seed(1))), mldsa44: atOnce(mldsa44.signer(seed(2))) }
const keys = { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey }
/** Our own log stands in one folder; a peer's mirror of it, and the receipts it gave, in another. */
const OURS = '/srv/alfa'
const THEIRS = '/srv/bravo'

function value<T>(result: { ok: true; value: T } | { ok: false; code: string; message: string }): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}

/** What was promised to anybody so far, whatever happens to the machine. */
class Promises {
  readonly entries = new Map<number, string>()
  readonly ours = new Set<string>()
  readonly theirs = new Set<string>()
  /** Sealed content that was begun to be kept. */
  readonly begun = new Set<string>()
  readonly receipts = new Set<string>()
  /** Sizes of the receipts of another that were held. */
  readonly held = new Set<number>()
  /** Roots of ours that a reader may have seen, by size. */
  readonly seen = new Map<number, string>()
  generationNamed = false
  private readonly random: Random
  private made = 0

  constructor(random: Random) {
    this.random = random
  }

  entry(bytes: number): Uint8Array {
    const text = `entry ${this.made++} `
    return utf8(text.padEnd(Math.min(MAX_ENTRY_BYTES, text.length + Math.floor(this.random() * bytes)), '.'))
  }

  see(note: Uint8Array | undefined): void {
    const parsed = note === undefined ? undefined : parseNote(note)
    const head = parsed?.ok === true ? parseCheckpoint(parsed.value.text) : undefined
    if (head?.ok !== true) return
    const { size, root } = head.value
    expect(this.seen.get(size) ?? toHex(root), `two checkpoints of size ${size} were seen`).toBe(toHex(root))
    this.seen.set(size, toHex(root))
  }

  async areKept(log: OwnLog, mirror: Mirror, receipts: Receipts): Promise<void> {
    for (const [index, text] of this.entries) {
      expect(new TextDecoder().decode(await log.entry(index)), `acknowledged entry ${index}`).toBe(text)
    }
    for (const [size, root] of this.seen) {
      expect(log.size, 'a checkpoint was seen that is not durable').toBeGreaterThanOrEqual(size)
      expect(toHex(await log.rootAt(size)), `the checkpoint seen of size ${size}`).toBe(root)
    }
    for (const sealed of this.ours) expect(await log.hasAddendum(sealed), 'sealed content we kept').toBe(true)
    for (const sealed of this.theirs) expect(await mirror.hasAddendum(sealed), 'sealed content a peer keeps').toBe(true)
    const held = new Set(receipts.held(ORIGIN).map(({ size }) => size))
    for (const size of this.held) expect(held.has(size), `the receipt held at size ${size}`).toBe(true)
    const given = new Set(receipts.given(ORIGIN).map(({ size }) => String(size)))
    for (const size of this.receipts) {
      expect(given.has(size), `the receipt given at size ${size}`).toBe(true)
      expect(mirror.size, 'entries a receipt was given for').toBeGreaterThanOrEqual(Number(size))
    }
  }

  /** What is found after an opening counts as promised: it is relied on and served, whether it was finished or not. */
  async takeFound(log: OwnLog, mirror: Mirror, receipts: Receipts): Promise<void> {
    for (const { size } of receipts.held(ORIGIN)) this.held.add(size)
    for (const { size } of receipts.given(ORIGIN)) this.receipts.add(String(size))
    for (const sealed of this.begun) {
      if (await log.hasAddendum(sealed)) this.ours.add(sealed)
      if (await mirror.hasAddendum(sealed)) this.theirs.add(sealed)
    }
  }
}

interface Work {
  /** Entries of each batch. */
  batches: readonly number[]
  /** Of an entry, at most. */
  bytes: number
}

/** Once more where the disk failed, as a node asks again in its next round. */
async function again<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (!isOf(cause, /EIO/)) throw cause
    return await act()
  }
}

/** One life of the two nodes: they open, all that was promised is looked for, and they work until something ends them. */
async function live(machine: PowerCutDisk, promised: Promises, { batches, bytes }: Work): Promise<void> {
  const { disk, bytes: random } = machine
  const peek = () => promised.see(machine.shown(`${logFolder(OURS, ORIGIN)}/checkpoint`))
  const openTheirs = async () => value(await openMirror({ disk, random, dir: THEIRS, origin: ORIGIN, keys }))
  let log: OwnLog | undefined
  let isStopped = false
  let mirror: Mirror | undefined
  try {
    const options = { disk, random, dir: OURS, origin: ORIGIN, signers }
    const isBegun = promised.entries.size > 0 || promised.seen.size > 0
    log = await again(async () => {
      const found = await openOwnLog(options)
      // Nothing was ever acknowledged: what a first run left may be nothing at all.
      const isNew = !isBegun && !found.ok && found.code === 'ledger/empty'
      return value(isNew ? await createOwnLog(options) : found)
    })
    log.onPublished(peek)
    log.onStopped(() => (isStopped = true))
    mirror = await again(openTheirs)
    const receipts = await again(() => openReceipts({ disk, dir: THEIRS }))
    await again(() => promised.areKept(log as OwnLog, mirror as Mirror, receipts))
    await again(() => promised.takeFound(log as OwnLog, mirror as Mirror, receipts))
    log.confirm()
    for (const count of batches) mirror = await work(log, mirror, receipts, count)
    await log.published()
  } catch (cause) {
    if (log !== undefined && isStopped) await takesNothing(log)
    throw cause
  } finally {
    peek()
    await mirror?.close().catch(() => {})
    await log?.close().catch(() => {})
  }

  async function work(ours: OwnLog, before: Mirror, receipts: Receipts, count: number): Promise<Mirror> {
    let theirs = before
    const sealed = promised.entry(bytes)
    promised.begun.add(toHex(sha256(sealed)))
    promised.ours.add(await again(() => ours.putAddendum(sealed)))
    const entries = Array.from({ length: count }, () => promised.entry(bytes))
    const appended = entries.map(async (entry) => {
      const index = await ours.append(entry)
      expect(promised.entries.has(index), `entry ${index} was acknowledged twice`).toBe(false)
      promised.entries.set(index, new TextDecoder().decode(entry))
    })
    const ended = await Promise.allSettled(appended)
    for (const one of ended) if (one.status === 'rejected') throw one.reason
    promised.see(ours.checkpoint)
    if (!promised.generationNamed) {
      await again(() => recordGeneration({ disk, dir: OURS }, PACT, 'main', GENERATION))
      promised.generationNamed = true
    }
    await again(async () => {
      if (theirs.stopped !== undefined) {
        await theirs.close().catch(() => {})
        mirror = undefined
        mirror = theirs = await openTheirs()
      }
      const tail: Uint8Array[] = []
      for await (const entry of ours.entries(theirs.size, ours.size)) tail.push(entry)
      value(await theirs.extend(tail, ours.checkpoint ?? new Uint8Array()))
    })
    const held = await again(() => theirs.putAddendum(sealed))
    if (await again(() => theirs.hasAddendum(held))) promised.theirs.add(held)
    const receipt = { size: theirs.size, time: theirs.size, bytes: utf8(`receipt at ${theirs.size}`) }
    await again(() => receipts.give(ORIGIN, receipt))
    promised.receipts.add(String(theirs.size))
    await again(() => receipts.hold(ORIGIN, 'watch.example', receipt))
    promised.held.add(theirs.size)
    return theirs
  }
}

/** A log that stopped is read to its end, and takes nothing more. */
async function takesNothing(log: OwnLog): Promise<void> {
  let count = 0
  for await (const _ of log.entries(0, log.size)) count++
  expect(count).toBe(log.size)
  // Without `rejects`, which keeps what it was given, and so a whole disk, until the test ends: it is asked of ten thousand.
  const refused = await log.append(utf8('after it stopped')).catch((cause: unknown) => cause)
  expect(refused).toBeInstanceOf(LogStopped)
}

/** Lives through what happens, and gives the machine as it stands afterwards. */
async function liveOn(machine: PowerCutDisk, promised: Promises, work: Work): Promise<void> {
  try {
    await live(machine, promised, work)
  } catch (cause) {
    // Nothing but the fault itself may end a life.
    if (!machine.struck) throw cause
    const faults = machine.lost
      ? /power is cut|EIO|is not what was written into it|cannot be read|mirror\/root/
      : /power is cut|EIO/
    if (!isOf(cause, faults)) throw cause
  }
}

/** Whether a failure is the fault's: the power, the disk's own error, or a log that stopped for one of them. */
function isOf(cause: unknown, fault: RegExp): boolean {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
  return inner instanceof Error && fault.test(inner.message)
}

async function endsWhole(machine: PowerCutDisk, promised: Promises): Promise<void> {
  await live(machine, promised, { batches: [2], bytes: 900 })
  const { disk } = machine.afterCut()
  for (const folder of [logFolder(OURS, ORIGIN), mirrorFolder(THEIRS, ORIGIN)]) {
    // Opened once more after the cut, as a node does before it serves anything.
    const open = folder.startsWith(OURS)
      ? openOwnLog({ disk, dir: OURS, origin: ORIGIN, signers })
      : openMirror({ disk, dir: THEIRS, origin: ORIGIN, keys })
    const log = value<OwnLog | Mirror>(await open)
    await log.close()
    const audit = await auditLog({ disk, folder, origin: ORIGIN, keys })
    expect(audit.findings).toEqual([])
    expect(audit.size).toBe(log.size)
  }
  if (promised.generationNamed) {
    const index = await disk.read(`${OURS}/logs/${PACT}/index`)
    expect(new TextDecoder().decode(index)).toBe(`main/${GENERATION}\n`)
  }
}

/** What goes wrong, with the command that does it again. */
async function telling(seed: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (cause) {
    const said = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    const command = `COUNTERSIGN_SEED='${seed}' npm test -- packages/ledger/test/power-cut.test.ts`
    throw new Error(`${command}\n${said}`, { cause })
  }
}

/** Seeds from 0 on, or the one asked for. */
async function seeds(name: string, count: number, run: (random: Random) => Promise<unknown>): Promise<void> {
  for (let number = 0; number < count; number++) {
    const seed = `${name} ${number}`
    if (SEED === undefined || SEED === seed) await telling(seed, () => run(randomOf(1_000_003 * (number + 1))))
  }
}

const picker =
  (random: Random) =>
  <T>(...some: [T, ...T[]]): T =>
    some[Math.floor(random() * some.length)] ?? some[0]

/** Five lives, each of which some failures of the disk meet, and then an end. Gives every call that was made. */
async function fiveLives(random: Random): Promise<string[]> {
  const pick = picker(random)
  const faults = (): Fault[] => [
    ...Array.from({ length: pick(0, 0, 1, 1, 2, 4) }, () => ({
      at: Math.floor(random() * 260),
      kind: 'fail' as const,
    })),
    { at: Math.floor(random() * 300), kind: pick('cut', 'kill', 'fail') },
  ]
  const promised = new Promises(random)
  const calls: string[] = []
  let machine = new PowerCutDisk(random, faults())
  for (let life = 0; life < 5; life++) {
    const batches = Array.from({ length: 3 }, () => pick(1, 1, 2, 5, 130, 260))
    await liveOn(machine, promised, { batches, bytes: 900 })
    calls.push(...machine.trace)
    machine = pick(true, false) ? machine.afterCut(faults()) : machine.afterKill(faults())
  }
  await endsWhole(machine.afterCut(), promised)
  return calls
}

/** In the second half of a life, where the journal goes over into a new segment and full bundles are synced. */
async function segments(random: Random): Promise<void> {
  const pick = picker(random)
  const promised = new Promises(random)
  const heavy: Work = { batches: [150, 150, 150, 150, 1, 90, 1, 40], bytes: 120_000 }
  const at = () => 150 + Math.floor(random() * 250)
  const ends: Fault = { at: at(), kind: pick('cut', 'kill', 'fail') }
  const first = new PowerCutDisk(random, pick(true, false) ? [ends] : [{ at: at(), kind: 'lose' }, ends])
  await liveOn(first, promised, heavy)
  const second = pick(true, false) ? first.afterCut() : first.afterKill()
  await liveOn(second, promised, { batches: [1], bytes: 900 })
  await endsWhole(second.afterCut(), promised)
}

describe('what is asked for again after a failed sync is durable, though it stands there already', () => {
  const naming: [string, (disk: Disk) => Promise<void>, string][] = [
    [
      'the name of a log',
      (disk) => recordGeneration({ disk, dir: OURS }, PACT, 'main', GENERATION),
      `${OURS}/logs/${PACT}/index`,
    ],
    [
      'evidence',
      (disk) => keepEvidence({ disk, dir: OURS }, ORIGIN, 'fork', { held: undefined, served: utf8('a note') }),
      `${OURS}/evidence/${originHash(ORIGIN)}/fork-served`,
    ],
  ]
  test.each(naming)('%s', async (_, act, path) => {
    const measured = new PowerCutDisk(randomOf(1))
    await act(measured.disk)
    const at = measured.trace.findLastIndex((call) => call.startsWith('syncFolder'))
    for (let seed = 0; seed < 16; seed++) {
      const machine = new PowerCutDisk(randomOf(seed), [{ at, kind: 'fail' }])
      await expect(act(machine.disk)).rejects.toThrow('EIO')
      await act(machine.disk)
      expect(await machine.afterCut().disk.exists(path), `seed ${seed}`).toBe(true)
    }
  })
})

describe('whatever ends a node, nothing promised is lost and no two checkpoints disagree', () => {
  const script: Work = { batches: [1, 3, 2], bytes: 900 }

  test.each(['cut', 'kill', 'fail'] as const)(
    'a %s at every call of a first life',
    { timeout: 600_000 },
    async (kind) => {
      const runs = NIGHTLY ? 8 : 2
      for (let run = 0; run < runs; run++) {
        const measured = new PowerCutDisk(randomOf(run))
        await live(measured, new Promises(randomOf(run)), script)
        expect(measured.calls).toBeGreaterThan(100)
        for (let at = 0; at < measured.calls; at++) {
          const seed = `${kind} ${at} ${run}`
          if (SEED === undefined || SEED === seed) await telling(seed, () => endedAt({ at, kind }, run))
        }
      }
    },
  )

  async function endedAt(fault: Fault, run: number): Promise<void> {
    const random = randomOf(fault.at * 16 + run)
    const promised = new Promises(random)
    const machine = new PowerCutDisk(random, [fault])
    await liveOn(machine, promised, script)
    if (fault.kind === 'cut' || (fault.kind === 'fail' && run % 4 > 1)) return endsWhole(machine.afterCut(), promised)
    // What the first life left unsynced is still shown to the second, which must not trust it: neither where it only
    // looks, nor where it goes on.
    const second = machine.afterKill()
    await liveOn(second, promised, { batches: run % 2 === 0 ? [] : [1], bytes: 900 })
    return endsWhole(second.afterCut(), promised)
  }

  test('seeded lives one after the other, across full bundles', { timeout: 7_200_000 }, async () => {
    await seeds('lives', NIGHTLY ? 10_000 : 300, fiveLives)
  })

  test('seeded lives with a journal that goes over into new segments', { timeout: 7_200_000 }, async () => {
    await seeds('segments', NIGHTLY ? 300 : 4, segments)
  })

  test('a seed is one run: the same calls in the same order', async () => {
    for (const seed of [5, 6, 7]) expect(await fiveLives(randomOf(seed))).toEqual(await fiveLives(randomOf(seed)))
  })
})
