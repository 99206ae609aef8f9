// The process that is struck: `node process.ts SCRIPT DIR`; with `before` behind them it is not struck, and does what the
// script finds done. Each promise it makes is a line on standard output, written
// after it was made. A failure of the disk it meets as a node does: our own log stops and is still read, a mirror is
// opened anew, content and receipts are tried once more; any other failure ends it, and the test with it.

import { mkdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Result, toHex } from '@countersign/log'
import { receiptDigest } from '@countersign/record'
import {
  createOwnLog,
  keepEvidence,
  LogStopped,
  type Mirror,
  nodeDisk,
  type OwnLog,
  openMirror,
  openOwnLog,
  openReceipts,
  recordGeneration,
} from '../../src/index.ts'
import { carryIn, carryOut, openStick } from './carry.ts'
import { addendumOf, COSIGNER, entryOf, GENERATION, keys, noteOf, ORIGIN, PACT, signers, type Told } from './scripts.ts'

const [script = '', dir = '', when = 'then'] = process.argv.slice(2)
const disk = nodeDisk()

function tell(line: Told): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}

/** Throws on whatever is not the disk's. */
function tellFailure(cause: unknown): void {
  const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : ''
  if (!/^(EIO|ENOSPC|SQLITE_)/.test(code)) throw cause
  tell({ failed: cause instanceof Error ? cause.message : code })
}

/** Once more after a failure of the disk. */
async function twice<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    tellFailure(cause)
    return await act()
  }
}

/** A log that was stopped is still read whole, and takes nothing more. */
async function isReadOnly(log: OwnLog, failure: unknown): Promise<void> {
  tellFailure(failure)
  let count = 0
  for await (const entry of log.entries(0, log.size)) count += entry.length > 0 ? 1 : 0
  if (count !== log.size) throw new Error('A stopped log is not read any more.')
  const refused = await log.append(entryOf(999)).catch((cause: unknown) => cause)
  if (!(refused instanceof LogStopped)) throw new Error('A stopped log was written.')
}

/** `isNew`: nothing was ever acknowledged, so there may be nothing. */
async function openOurs(isNew: boolean): Promise<OwnLog> {
  const options = { disk, dir, origin: ORIGIN, signers }
  const log = await twice(async () => {
    const opened = await openOwnLog(options)
    return value(!opened.ok && opened.code === 'ledger/empty' && isNew ? await createOwnLog(options) : opened)
  })
  log.onPublished(() => see(log))
  log.confirm()
  return log
}

function see(log: { checkpoint: Uint8Array | undefined }): void {
  if (log.checkpoint !== undefined) tell({ seen: toHex(log.checkpoint) })
}

/** Opens our log, appends one batch after another, and closes it, whatever ends it. */
async function write(isNew: boolean, batches: readonly number[][], bytes?: number): Promise<void> {
  const log = await openOurs(isNew)
  try {
    for (const batch of batches) {
      const indexes = await log.appendAll(batch.map((n) => entryOf(n, bytes)))
      for (const [i, index] of indexes.entries()) tell({ entry: batch[i] ?? 0, index })
      see(log)
      await log.published()
    }
  } catch (cause) {
    await isReadOnly(log, cause)
  }
  await log.close().catch(tellFailure)
}

/** What is done once, for every case of a script alike. */
const BEFORE: Record<string, () => Promise<void>> = {
  async segments() {
    const batch = (i: number) => Array.from({ length: 130 }, (_, n) => i * 130 + n)
    await write(true, [batch(0), batch(1), batch(2), batch(3)], 65_000)
  },

  async again() {
    await BEFORE.carry?.()
    await carryOut(await openStick(dir), dir)
  },

  async carry() {
    mkdirSync(join(dir, 'stick'))
    await saidByAlfa(true, [0, 1])
  },
}

