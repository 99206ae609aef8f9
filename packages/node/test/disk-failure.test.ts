import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LogStopped } from '@countersign/ledger'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { DiskAlarm, diskRefusal, overDisk } from '../src/disk-failure.ts'
import { PrivateStore } from '../src/private-store.ts'

const failed = (code: string) => Object.assign(new Error(`${code}: no`), { code })

describe('what a disk throws', () => {
  test.each([
    ['ENOSPC', 'ledger/disk-full'],
    ['EDQUOT', 'ledger/disk-full'],
    ['SQLITE_FULL', 'ledger/disk-full'],
    ['EIO', 'ledger/disk-failed'],
    ['EROFS', 'ledger/disk-failed'],
    ['SQLITE_IOERR_WRITE', 'ledger/disk-failed'],
  ])('%s is refused as %s, with what to do', async (thrown, code) => {
    const refused = await overDisk('Nothing was said.', Promise.reject(failed(thrown)))
    expect(refused).toMatchObject({ ok: false, code, message: expect.stringMatching(/\. Nothing was said\.$/) })
  })

  test('a log that stopped says so in its own words', () => {
    expect(diskRefusal(new LogStopped('It stopped.'), '')).toMatchObject({
      code: 'ledger/stopped',
      message: 'It stopped.',
    })
  })

  test('anything else is no refusal, and is thrown on', async () => {
    await expect(overDisk('', Promise.reject(failed('ENOENT')))).rejects.toThrow('ENOENT')
    await expect(overDisk('', Promise.reject(new TypeError('ours')))).rejects.toThrow('ours')
  })

  test('is alarmed while it lasts, and over after the first round that succeeds', async () => {
    const told: string[] = []
    const alarm = new DiskAlarm('ledger/mirror-failing', {
      onAlarm: (code) => told.push(`${code} on`),
      onAlarmOver: (code) => told.push(`${code} over`),
    })
    await alarm.watch('', Promise.resolve())
    await expect(alarm.watch('', Promise.reject(failed('EIO')))).rejects.toThrow('EIO')
    await expect(alarm.watch('', Promise.reject(failed('ECONNREFUSED')))).rejects.toThrow()
    await alarm.watch('', Promise.resolve())
    await alarm.watch('', Promise.resolve())
    // Over at first too: an earlier run may have left it raised.
    expect(told).toEqual(['over', 'on', 'over'].map((end) => `ledger/mirror-failing ${end}`))
  })
})

describe('the private store', () => {
  let dir = ''
  let mounted = false
  afterEach(() => {
    if (mounted) execFileSync('/usr/bin/umount', [dir])
    mounted = false
    rmSync(dir, { recursive: true, force: true })
  })
  /** A disk of two megabytes; false where this user may mount none. */
  const mountSmall = () => {
    dir = mkdtempSync(join(tmpdir(), 'countersign-small-'))
    try {
      execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', dir], { stdio: 'ignore' })
      mounted = true
    } catch {
      mounted = false
    }
    return mounted
  }

  test('an alarm is raised once, is over, and may be raised anew', () => {
    dir = mkdtempSync(join(tmpdir(), 'countersign-store-'))
    const store = new PrivateStore(new Database(join(dir, 'private.db')))
    expect(store.alarm(1, 'a', 's', 'm')).toBe(true)
    expect(store.alarm(2, 'a', 's', 'm')).toBe(false)
    expect(store.alarmOver('a', 's')).toBe(true)
    expect(store.alarmOver('a', 's')).toBe(false)
    expect(store.alarms()).toEqual([])
    expect(store.alarm(3, 'a', 's', 'm')).toBe(true)
    store.close()
  })

  test('on a full disk an alarm is raised all the same, and written once there is room', (context) => {
    if (!mountSmall()) return context.skip('A small disk needs the right to mount one.')
    const store = new PrivateStore(new Database(join(dir, 'private.db')))
    const ballast = join(dir, 'ballast')
    const free = statfsSync(dir)
    writeFileSync(ballast, Buffer.alloc(free.bavail * free.bsize))
    const request = 'x'.repeat(65_536)
    const hold = () => {
      for (let i = 0; i < 64; i++) store.hold(request)
    }
    expect(hold).toThrow(/full/)
    let thrown: unknown
    try {
      hold()
    } catch (cause) {
      thrown = cause
    }
    expect(diskRefusal(thrown, 'Nothing was kept.')?.code).toBe('ledger/disk-full')
    const subjects = Array.from({ length: 40 }, (_, i) => `${i} ${'s'.repeat(4_000)}`)
    for (const subject of subjects) expect(store.alarm(1, 'a', subject, 'm')).toBe(true)
    for (const subject of subjects) expect(store.alarm(2, 'a', subject, 'm')).toBe(false)
    expect(store.alarms()).toHaveLength(40)
    unlinkSync(ballast)
    store.alarm(3, 'b', 's', 'm')
    store.close()
    const again = new PrivateStore(new Database(join(dir, 'private.db')))
    expect(again.alarms()).toHaveLength(41)
    again.close()
  })
})
