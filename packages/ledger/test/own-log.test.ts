import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ed25519, mldsa44, type SignerPair, utf8, verifyCheckpoint } from '@countersign/log'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOwnLog, type Disk, LogStopped, logFolder, nodeDisk, type OwnLog, openOwnLog } from '../src/index.ts'

const ORIGIN = `alfa.example/${'a'.repeat(32)}/main/${'b'.repeat(16)}`
const seed = (n: number) => new Uint8Array(32).fill(n)
const signers: SignerPair = { ed25519: ed25519.signer(seed(1)), mldsa44: mldsa44.signer(seed(2)) }
const names = {
  origin: ORIGIN,
  ed25519PublicKey: signers.ed25519.publicKey,
  mldsa44PublicKey: signers.mldsa44.publicKey,
}
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-own-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function value<T>(result: { ok: true; value: T } | { ok: false; code: string; message: string }): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}
const create = async (disk: Disk = nodeDisk(), as = signers): Promise<OwnLog> =>
  value(await createOwnLog({ disk, dir, origin: ORIGIN, signers: as }))
const reopen = async () => value(await openOwnLog({ disk: nodeDisk(), dir, origin: ORIGIN, signers }))
const appendMany = (log: OwnLog, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => log.append(utf8(`entry ${from + i}`)))
const turns = (ms = 50) => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (holds: () => boolean) => {
  while (!holds()) await turns(5)
}

/** The machine's disk, whose journal waits with each sync until it is let go, or made to fail. */
function gatedDisk() {
  const disk = nodeDisk()
  const waiting: PromiseWithResolvers<void>[] = []
  let open = true
  return {
    disk: {
      ...disk,
      async open(path: string) {
        const file = await disk.open(path)
        return {
          ...file,
          async datasync() {
            if (!open && path.endsWith('.journal')) {
              const gate = Promise.withResolvers<void>()
              waiting.push(gate)
              await gate.promise
            }
            await file.datasync()
          },
        }
      },
    } satisfies Disk,
    shut: () => {
      open = false
    },
    /** Lets one sync go, once there is one. */
    async letGo(failure?: Error) {
      await until(() => waiting.length > 0)
      const gate = waiting.shift()
      if (failure === undefined) gate?.resolve()
      else gate?.reject(failure)
      await turns()
    },
  }
}

test('a checkpoint that is prepared while the disk keeps another is seen by nobody before it is durable', async () => {
  const gated = gatedDisk()
  const log = await create(gated.disk)
  gated.shut()
  const answered: number[] = []
  const all = appendMany(log, 0, 300).map(async (one) => answered.push(await one))
  const published = join(logFolder(dir, ORIGIN), 'checkpoint')
  // Long enough for both halves to be signed.
  await turns(200)
  expect([log.size, log.checkpoint, existsSync(published), answered.length]).toEqual([0, undefined, false, 0])
  await gated.letGo()
  await until(() => answered.length > 0)
  expect(log.size).toBe(150)
  expect(value(verifyCheckpoint(log.checkpoint ?? new Uint8Array(), names)).size).toBe(150)
  expect(answered).toHaveLength(150)
  await gated.letGo()
  await Promise.all(all)
  expect(log.size).toBe(300)
  await log.close()
})

test('where a sync fails every caller is told, and whether its entry may have been kept', async () => {
  const gated = gatedDisk()
  const log = await create(gated.disk)
  const stopped: string[] = []
  log.onStopped(({ message }) => stopped.push(message))
  gated.shut()
  const all = appendMany(log, 0, 600).map((one) => one.catch((cause: unknown) => cause))
  await turns(200)
  await gated.letGo(Object.assign(new Error('EIO: i/o error, datasync'), { code: 'EIO' }))
  const failures = await Promise.all(all)
  const messages = failures.map((failure) => (failure instanceof LogStopped ? failure.message : 'not stopped'))
  expect(messages.slice(0, 300).every((message) => message.includes('may have been kept'))).toBe(true)
  expect(messages.slice(300).every((message) => message.includes('this was not kept'))).toBe(true)
  await expect(log.append(utf8('later'))).rejects.toThrow(/this was not kept/)
  expect(stopped).toEqual([messages[0]])
  expect([log.size, log.checkpoint]).toEqual([0, undefined])
  await log.close()
})

test('where a checkpoint cannot be signed its callers are told, and the log says nothing more', async () => {
  let broken = false
  let signed = 0
  const failing: SignerPair = {
    ...signers,
    mldsa44: {
      ...signers.mldsa44,
      publicKey: signers.mldsa44.publicKey,
      signAsync: async (message) => {
        if (broken) throw new Error('The key is gone.')
        const signature = await signers.mldsa44.signAsync(message)
        signed++
        return signature
      },
    },
  }
  const gated = gatedDisk()
  const log = await create(gated.disk, failing)
  await log.append(utf8('entry 0'))
  gated.shut()
  const first = appendMany(log, 1, 301)
  // The first entry, and each half of those that wait.
  await until(() => signed === 3)
  broken = true
  const late = log.append(utf8('late')).catch((cause: unknown) => cause)
  await gated.letGo()
  await gated.letGo()
  expect(await Promise.all(first)).toHaveLength(300)
  expect(await late).toBeInstanceOf(LogStopped)
  await expect(log.append(utf8('later'))).rejects.toThrow(/The key is gone.*not kept/)
  await log.close()
  // What was acknowledged stands, and the lock is free.
  const again = await reopen()
  expect(again.size).toBe(301)
  await again.close()
})

test('close keeps what was being appended, refuses what comes after it, and frees the log once', async () => {
  const gated = gatedDisk()
  const log = await create(gated.disk)
  gated.shut()
  const before = appendMany(log, 0, 300)
  const closing = log.close()
  await expect(log.append(utf8('after'))).rejects.toThrow(/is closed/)
  const second = await openOwnLog({ disk: nodeDisk(), dir, origin: ORIGIN, signers })
  expect(second).toMatchObject({ ok: false, code: 'ledger/locked' })
  const closed = log.close()
  await gated.letGo()
  await gated.letGo()
  expect(await Promise.all(before)).toEqual(Array.from({ length: 300 }, (_, i) => i))
  await Promise.all([closing, closed])
  const again = await reopen()
  expect(again.size).toBe(300)
  await again.close()
})

test('a log that could not be opened holds neither its lock nor a file', async () => {
  const log = await create()
  await log.append(utf8('entry 0'))
  await log.close()
  const disk = nodeDisk()
  const full: Disk = {
    ...disk,
    async replace(path, bytes, durable) {
      if (path.endsWith('checkpoint')) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      await disk.replace(path, bytes, durable)
    },
  }
  await expect(openOwnLog({ disk: full, dir, origin: ORIGIN, signers })).rejects.toThrow('ENOSPC')
  const again = await reopen()
  expect(again.size).toBe(1)
  await again.close()
})

test('a log whose entries were kept and never published is not begun anew over them', async () => {
  const log = await create()
  await log.append(utf8('entry 0'))
  await log.close()
  // As a run leaves it that ended between the sync of the journal and the publishing.
  rmSync(logFolder(dir, ORIGIN), { recursive: true })
  const second = await createOwnLog({ disk: nodeDisk(), dir, origin: ORIGIN, signers })
  expect(second).toMatchObject({ ok: false, code: 'ledger/exists' })
  const again = await reopen()
  expect(new TextDecoder().decode(await again.entry(0))).toBe('entry 0')
  await again.close()
})
