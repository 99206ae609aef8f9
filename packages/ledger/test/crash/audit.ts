// What must hold of a folder after whatever ended or struck the process: found by another process that opens it anew, as
// a node does when it is started again, and then goes on with it.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromHex, type Result, toHex, verifyCheckpoint } from '@countersign/log'
import { expect } from 'vitest'
import {
  auditLog,
  createOwnLog,
  type LogFiles,
  logFolder,
  type Mirror,
  mirrorFolder,
  nodeDisk,
  type OwnLog,
  openMirror,
  openOwnLog,
  openReceipts,
  originHash,
  type Receipts,
} from '../../src/index.ts'
import { carryIn, carryOut, openStick } from './carry.ts'
import {
  addendumOf,
  COSIGNER,
  entryOf,
  GENERATION,
  headOf,
  keys,
  noteOf,
  ORIGIN,
  PACT,
  sealedOf,
  signers,
  type Told,
} from './scripts.ts'

const names = { origin: ORIGIN, ed25519PublicKey: keys.ed25519, mldsa44PublicKey: keys.mldsa44 }

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}

export async function auditAfter(script: string, dir: string, told: readonly Told[]): Promise<void> {
  if (script === 'mirror') await auditMirror(dir, told)
  else if (script === 'carry') await auditTrip(dir, told)
  else await auditWriter(dir, told, script === 'segments' ? 65_000 : undefined)
}

async function auditWriter(dir: string, told: readonly Told[], bytes: number | undefined): Promise<void> {
  const folder = logFolder(dir, ORIGIN)
  const found = await publishedIsWhole(folder)
  const isBegun = found !== undefined || told.some((line) => 'entry' in line || 'seen' in line)
  const log = await openAsStarted(dir, isBegun)
  await isKept(log, told, bytes, found)
  const receipts = await openReceipts({ disk: nodeDisk(), dir })
  const dropped = new Set(told.flatMap((line) => ('dropped' in line ? [line.dropped] : [])))
  for (const line of told) {
    if (!('held' in line) || dropped.has(line.held)) continue
    const digest = receipts.held(ORIGIN, COSIGNER).find(({ size }) => size === line.held)?.digest ?? ''
    const file = await receipts.read(ORIGIN, COSIGNER, digest)
    expect(headOf(file ?? new Uint8Array())?.size, `the receipt held at ${line.held}`).toBe(line.held)
  }
  if (told.some((line) => 'named' in line)) {
    expect(await readFile(join(dir, 'logs', PACT, 'index'), 'utf8')).toBe(`main/${GENERATION}\n`)
  }
  // It goes on.
  log.confirm()
  const size = log.size
  expect(await log.append(entryOf(900))).toBe(size)
  expect(await log.putAddendum(addendumOf(900))).toBe(sealedOf(entryOf(900)))
  await log.published()
  await log.close()
  await isSound(folder, size + 1)
}

async function openAsStarted(dir: string, isBegun: boolean): Promise<OwnLog> {
  const options = { disk: nodeDisk(), dir, origin: ORIGIN, signers }
  const opened = await openOwnLog(options)
  // Nothing was ever acknowledged: what a first run left may be nothing at all.
  const isNew = !opened.ok && opened.code === 'ledger/empty' && !isBegun
  return value(isNew ? await createOwnLog(options) : opened)
}

async function auditMirror(
  dir: string,
  told: readonly Told[],
  goOn?: (mirror: Mirror, receipts: Receipts) => Promise<void>,
): Promise<void> {
  const folder = mirrorFolder(dir, ORIGIN)
  const found = await publishedIsWhole(folder)
  const mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys }))
  await isKept(mirror, told, undefined, found)
  const receipts = await openReceipts({ disk: nodeDisk(), dir })
  const given = receipts.given(ORIGIN).map(({ size }) => size)
  for (const line of told) if ('given' in line) expect(given, 'receipts given').toContain(line.given)
  await coverWhatIsHeld(dir, mirror, receipts)
  const evidence = (name: string) => readFile(join(dir, 'evidence', originHash(ORIGIN), name)).catch(() => undefined)
  const served = await evidence('fork-2-served')
  if (served !== undefined || told.some((line) => 'evidence' in line)) {
    expect(headOf(served ?? new Uint8Array())?.size).toBe(1)
    expect(headOf((await evidence('fork-2-held')) ?? new Uint8Array())?.size).toBe(2)
  }
  // It goes on.
  await goOn?.(mirror, receipts)
  const size = mirror.size + 1
  value(await mirror.extend([entryOf(mirror.size)], noteOf(size)))
  for (let n = 0; n < size; n++) await mirror.putAddendum(addendumOf(n))
  await receipts.give(ORIGIN, { size, time: 90 + size, bytes: noteOf(size) })
  await coverWhatIsHeld(dir, mirror, receipts)
  await mirror.close()
  await isSound(folder, size)
}

