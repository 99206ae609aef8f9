import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ed25519,
  emptyRoot,
  entryBundlePath,
  mldsa44,
  type SignerPair,
  signCheckpoint,
  tilePath,
  tilesForSize,
  utf8,
} from '@countersign/log'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  auditLog,
  createOwnLog,
  type Disk,
  earlierTile,
  LEDGER_LIMITS,
  LogStopped,
  logFolder,
  nodeDisk,
  type OwnLog,
  openOwnLog,
  openReceipts,
} from '../src/index.ts'

const ORIGIN = `alfa.example/${'a'.repeat(32)}/main/${'b'.repeat(16)}`
const seed = (n: number) => new Uint8Array(32).fill(n)
const signers: SignerPair = { ed25519: ed25519.signer(seed(1)), mldsa44: mldsa44.signer(seed(2)) }
const keys = { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey }
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-published-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function value<T>(result: { ok: true; value: T } | { ok: false; code: string; message: string }): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}
const create = async (disk: Disk = nodeDisk()): Promise<OwnLog> =>
  value(await createOwnLog({ disk, dir, origin: ORIGIN, signers }))
const reopen = () => openOwnLog({ disk: nodeDisk(), dir, origin: ORIGIN, signers })
const appendMany = (log: OwnLog, count: number) =>
  Promise.all(Array.from({ length: count }, () => log.append(utf8('entry'))))
const at = (path: string) => join(logFolder(dir, ORIGIN), path)
const findings = async () =>
  (await auditLog({ disk: nodeDisk(), folder: logFolder(dir, ORIGIN), origin: ORIGIN, keys })).findings
const rounds = async (log: OwnLog, count: number) => {
  for (let i = 0; i < count; i++) {
    await log.append(utf8('entry'))
    await log.published()
  }
}

describe('partial tiles', () => {
  test('of every checkpoint there was are found, as the beginnings of wider ones', async () => {
    const log = await create()
    const entry = (n: number) => utf8('x'.repeat(1 + (n % 7)))
    const was = new Map<string, Uint8Array>()
    for (let n = 0; n < 300; n++) {
      await log.append(entry(n))
      await log.published()
      for (const { level, index, width } of tilesForSize(n + 1)) {
        if (width === 256) continue
        const paths = [tilePath(level, index, width), ...(level === 0 ? [entryBundlePath(index, width)] : [])]
        for (const path of paths) was.set(path, new Uint8Array(readFileSync(at(path))))
      }
    }
    await log.close()
    await value(await reopen()).close()
    expect([...was.keys()].filter((path) => existsSync(at(path))).length).toBeLessThan(was.size / 2)
    for (const [path, bytes] of was) {
      const found = await earlierTile(nodeDisk(), at(path))
      expect([path, found && new Uint8Array(readFileSync(found.path)).subarray(0, found.bytes)]).toEqual([path, bytes])
    }
    // What no checkpoint was over is not there, nor what is no partial tile.
    for (const path of ['tile/0/001.p/45', 'tile/entries/001.p/45', 'tile/0/002.p/1', 'tile/0/002', 'tile/0/000.p/x']) {
      expect([path, await earlierTile(nodeDisk(), at(path))]).toEqual([path, undefined])
    }
  })

  const kept = LEDGER_LIMITS.partialRoundsKept

  test('of the current size stay, however many rounds ago they were written', async () => {
    const log = await create()
    await appendMany(log, 256)
    await log.published()
    await rounds(log, 2 * kept)
    for (const { level, index, width } of tilesForSize(log.size)) {
      expect(existsSync(at(tilePath(level, index, width))), `level ${level}`).toBe(true)
    }
    expect(await findings()).toEqual([])
    await log.close()
  })

  test('go some rounds after a larger width was published, and not before', async () => {
    const log = await create()
    await rounds(log, kept)
    expect(existsSync(at(tilePath(0, 0, 1)))).toBe(true)
    // So many older ones, and the current.
    await rounds(log, 10)
    expect(readdirSync(at('tile/0/000.p'))).toHaveLength(kept + 1)
    expect(readdirSync(at('tile/entries/000.p'))).toHaveLength(kept + 1)
    expect(existsSync(at(tilePath(0, 0, kept + 10)))).toBe(true)
    await log.close()
  })

  test('that an earlier run left go at an opening, also beside full tiles; the current ones stay', async () => {
    const log = await create()
    await rounds(log, 5)
    await appendMany(log, 300)
    await log.published()
    await log.close()
    expect(readdirSync(at('tile/0/000.p')).length).toBeGreaterThan(0)
    const again = value(await reopen())
    expect(readdirSync(at('tile/0/000.p'))).toEqual([])
    expect(readdirSync(at('tile/entries/000.p'))).toEqual([])
    expect(readdirSync(at('tile/0/001.p'))).toEqual(['49'])
    expect(readdirSync(at('tile/1/000.p'))).toEqual(['1'])
    expect(await findings()).toEqual([])
    await again.close()
  })
})

