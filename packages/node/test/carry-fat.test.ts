// Sticks are FAT or exFAT: they know no case, no links and no rights, forbid names that others allow, and fill up. Where
// this machine can mount one, whole trips are made over it; the names that a stick gets are looked at everywhere.

import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KEY_ROLES } from '@countersign/record'
import { expect, test } from 'vitest'
import { fatStick } from './fat.ts'
import { call, type Island, inForceByStick, islands, stateOf, stick, visit } from './islands.ts'
import { value } from './served-files.ts'
import { filesIn } from './stick-damage.ts'

/** Until nothing fits any more, not even a little. */
function fill(at: string): void {
  for (let size = 1_048_576, n = 0; size >= 1; ) {
    try {
      writeFileSync(join(at, `filler-${n++}`), Buffer.alloc(size, 1))
    } catch {
      size = Math.floor(size / 4)
    }
  }
}

/** What Windows opens as a device, whatever follows a dot. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i

/** Why a name cannot stand on FAT, exFAT, or under Windows; undefined where it can. */
function forbidden(name: string): string | undefined {
  if (name.length === 0 || name.length > 255) return 'is too long'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is forbidden.
  if (/[\u0000-\u001f"*/:<>?\\|\u007f]/.test(name)) return 'has a character that is forbidden'
  if (/[. ]$/.test(name)) return 'ends in a dot or a space'
  if (DEVICE.test(name)) return 'is the name of a device'
  return undefined
}

test('every name that a stick gets stands on FAT and exFAT, and no two are one name there', async () => {
  const { all, yaml } = await islands(3)
  const [alfa, bravo] = all as [Island, Island, Island]
  const at = stick()
  const pact = await inForceByStick(all, yaml, at)
  for (let n = 0; n < 20; n++)
    await call(n % 2 === 0 ? alfa : bravo, pact, `Message ${n}.`, n % 3 === 0 ? 'main' : 'line')
  value(await alfa.node.rotateKeys({ compromised: { roles: [...KEY_ROLES] } }))
  for (let trip = 0; trip < 2; trip++) for (const one of all) await visit(one, at)
  const files = filesIn(at)
  const parts = ['card', 'cards', 'notices', 'logs', 'mirrors', 'receipts', 'held', 'addenda', 'tile', 'heads']
  // A name as `.p` and one as `.new` too, which a file has until it is whole.
  const seen = new Set(files.flatMap((path) => path.split('/')))
  for (const part of parts.slice(0, -1)) expect([...seen], part).toContain(part)
  const bad = files.flatMap((path) =>
    [...path.split('/'), `${path.split('/').at(-1)}.new`].flatMap((name) => forbidden(name) ?? []),
  )
  expect(bad).toEqual([])
  const folded = new Set(files.map((path) => path.toLowerCase()))
  expect(folded.size).toBe(files.length)
  for (const path of files) {
    expect(path).toBe(path.toLowerCase())
    expect(path.length).toBeLessThan(32_000)
    expect(statSync(join(at, path)).size).toBeLessThan(2 ** 32)
  }
})

test.each(['exFAT', 'FAT32'] as const)(
  'two sites that exchange a stick formatted as %s alone agree, deliver both ways, and write nothing twice',
  async (kind) => {
    const mounted = fatStick(kind, 64)
    if (typeof mounted === 'string') {
      process.stdout.write(`fat: no ${kind} here (${mounted}): skipped\n`)
      return
    }
    const { all, yaml } = await islands(2)
    const [alfa, bravo] = all as [Island, Island]
    const { at } = mounted
    const pact = await inForceByStick(all, yaml, at)
    const there = await call(alfa, pact, 'From alfa.')
    const back = await call(bravo, pact, 'From bravo.')
    await alfa.out(at)
    await visit(bravo, at)
    await visit(alfa, at)
    await visit(bravo, at)
    expect([await stateOf(alfa, there), await stateOf(bravo, back)]).toEqual(['delivered', 'delivered'])
    await alfa.out(at)
    const again = await alfa.out(at)
    expect(again.files).toMatchObject({ new: 0, replaced: 0 })
    // The same files as on any other file system, by any reader of names.
    const plain = stick()
    await alfa.out(plain)
    expect(filesIn(join(at, alfa.party)).map((path) => path.toLowerCase())).toEqual(
      expect.arrayContaining(filesIn(join(plain, alfa.party))),
    )
    expect(mounted.takenOut()).toBeUndefined()
  },
)

test.each(['exFAT', 'FAT32'] as const)(
  'a stick formatted as %s that is full says so, still counts for what it was, and a larger one takes the rest',
  async (kind) => {
    // The least that a FAT32 has is 33 MiB.
    const mounted = fatStick(kind, kind === 'exFAT' ? 8 : 36)
    if (typeof mounted === 'string') {
      process.stdout.write(`fat: no ${kind} here (${mounted}): skipped\n`)
      return
    }
    const { all, yaml } = await islands(2)
    const [alfa, bravo] = all as [Island, Island]
    const { at } = mounted
    const pact = await inForceByStick(all, yaml, at)
    const before = await call(alfa, pact, 'There is room.')
    await alfa.out(at)
    fill(at)
    const after = await call(alfa, pact, 'There is none.')
    const full = await alfa.tryOut(at)
    expect(full).toMatchObject({ ok: false, code: 'carry/stick' })
    // The driver of FAT32 in user space names another reason than room.
    if (kind === 'exFAT') expect(full.ok || full.message).toContain('it is full')
    expect((await bravo.in(at)).logs.flatMap(({ refused, missing }) => [...refused, ...missing])).toEqual([])
    expect(await stateOf(bravo, before)).toBe('delivered')
    expect(mounted.takenOut()).toBeUndefined()
    const larger = stick()
    await alfa.out(larger)
    await visit(bravo, larger)
    await alfa.in(larger)
    expect(await stateOf(alfa, after)).toBe('delivered')
  },
)