const SCRIPTS: Record<string, () => Promise<void>> = {
  async writer() {
    const log = await openOurs(true)
    try {
      for (const n of [0, 1]) tell({ addendum: await twice(() => log.putAddendum(addendumOf(n))) })
      tell({ entry: 0, index: await log.append(entryOf(0)) })
      see(log)
      await twice(() => recordGeneration({ disk, dir }, PACT, 'main', GENERATION))
      tell({ named: true })
      const indexes = await log.appendAll([1, 2].map((n) => entryOf(n)))
      for (const [i, index] of indexes.entries()) tell({ entry: i + 1, index })
      await log.published()
    } catch (cause) {
      await isReadOnly(log, cause)
    }
    const { size } = log
    await log.close().catch(tellFailure)
    const receipts = await twice(() => openReceipts({ disk, dir }))
    for (const held of [1, 2]) {
      await twice(() => receipts.hold(ORIGIN, COSIGNER, { size: held, time: 9, bytes: noteOf(held) }))
      tell({ held })
    }
    // From here on it may be gone, whether the call returns or not.
    tell({ dropped: 1 })
    await twice(() => receipts.drop(ORIGIN, COSIGNER, receiptDigest(noteOf(1))))
    await write(size === 0, [[3]])
  },

  /** A journal that goes over into a new segment, and the old one that is forgotten. */
  async segments() {
    await write(false, [[520], [521]], 65_000)
  },

  async mirror() {
    const open = async () => value(await openMirror({ disk, dir, origin: ORIGIN, keys }))
    let mirror: Mirror = await twice(open)
    const receipts = await twice(() => openReceipts({ disk, dir }))
    /** One round with the author's log: its entries, their content, and a receipt for both. */
    const round = async (size: number) => {
      await twice(async () => {
        if (mirror.stopped !== undefined) {
          await mirror.close().catch(tellFailure)
          mirror = await open()
        }
        const entries = Array.from({ length: size - mirror.size }, (_, i) => entryOf(mirror.size + i))
        value(await mirror.extend(entries, noteOf(size)))
      })
      see(mirror)
      for (let n = 0; n < size; n++) {
        const sealed = await twice(() => mirror.putAddendum(addendumOf(n)))
        if (!(await twice(() => mirror.hasAddendum(sealed)))) throw new Error('What was kept is not held.')
        tell({ addendum: sealed })
      }
      await twice(() => receipts.give(ORIGIN, { size, time: size, bytes: noteOf(size) }))
      tell({ given: size })
    }
    await round(1)
    await round(3)
    await twice(() => keepEvidence({ disk, dir }, ORIGIN, 'fork-2', { held: noteOf(2), served: noteOf(1) }))
    tell({ evidence: true })
    await mirror.close().catch(tellFailure)
    mirror = await twice(open)
    await round(4)
    await mirror.close().catch(tellFailure)
  },

  /** What stands on the stick already is carried out once more. */
  async again() {
    await carryOut(await openStick(dir), dir)
  },

  /** Two trips of a stick, out and in. */
  async carry() {
    const theirs = join(dir, 'bravo')
    const open = async () => value(await openMirror({ disk, dir: theirs, origin: ORIGIN, keys }))
    const trip = async () => {
      await twice(async () => carryOut(await openStick(dir), dir))
      const receipts = await twice(() => openReceipts({ disk, dir: theirs }))
      await twice(async () => {
        const mirror = await open()
        try {
          await carryIn(await openStick(dir), mirror, receipts, tell)
        } finally {
          await mirror.close().catch(tellFailure)
        }
      })
    }
    await trip()
    tell({ struck: false })
    await saidByAlfa(false, [2])
    tell({ struck: true })
    await trip()
  },
}

/** What the author says before and between the trips; it is not struck there. */
async function saidByAlfa(isNew: boolean, numbers: readonly number[]): Promise<void> {
  const options = { disk, dir: join(dir, 'alfa'), origin: ORIGIN, signers }
  const log = value(await (isNew ? createOwnLog(options) : openOwnLog(options)))
  log.confirm()
  for (const n of numbers) await log.putAddendum(addendumOf(n))
  await log.appendAll(numbers.map((n) => entryOf(n)))
  await log.published()
  await log.close()
}

const run =
  (when === 'before' ? BEFORE : SCRIPTS)[script] ?? (() => Promise.reject(new Error(`“${script}” is no script.`)))
await run()
tell({ ended: true })