test('a partial tile of a higher level that a power cut left torn is written again, though the journal begins above it', async () => {
  const log = await create()
  // The journal goes over into new segments, so that its first no longer tells of the tiles below.
  const big = new Uint8Array(60_000)
  for (let round = 0; round < 4; round++) await Promise.all(Array.from({ length: 180 }, () => log.append(big)))
  await log.published()
  await log.close()
  expect(readdirSync(join(dir, 'private', 'journals', ...ORIGIN.split('/')))).toEqual(['2.journal'])
  const tile = at(tilePath(1, 0, 2))
  const whole = readFileSync(tile)
  truncateSync(tile, 32)
  await value(await reopen()).close()
  expect(readFileSync(tile)).toEqual(whole)
  expect(await findings()).toEqual([])
})

describe('a published checkpoint', () => {
  const broken = async (change: (whole: Buffer) => Uint8Array) => {
    const log = await create()
    await appendMany(log, 3)
    await log.close()
    const whole = readFileSync(at('checkpoint'))
    writeFileSync(at('checkpoint'), change(whole))
    return whole
  }

  test.each([
    ['empty', () => new Uint8Array()],
    ['cut in half', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ['zeros', (whole: Buffer) => Buffer.alloc(whole.length)],
    ['garbage', (whole: Buffer) => Buffer.alloc(whole.length, 'Garbage \u00ff\n', 'latin1')],
  ] as const)('that a power cut left %s is derived again from the journal', async (_what, change) => {
    const whole = await broken(change)
    const again = value(await reopen())
    expect(again.size).toBe(3)
    expect(readFileSync(at('checkpoint'))).toEqual(whole)
    expect(await findings()).toEqual([])
    await again.close()
  })

  test.each([
    ['of our size and another root', 3],
    ['beyond our size', 4],
  ])('%s refuses to open: nothing is mended by guessing', async (_what, size) => {
    await broken(() => signCheckpoint({ origin: ORIGIN, size, root: emptyRoot }, signers))
    expect(await reopen()).toMatchObject({ ok: false, code: 'ledger/damaged' })
    // And it leaves the lock to whoever comes with the backup.
    expect(await reopen()).toMatchObject({ ok: false, code: 'ledger/damaged' })
  })
})

describe('a call of the disk that fails', () => {
  /** The machine's disk, of which one kind of call fails on demand, after it was done or before. */
  function failingDisk() {
    const disk = nodeDisk()
    const failing = { replace: '', syncFolder: '', append: '' }
    const failure = (call: string, path: string) =>
      Object.assign(new Error(`EIO: i/o error, ${call} of ${path}`), { code: 'EIO' })
    return {
      failing,
      disk: {
        ...disk,
        async replace(path: string, bytes: Uint8Array, durable: boolean) {
          await disk.replace(path, bytes, durable)
          // As where the file has its name and the folder could not be synced.
          if (failing.replace !== '' && path.includes(failing.replace)) throw failure('replace', path)
        },
        async append(path: string, bytes: Uint8Array) {
          if (failing.append !== '' && path.includes(failing.append)) {
            await disk.append(path, bytes.subarray(0, 2))
            throw failure('append', path)
          }
          await disk.append(path, bytes)
        },
        async syncFolder(path: string) {
          if (failing.syncFolder !== '' && path.includes(failing.syncFolder)) throw failure('syncFolder', path)
          await disk.syncFolder(path)
        },
      } satisfies Disk,
    }
  }

  test('while a tile is published stops the log; what was acknowledged is published at the next opening', async () => {
    const { disk, failing } = failingDisk()
    const log = await create(disk)
    failing.replace = 'tile/'
    const stopped = new Promise<LogStopped>((resolve) => {
      log.onStopped(resolve)
    })
    expect(await log.append(utf8('entry'))).toBe(0)
    expect((await stopped).message).toMatch(/nothing acknowledged is lost/)
    await expect(log.append(utf8('entry'))).rejects.toThrow(LogStopped)
    await expect(log.published()).rejects.toThrow(LogStopped)
    expect(existsSync(at('checkpoint'))).toBe(false)
    await log.close()
    const again = value(await reopen())
    expect(again.size).toBe(1)
    expect(await findings()).toEqual([])
    await again.close()
  })

  test('while sealed content is kept leaves it not held, though a file stands there; it can be kept again', async () => {
    const { disk, failing } = failingDisk()
    const log = await create(disk)
    failing.replace = 'addenda/'
    const sealed = utf8('sealed')
    await expect(log.putAddendum(sealed)).rejects.toThrow('EIO')
    const [name = ''] = readdirSync(at('addenda'))
    expect(await log.hasAddendum(name)).toBe(false)
    failing.replace = ''
    expect(await log.putAddendum(sealed)).toBe(name)
    expect(await log.hasAddendum(name)).toBe(true)
    await log.close()
  })

  test('while found content is made durable leaves it not held; it is tried again', async () => {
    const { disk, failing } = failingDisk()
    const log = await create()
    await log.append(utf8('entry'))
    const name = await log.putAddendum(utf8('sealed'))
    await log.close()
    const again = value(await openOwnLog({ disk, dir, origin: ORIGIN, signers }))
    failing.syncFolder = 'addenda'
    await expect(again.hasAddendum(name)).rejects.toThrow('EIO')
    failing.syncFolder = ''
    expect(await again.hasAddendum(name)).toBe(true)
    await again.close()
  })

  test('while the index of receipts grows leaves no torn line in it', async () => {
    const { disk, failing } = failingDisk()
    const receipts = await openReceipts({ disk, dir })
    await receipts.give(ORIGIN, { size: 3, time: 100, bytes: utf8('one') })
    failing.append = 'index'
    await expect(receipts.give(ORIGIN, { size: 4, time: 200, bytes: utf8('two') })).rejects.toThrow('EIO')
    expect(receipts.newest(ORIGIN)?.size).toBe(3)
    failing.append = ''
    await receipts.give(ORIGIN, { size: 5, time: 300, bytes: utf8('three') })
    const folder = join(dir, 'receipts', readdirSync(join(dir, 'receipts'))[0] ?? '')
    const lines = readFileSync(join(folder, 'index'), 'utf8')
    expect(lines).toBe('3-100\n5-300\n')
  })
})

test('an audit finds a bit turned in any level of tiles, full or growing, and in any bundle', async () => {
  const log = await create()
  // Three levels: a full tile at each of the lower two, and one that grows at each.
  const count = 256 * 256 + 300
  for (let from = 0; from < count; from += 4096) {
    await log.appendAll(Array.from({ length: Math.min(4096, count - from) }, (_, i) => utf8(`${from + i}`)))
  }
  await log.published()
  await log.close()
  expect(await findings()).toEqual([])
  const paths = [
    ...['tile/0/000', 'tile/0/256', 'tile/0/257.p/44', 'tile/1/000', 'tile/1/001.p/1', 'tile/2/000.p/1'],
    ...['tile/entries/000', 'tile/entries/257.p/44'],
  ]
  for (const path of paths) {
    const bytes = readFileSync(at(path))
    writeFileSync(at(path), bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1))
    const found = (await findings()).map((finding) => finding.path)
    // A bundle's entries lead elsewhere at every level above them.
    expect(found).toContain(path.startsWith('tile/entries') ? 'checkpoint' : path)
    writeFileSync(at(path), bytes)
  }
  expect(await findings()).toEqual([])
})