/** The stick holds whole files alone, under a checkpoint that covers them; the next trip completes what this one began. */
async function auditTrip(dir: string, told: readonly Told[]): Promise<void> {
  await publishedIsWhole(join(dir, 'stick', 'alfa'))
  for (const line of told) {
    if (!('carried' in line)) continue
    expect(headOf(await readFile(join(dir, 'stick', line.carried)))).toBeDefined()
  }
  await auditMirror(join(dir, 'bravo'), told, async (mirror, receipts) => {
    const stick = await openStick(dir)
    await carryOut(stick, dir)
    await carryIn(stick, mirror, receipts, () => {})
    await isSound(join(dir, 'stick', 'alfa'), mirror.size)
  })
}

/** What others may fetch at this moment, before anybody mended anything: it stands whole under its checkpoint. */
async function publishedIsWhole(folder: string): Promise<Uint8Array | undefined> {
  const note = await nodeDisk().read(join(folder, 'checkpoint'))
  if (note !== undefined) await isSound(folder, value(verifyCheckpoint(note, names)).size)
  return note
}

async function isSound(folder: string, size: number): Promise<void> {
  const audit = await auditLog({ disk: nodeDisk(), folder, origin: ORIGIN, keys })
  expect(audit.findings).toEqual([])
  expect(audit.size).toBe(size)
}

/** Every entry and file that was acknowledged, with its bytes; nothing foreign; every checkpoint a prefix of the log. */
async function isKept(
  log: LogFiles,
  told: readonly Told[],
  bytes: number | undefined,
  found: Uint8Array | undefined,
): Promise<void> {
  const acknowledged = new Map(told.flatMap((line) => ('entry' in line ? [[line.index, line.entry] as const] : [])))
  let index = 0
  let before = -1
  for await (const entry of log.entries(0, log.size)) {
    const number = Number(new TextDecoder().decode(entry.subarray(0, 20)).split(' ')[1])
    expect(Buffer.compare(entry, entryOf(number, bytes)), `the bytes of entry ${index}`).toBe(0)
    expect(acknowledged.get(index) ?? number, `entry ${index}`).toBe(number)
    expect(number, 'entries are in the order they were said').toBeGreaterThan(before)
    before = number
    acknowledged.delete(index++)
  }
  expect([...acknowledged.keys()], 'acknowledged entries that are missing').toEqual([])
  const notes = told.flatMap((line) => ('seen' in line ? [fromHex(line.seen) ?? new Uint8Array()] : []))
  for (const note of [...notes, ...(found === undefined ? [] : [found])]) {
    const head = value(verifyCheckpoint(note, names))
    expect(log.size, 'a checkpoint was seen that is not kept').toBeGreaterThanOrEqual(head.size)
    expect(toHex(await log.rootAt(head.size)), `the checkpoint seen of size ${head.size}`).toBe(toHex(head.root))
  }
  for (const line of told) if ('addendum' in line) await isHeld(log, line.addendum)
}

async function isHeld(log: LogFiles, sealed: string): Promise<void> {
  expect(await log.hasAddendum(sealed), `sealed content ${sealed}`).toBe(true)
  const bytes = await log.readAddendum(sealed)
  const number = Number(new TextDecoder().decode(bytes?.subarray(0, 30)).split(' ')[2])
  expect(Buffer.compare(bytes ?? new Uint8Array(), addendumOf(number))).toBe(0)
}

/** Every receipt that stands there follows from the mirror, with the content of every entry under it. */
async function coverWhatIsHeld(dir: string, mirror: Mirror, receipts: Receipts): Promise<void> {
  const given = receipts.given(ORIGIN)
  const index = await readFile(join(dir, 'receipts', originHash(ORIGIN), 'index'), 'utf8').catch(() => '')
  expect(index.split('\n').slice(0, -1).sort()).toEqual(given.map(({ size, time }) => `${size}-${time}`).sort())
  for (const name of given) {
    const head = value(
      verifyCheckpoint((await receipts.read(ORIGIN, undefined, name.digest)) ?? new Uint8Array(), names),
    )
    expect(head.size).toBe(name.size)
    expect(mirror.size, 'entries a receipt was given for').toBeGreaterThanOrEqual(head.size)
    expect(toHex(await mirror.rootAt(head.size))).toBe(toHex(head.root))
    for await (const entry of mirror.entries(0, head.size)) await isHeld(mirror, sealedOf(entry))
  }
}
