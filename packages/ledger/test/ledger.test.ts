import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ed25519,
  leafHash,
  mldsa44,
  type SignerPair,
  signCheckpoint,
  TreeFrontier,
  tilePath,
  utf8,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '@countersign/log'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  auditLog,
  createOwnLog,
  type Disk,
  type DiskFile,
  LogStopped,
  logFolder,
  mirrorFolder,
  nodeDisk,
  type OwnLog,
  openMirror,
  openOwnLog,
  openReceipts,
  originHash,
  recordGeneration,
} from '../src/index.ts'

const ORIGIN = `alfa.example/${'a'.repeat(32)}/main/${'b'.repeat(16)}`
const seed = (n: number) => new Uint8Array(32).fill(n)
const signers: SignerPair = { ed25519: ed25519.signer(seed(1)), mldsa44: mldsa44.signer(seed(2)) }
const keys = { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey }
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-ledger-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function value<T>(result: { ok: true; value: T } | { ok: false; code: string; message: string }): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}
const create = async (disk: Disk = nodeDisk()): Promise<OwnLog> =>
  value(await createOwnLog({ disk, dir, origin: ORIGIN, signers }))
const reopen = (at = dir) => openOwnLog({ disk: nodeDisk(), dir: at, origin: ORIGIN, signers })
const entry = (n: number) => utf8(`entry ${n}`)
const appendMany = (log: OwnLog, from: number, to: number) =>
  Promise.all(Array.from({ length: to - from }, (_, i) => log.append(entry(from + i))))
const journals = () => join(dir, 'private', 'journals', ...ORIGIN.split('/'))
const checkpointOf = (entries: Uint8Array[], as = signers) => {
  const tree = new TreeFrontier()
  for (const one of entries) tree.append(leafHash(one))
  return signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, as)
}

