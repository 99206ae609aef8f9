import { ed25519, MAX_ENTRY_BYTES, mldsa44, parseCheckpoint, parseNote, sha256, toHex, utf8 } from '@countersign/log'
import { describe, expect, test } from 'vitest'
import {
  auditLog,
  createOwnLog,
  logFolder,
  type Mirror,
  mirrorFolder,
  type OwnLog,
  openMirror,
  openOwnLog,
  openReceipts,
  type Receipts,
  recordGeneration,
} from '../src/index.ts'
import { type Fault, PowerCutDisk, type Random, randomOf } from './power-cut.ts'

const PACT = 'a'.repeat(32)
const GENERATION = 'b'.repeat(16)
const ORIGIN = `alfa.example/${PACT}/main/${GENERATION}`
const NIGHTLY = process.env.COUNTERSIGN_NIGHTLY !== undefined
const seed = (n: number) => new Uint8Array(32).fill(n)
const signers = { ed25519: ed25519.signer(seed(1)), mldsa44: mldsa44.signer(seed(2)) }
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

/** One life of the two nodes: they open, all that was promised is looked for, and they work until something ends them. */
async function live(machine: PowerCutDisk, promised: Promises, { batches, bytes }: Work): Promise<void> {
  const { disk } = machine
  const peek = () => promised.see(machine.shown(`${logFolder(OURS, ORIGIN)}/checkpoint`))
  let log: OwnLog | undefined
  let mirror: Mirror | undefined
  try {
    const options = { disk, dir: OURS, origin: ORIGIN, signers }
    const isBegun = promised.entries.size > 0 || promised.seen.size > 0
    const found = isBegun ? undefined : await openOwnLog(options)
    // Nothing was ever acknowledged: what a first run left may be nothing at all.
    const isNew = found !== undefined && !found.ok && found.code === 'ledger/empty'
    log = value(isNew ? await createOwnLog(options) : (found ?? (await openOwnLog(options))))
    log.onPublished(peek)
    mirror = value(await openMirror({ disk, dir: THEIRS, origin: ORIGIN, keys }))
    const receipts = await openReceipts({ disk, dir: THEIRS })
    await promised.areKept(log, mirror, receipts)
    await promised.takeFound(log, mirror, receipts)
    log.confirm()
    for (const count of batches) await work(log, mirror, receipts, count)
    await log.published()
  } finally {
    peek()
    await mirror?.close().catch(() => {})
    await log?.close().catch(() => {})
  }

  async function work(ours: OwnLog, theirs: Mirror, receipts: Receipts, count: number): Promise<void> {
    const sealed = promised.entry(bytes)
    promised.begun.add(toHex(sha256(sealed)))
    promised.ours.add(await ours.putAddendum(sealed))
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
      await recordGeneration({ disk, dir: OURS }, PACT, 'main', GENERATION)
      promised.generationNamed = true
    }
    const tail: Uint8Array[] = []
    for await (const entry of ours.entries(theirs.size, ours.size)) tail.push(entry)
    const note = ours.checkpoint ?? new Uint8Array()
    value(await theirs.extend(tail, note))
    const held = await theirs.putAddendum(sealed)
    if (await theirs.hasAddendum(held)) promised.theirs.add(held)
    const receipt = { size: theirs.size, time: theirs.size, bytes: utf8(`receipt at ${theirs.size}`) }
    await receipts.give(ORIGIN, receipt)
    promised.receipts.add(String(theirs.size))
    await receipts.hold(ORIGIN, 'watch.example', receipt)
    promised.held.add(theirs.size)
  }
}

/** Lives through what happens, and gives the machine as it stands afterwards. */
async function liveOn(machine: PowerCutDisk, promised: Promises, work: Work): Promise<void> {
  try {
    await live(machine, promised, work)
  } catch (cause) {
    // Nothing but the fault itself may end a life.
    if (!machine.struck) throw cause
    if (!isOf(cause)) throw cause
  }
}

/** Whether a failure is the fault's: the power, the disk's own error, or a log that stopped for one of them. */
function isOf(cause: unknown): boolean {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
  return inner instanceof Error && /power is cut|EIO/.test(inner.message)
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

/** What goes wrong, told by seed and call, so that a failure can be run again alone. */
async function telling(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (cause) {
    const said = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    throw new Error(`${what}: ${said}`, { cause })
  }
}

describe('whatever ends a node, nothing promised is lost and no two checkpoints disagree', () => {
  const script: Work = { batches: [1, 3, 2], bytes: 900 }

  test.each(['cut', 'kill', 'fail'] as const)(
    'a %s at every call of a first life',
    { timeout: 600_000 },
    async (kind) => {
      const measured = new PowerCutDisk(randomOf(1))
      await live(measured, new Promises(randomOf(1)), script)
      expect(measured.calls).toBeGreaterThan(100)
      for (let at = 0; at < measured.calls; at++) {
        for (let run = 0; run < (NIGHTLY ? 8 : 2); run++) {
          await telling(`${kind} at call ${at}, run ${run} (${measured.trace[at]})`, async () => {
            const random = randomOf(at * 16 + run)
            const promised = new Promises(random)
            const machine = new PowerCutDisk(random, { at, kind })
            await liveOn(machine, promised, script)
            if (kind === 'cut') return endsWhole(machine.afterCut(), promised)
            // What the first life left unsynced is still shown to the second, which must not trust it: neither where it
            // only looks, nor where it goes on.
            const second = machine.afterKill()
            await liveOn(second, promised, { batches: run % 2 === 0 ? [] : [1], bytes: 900 })
            return endsWhole(second.afterCut(), promised)
          })
        }
      }
    },
  )

  test('seeded lives one after the other, across full bundles', { timeout: 1_800_000 }, async () => {
    for (let number = 0; number < (NIGHTLY ? 2_000 : 60); number++) {
      await telling(`seed ${number}`, async () => {
        const random = randomOf(1_000_003 * (number + 1))
        const pick = <T>(...some: T[]) => some[Math.floor(random() * some.length)]
        const fault = (): Fault => ({ at: Math.floor(random() * 260), kind: pick('cut', 'kill', 'fail') ?? 'cut' })
        const promised = new Promises(random)
        let machine = new PowerCutDisk(random, fault())
        for (let life = 0; life < 5; life++) {
          const batches = Array.from({ length: 3 }, () => pick(1, 2, 5, 130, 260) ?? 1)
          await liveOn(machine, promised, { batches, bytes: 900 })
          machine = pick(true, false) === true ? machine.afterCut(fault()) : machine.afterKill(fault())
        }
        await endsWhole(machine.afterCut(), promised)
      })
    }
  })

  test('seeded lives with a journal that goes over into new segments', { timeout: 1_800_000 }, async () => {
    const heavy: Work = { batches: [150, 150, 150, 150, 1, 90, 1, 40], bytes: 120_000 }
    for (let number = 0; number < (NIGHTLY ? 200 : 4); number++) {
      await telling(`seed ${number}`, async () => {
        const random = randomOf(7_919 * (number + 1))
        const kinds = ['cut', 'kill', 'fail'] as const
        const promised = new Promises(random)
        // In the second half of a life, where the journal goes over and full bundles are synced.
        const first = new PowerCutDisk(random, {
          at: 150 + Math.floor(random() * 250),
          kind: kinds[number % 3] ?? 'cut',
        })
        await liveOn(first, promised, heavy)
        const second = number % 2 === 0 ? first.afterCut() : first.afterKill()
        await liveOn(second, promised, { batches: [1], bytes: 900 })
        await endsWhole(second.afterCut(), promised)
      })
    }
  })
})