test('what the machine lost after it was written, and told nobody, costs no entry: the journal stays until files read back', async () => {
  const disk = nodeDisk()
  let lost = ''
  // One full bundle is never written, as after a failure in the background; the sync that comes later knows nothing of it.
  const losing: Disk = {
    ...disk,
    async syncFile(path) {
      if (lost === '' && path.endsWith('tile/entries/001')) {
        lost = path
        writeFileSync(path, new Uint8Array(readFileSync(path).length))
      }
      await disk.syncFile(path)
    },
  }
  const log = await create(losing)
  const big = (n: number) => utf8(`${n} `.padEnd(60_000, '.'))
  const acknowledged: number[] = []
  const append = async (n: number) => acknowledged.push(await log.append(big(n)))
  const ended = await Promise.allSettled(Array.from({ length: 900 }, (_, n) => append(n)))
  await expect(log.published()).rejects.toThrow(LogStopped)
  expect(lost).not.toBe('')
  for (const one of ended) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(LogStopped)
  await log.close()
  const again = value(await reopen())
  expect(acknowledged.length).toBeGreaterThan(512)
  for (const index of acknowledged) expect(Buffer.compare(await again.entry(index), big(index))).toBe(0)
  await again.published()
  await again.close()
  expect(await findings()).toEqual([])
})