describe('our own log', () => {
  test('entries stand in the order of the calls, and every proof over them verifies', async () => {
    const log = await create()
    expect(await appendMany(log, 0, 700)).toEqual(Array.from({ length: 700 }, (_, i) => i))
    await log.published()
    for (const index of [0, 1, 255, 256, 511, 699]) {
      const proof = await log.inclusionProof(index, 700)
      expect(verifyInclusion(index, 700, leafHash(entry(index)), proof, log.root).ok).toBe(true)
    }
    for (const size of [1, 2, 255, 256, 257, 512, 699]) {
      const proof = await log.consistencyProof(size, 700)
      expect(verifyConsistency(size, 700, proof, await log.rootAt(size), log.root).ok).toBe(true)
    }
    await log.close()
  })

  test('the published folder is complete by itself, and an audit of it finds nothing', async () => {
    const log = await create()
    await appendMany(log, 0, 600)
    await log.published()
    const note = readFileSync(join(logFolder(dir, ORIGIN), 'checkpoint'))
    const names = { origin: ORIGIN, ed25519PublicKey: keys.ed25519, mldsa44PublicKey: keys.mldsa44 }
    expect(value(verifyCheckpoint(note, names)).size).toBe(600)
    const audit = await auditLog({ disk: nodeDisk(), folder: logFolder(dir, ORIGIN), origin: ORIGIN, keys })
    expect(audit).toMatchObject({ size: 600, findings: [] })
    await log.close()
  })

  test('a reopened log stands as it was and signs nothing until it is confirmed', async () => {
    const log = await create()
    await appendMany(log, 0, 300)
    const root = log.root
    await log.close()
    const again = value(await reopen())
    expect([again.size, again.root]).toEqual([300, root])
    expect(() => again.append(entry(300))).toThrow(/not confirmed/)
    again.confirm()
    expect(await again.append(entry(300))).toBe(300)
    await again.close()
  })

  test('a second writer on the same log is refused', async () => {
    const log = await create()
    await log.append(entry(0))
    const second = await reopen()
    expect(second).toMatchObject({ ok: false, code: 'ledger/locked' })
    await log.close()
    await value(await reopen()).close()
  })

  test('a write that was torn at the end of the journal is cut off; what was acknowledged stands', async () => {
    const log = await create()
    await appendMany(log, 0, 10)
    await log.close()
    const file = join(journals(), '1.journal')
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('CSJ1 torn')]))
    const again = value(await reopen())
    expect(again.size).toBe(10)
    await again.close()
  })

  test('a bit turned inside the journal refuses to open instead of forgetting what follows', async () => {
    const log = await create()
    await log.append(entry(0))
    await log.append(entry(1))
    await log.close()
    const file = join(journals(), '1.journal')
    const bytes = readFileSync(file)
    bytes[60] = (bytes[60] ?? 0) ^ 1
    writeFileSync(file, bytes)
    expect(await reopen()).toMatchObject({ ok: false, code: 'ledger/damaged' })
  })

  test('a journal that lost its end behind the published checkpoint refuses to open', async () => {
    const log = await create()
    await log.append(entry(0))
    await log.append(entry(1))
    await log.close()
    const file = join(journals(), '1.journal')
    truncateSync(file, statSync(file).size - 1)
    expect(await reopen()).toMatchObject({ ok: false, code: 'ledger/damaged' })
  })

  test('a restored backup adopts the tail it lost from a copy, and nothing that we did not sign', async () => {
    const log = await create()
    await appendMany(log, 0, 5)
    await log.published()
    const backup = mkdtempSync(join(tmpdir(), 'countersign-backup-'))
    cpSync(dir, backup, { recursive: true })
    await appendMany(log, 5, 9)
    const note = log.checkpoint ?? new Uint8Array()
    await log.close()
    const restored = value(await reopen(backup))
    const tail = [5, 6, 7, 8].map(entry)
    const stranger = { ed25519: ed25519.signer(seed(7)), mldsa44: mldsa44.signer(seed(8)) }
    const all = Array.from({ length: 9 }, (_, i) => entry(i))
    expect((await restored.adopt(tail, checkpointOf(all, stranger))).ok).toBe(false)
    expect((await restored.adopt([entry(5), entry(6), entry(7), entry(99)], note)).ok).toBe(false)
    expect(restored.size).toBe(5)
    expect((await restored.adopt(tail, note)).ok).toBe(true)
    expect(restored.size).toBe(9)
    await restored.close()
    rmSync(backup, { recursive: true, force: true })
  })

  test('a full disk stops the writer with a clear error; after room was made nothing acknowledged is lost', async () => {
    let full = false
    const disk = withFullDisk(() => full)
    const log = await create(disk)
    await appendMany(log, 0, 20)
    full = true
    await expect(log.append(entry(20))).rejects.toThrow(LogStopped)
    full = false
    // It never carries on by itself: what the disk kept of the failed write is not known.
    await expect(log.append(entry(21))).rejects.toThrow(/start the node again/)
    await log.close()
    const again = value(await reopen())
    expect(again.size).toBe(20)
    await again.close()
  })

  test('what was appended together is kept together or not at all, whatever was waiting before it', async () => {
    const log = await create()
    await log.append(entry(0))
    const journal = join(journals(), '1.journal')
    const alone = appendMany(log, 1, 200)
    const group = log.appendAll(Array.from({ length: 600 }, (_, i) => entry(200 + i)))
    await Promise.all([alone, appendMany(log, 800, 1500)])
    expect(await group).toEqual(Array.from({ length: 600 }, (_, i) => 200 + i))
    await log.close()
    // One frame is one write, and is torn as a whole.
    const frames = framesOf(readFileSync(journal))
    expect(frames.length).toBeGreaterThan(2)
    expect(frames.filter(({ start, end }) => (start > 200 && start < 800) || (end > 200 && end < 800))).toEqual([])
  })

  test('tiles are derived again where a crash left them torn', async () => {
    const log = await create()
    await appendMany(log, 0, 300)
    await log.close()
    const tile = join(logFolder(dir, ORIGIN), tilePath(0, 0))
    truncateSync(tile, 100)
    const again = value(await reopen())
    expect(statSync(tile).size).toBe(256 * 32)
    await again.close()
  })

  test('each segment of the journal goes once what it holds is synced in full bundles', async () => {
    const log = await create()
    const big = new Uint8Array(60_000).fill(7)
    for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 200 }, () => log.append(big)))
    await log.published()
    expect(readdirSync(journals()).length).toBeLessThanOrEqual(2)
    const { size, root } = log
    await log.close()
    const again = value(await reopen())
    expect([again.size, again.root]).toEqual([size, root])
    await again.close()
  })
})

describe('sealed content', () => {
  test('stands under its own hash, and the audit names a file that does not match', async () => {
    const log = await create()
    await log.append(entry(0))
    const name = await log.putAddendum(utf8('sealed'))
    expect(await log.hasAddendum(name)).toBe(true)
    await log.published()
    writeFileSync(join(logFolder(dir, ORIGIN), 'addenda', name), 'other')
    const audit = await auditLog({ disk: nodeDisk(), folder: logFolder(dir, ORIGIN), origin: ORIGIN, keys })
    expect(audit.findings.map(({ path }) => path)).toEqual([`addenda/${name}`])
    await log.close()
  })

  test('a name that is no hash reaches no file', async () => {
    const log = await create()
    expect(() => log.readAddendum('../../private/keys/root.json')).toThrow(/names no sealed content/)
    await log.close()
  })
})

describe('a mirror', () => {
  const open = async () => value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys }))
  const some = Array.from({ length: 6 }, (_, i) => entry(i))

  test('grows by entries that lead to the signed root, and stands the same after a restart', async () => {
    const mirror = await open()
    expect((await mirror.extend(some.slice(0, 4), checkpointOf(some.slice(0, 4)))).ok).toBe(true)
    expect((await mirror.extend(some.slice(4), checkpointOf(some))).ok).toBe(true)
    const root = mirror.root
    await mirror.close()
    const again = await open()
    expect([again.size, again.root]).toEqual([6, root])
    await again.close()
    const folder = mirrorFolder(dir, ORIGIN)
    expect((await auditLog({ disk: nodeDisk(), folder, origin: ORIGIN, keys })).findings).toEqual([])
  })

  test.each([
    ['rewinds', 'mirror/rewind', [] as Uint8Array[], () => checkpointOf(some.slice(0, 3))],
    ['forks at our size', 'mirror/fork', [], () => checkpointOf([...some.slice(0, 5), entry(99)])],
    ['forks below our size', 'mirror/fork', [], () => checkpointOf([entry(99)])],
    ['serves other entries than it signed', 'mirror/root', [entry(98)], () => checkpointOf([...some, entry(99)])],
    ['serves too few entries', 'mirror/entries', [], () => checkpointOf([...some, entry(99)])],
  ])('of an author that %s is refused and stays as it was', async (_what, code, entries, note) => {
    const mirror = await open()
    await mirror.extend(some, checkpointOf(some))
    expect(await mirror.extend(entries, note())).toMatchObject({ ok: false, code })
    expect(mirror.size).toBe(6)
    await mirror.close()
  })

  test('takes no checkpoint with one signature alone, and none of another key', async () => {
    const mirror = await open()
    const note = new TextDecoder().decode(checkpointOf(some))
    const oneLine = utf8(`${note.split('\n').slice(0, 5).join('\n')}\n`)
    expect((await mirror.extend(some, oneLine)).ok).toBe(false)
    const stranger = { ed25519: ed25519.signer(seed(7)), mldsa44: mldsa44.signer(seed(8)) }
    expect((await mirror.extend(some, checkpointOf(some, stranger))).ok).toBe(false)
    expect(mirror.size).toBe(0)
    await mirror.close()
  })
})

describe('receipts', () => {
  test('are found again after a restart, and a line that a crash left out of the index is added', async () => {
    const at = { disk: nodeDisk(), dir }
    const receipts = await openReceipts(at)
    await receipts.give(ORIGIN, { size: 3, time: 100, bytes: utf8('one') })
    await receipts.give(ORIGIN, { size: 4, time: 200, bytes: utf8('two') })
    await receipts.hold(ORIGIN, 'bravo.example', { size: 4, time: 150, bytes: utf8('theirs') })
    const folder = join(dir, 'receipts', readdirSync(join(dir, 'receipts'))[0] ?? '')
    writeFileSync(join(folder, 'index'), '3-100\n4-')
    const again = await openReceipts(at)
    expect(again.given(ORIGIN).map(({ size, time }) => [size, time])).toEqual([
      [3, 100],
      [4, 200],
    ])
    expect(again.newest(ORIGIN)?.size).toBe(4)
    expect(readFileSync(join(folder, 'index'), 'utf8')).toBe('3-100\n4-200\n')
    expect(again.held(ORIGIN, 'bravo.example')).toHaveLength(1)
    const theirs = again.held(ORIGIN, 'bravo.example')[0]?.digest ?? ''
    expect(await again.read(ORIGIN, 'bravo.example', theirs)).toEqual(Buffer.from('theirs'))
  })

  test('two receipts of one size and time are both held, each under a name of its own', async () => {
    const at = { disk: nodeDisk(), dir }
    const receipts = await openReceipts(at)
    const [one, other] = [Buffer.from('one'), Buffer.from('other')]
    for (const bytes of [one, other, one, other]) {
      await receipts.hold(ORIGIN, 'watch.example', { size: 4, time: 150, bytes })
    }
    const again = await openReceipts(at)
    const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    expect(again.held(ORIGIN, 'watch.example').map(({ file }) => file)).toEqual(
      expect.arrayContaining(['4-150', `4-150-${digestOf(other)}`]),
    )
    for (const bytes of [one, other]) {
      expect(await again.read(ORIGIN, 'watch.example', digestOf(bytes))).toEqual(bytes)
    }
    await again.drop(ORIGIN, 'watch.example', digestOf(one))
    expect(again.held(ORIGIN, 'watch.example').map(({ digest }) => digest)).toEqual([digestOf(other)])
    await again.listHeld(ORIGIN, 'watch.example')
    const folder = join(dir, 'held', originHash(ORIGIN), 'watch.example')
    expect(readFileSync(join(folder, 'index'), 'utf8')).toBe(`4-150-${digestOf(other)}\n`)
  })

  test('a generation is named once in the index', async () => {
    const at = { disk: nodeDisk(), dir }
    const pact = 'a'.repeat(32)
    await recordGeneration(at, pact, 'main', 'b'.repeat(16))
    await recordGeneration(at, pact, 'main', 'b'.repeat(16))
    await recordGeneration(at, pact, 'line', 'c'.repeat(16))
    expect(readFileSync(join(dir, 'logs', pact, 'index'), 'utf8')).toBe(
      `main/${'b'.repeat(16)}\nline/${'c'.repeat(16)}\n`,
    )
  })
})

/** The machine's disk, on which every write fails while it is full. */
/** The entries each frame of a journal's segment holds, from `start` until before `end`. */
function framesOf(segment: Buffer): { start: number; end: number }[] {
  const frames: { start: number; end: number }[] = []
  for (let at = 4; at < segment.length; at += 12 + segment.readUInt32BE(at + 8)) {
    const start = Number(segment.readBigUInt64BE(at + 12))
    frames.push({ start, end: start + segment.readUInt32BE(at + 20) })
  }
  return frames
}

function withFullDisk(isFull: () => boolean): Disk {
  const disk = nodeDisk()
  const check = () => {
    if (isFull()) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
  return {
    ...disk,
    async replace(path, bytes, durable) {
      check()
      await disk.replace(path, bytes, durable)
    },
    async open(path): Promise<DiskFile> {
      const file = await disk.open(path)
      return {
        ...file,
        async write(bytes, position) {
          // Half of it reaches the disk, as it does when the disk fills up.
          if (isFull()) await file.write(bytes.subarray(0, bytes.length / 2), position)
          check()
          await file.write(bytes, position)
        },
      }
    },
  }
}
