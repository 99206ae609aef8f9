// The file of a backup: whole or refused, and nothing of it kept where it is not what countersign wrote.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extract, type Header, pack } from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { initNode, realSurroundings, restoreBackup, takeBackup, verifyBackup } from '../src/index.ts'
import { value } from './served-files.ts'

const PASSPHRASE = 'correct horse battery staple'
const root = mkdtempSync(join(tmpdir(), 'countersign-backup-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const around = realSurroundings()
const dir = join(root, 'alfa')
let open: Buffer
let sealed: Buffer

let leftOut: readonly string[] = []

async function backup(passphrase?: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  const sink = async (chunk: Uint8Array) => void chunks.push(chunk)
  leftOut = value(await takeBackup({ dir, passphrase, sink }, around)).leftOut
  return Buffer.concat(chunks)
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000)
}

let number = 0
async function restore(bytes: Uint8Array, passphrase?: string, to = join(root, `restored-${number++}`)) {
  const before = readdirSync(root).filter((name) => name !== to.split('/').at(-1))
  const restored = await restoreBackup({ from: piecesOf(bytes), dir: to, passphrase }, around)
  // Whatever happened, nothing is left beside the folder, and nothing in its place where it was refused.
  if (!restored.ok) expect(existsSync(to)).toBe(false)
  expect(readdirSync(root).filter((name) => name !== to.split('/').at(-1))).toEqual(before)
  return { restored, to }
}

interface Entry extends Partial<Header> {
  name: string
  body: Buffer
}

/** The backup with its entries changed: as somebody else could write one. */
async function rewritten(change: (entries: Entry[]) => Entry[]): Promise<Buffer> {
  const entries: Entry[] = []
  const reading = extract()
  reading.end(open)
  for await (const entry of reading) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    entries.push({ ...entry.header, body: Buffer.concat(chunks) })
  }
  const tar = pack()
  for (const { body, ...header } of change(entries)) {
    if (header.type === 'symlink') tar.entry(header)
    else tar.entry({ ...header, size: body.length }, body)
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

beforeAll(async () => {
  value(await initNode({ dir, party: 'alfa.example', endpoint: 'http://127.0.0.1:1/' }, around))
  writeFileSync(join(dir, 'a stray file'), 'left by somebody')
  open = await backup()
  sealed = await backup(PASSPHRASE)
})

test('what was backed up comes back as it was, private files for their owner alone, and marked as restored', async () => {
  const { restored, to } = await restore(sealed, PASSPHRASE)
  expect(value(restored).header.party).toBe('alfa.example')
  for (const name of ['card', 'private/node.json', 'private/keys/log.json']) {
    expect(readFileSync(join(to, name)), name).toEqual(readFileSync(join(dir, name)))
  }
  expect(statSync(join(to, 'private')).mode & 0o077).toBe(0)
  expect(statSync(join(to, 'private/keys/log.json')).mode & 0o077).toBe(0)
  expect(existsSync(join(to, 'private', 'restored.json'))).toBe(true)
  expect(existsSync(join(to, 'a stray file'))).toBe(false)
  expect(existsSync(join(dir, 'private', 'backup.tmp'))).toBe(false)
  expect(value(await verifyBackup(piecesOf(sealed), PASSPHRASE)).findings).toEqual([])
})

test('of what is left out only that is named which is no part of a node: no lock of ours', () => {
  expect(leftOut).toEqual(['a stray file'])
})

test('under a passphrase no byte of a key is in the file, and it opens with no other', async () => {
  const key = JSON.parse(readFileSync(join(dir, 'private/keys/log.json'), 'utf8')).ed25519
  expect(open.includes(key)).toBe(true)
  expect(sealed.includes(key)).toBe(false)
  expect((await restore(sealed)).restored).toMatchObject({ ok: false, code: 'backup/passphrase-needed' })
  const other = await restore(sealed, 'another passphrase')
  expect(other.restored).toMatchObject({ ok: false, code: 'backup/passphrase-wrong' })
})

test('nothing is restored into a folder that holds anything', async () => {
  const restored = await restoreBackup({ from: piecesOf(open), dir, passphrase: undefined }, around)
  expect(restored).toMatchObject({ ok: false, code: 'restore/not-empty' })
})

test('a backup that ends early or was altered anywhere is refused', async () => {
  for (const cut of [0, 100, 600, 2_000, open.length - 2_048, open.length - 1_500]) {
    const { restored } = await restore(open.subarray(0, cut))
    expect(restored.ok, `cut at ${cut}`).toBe(false)
  }
  const key = open.indexOf('"mldsa44"')
  for (const at of [key + 15, open.length - 2_048 - 20]) {
    const changed = Buffer.from(open)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect((await restore(changed)).restored, `changed at ${at}`).toMatchObject({ ok: false, code: 'backup/damaged' })
  }
  for (const changed of [sealed.subarray(0, -1), sealed.subarray(0, sealed.length - 70_000)]) {
    expect((await restore(changed, PASSPHRASE)).restored).toMatchObject({ ok: false, code: 'backup/damaged' })
  }
})

test('what is no backup of ours, or one of another version, is refused', async () => {
  expect((await restore(Buffer.from('a letter'))).restored).toMatchObject({ code: 'backup/foreign' })
  expect((await restore(await rewritten((all) => all.slice(1)))).restored).toMatchObject({ code: 'backup/foreign' })
  const later = await rewritten(([first, ...rest]) => {
    const body = Buffer.from(String(first?.body).replace('"v":1', '"v":2'))
    return [{ ...first, name: first?.name ?? '', body }, ...rest]
  })
  expect((await restore(later)).restored).toMatchObject({ ok: false, code: 'backup/version' })
})

const LINK = { type: 'symlink', linkname: '/etc/passwd', body: Buffer.alloc(0) } as const
test.each<[string, Entry]>([
  ['leads out of its folder', { name: '../outside', body: Buffer.from('x') }],
  ['leads out of its folder further down', { name: 'private/../../outside', body: Buffer.from('x') }],
  ['begins at the root', { name: '/tmp/outside', body: Buffer.from('x') }],
  ['is a symbolic link', { name: 'logs/link', ...LINK }],
  ['stands in one that no backup may write', { name: 'private/private.db-wal', body: Buffer.from('x') }],
  ['has control characters', { name: 'private/a\u001b[2J', body: Buffer.from('x') }],
  ['takes away the mark of a restored folder', { name: 'private/restored.json', body: Buffer.from('x') }],
])('a file whose name %s is refused', async (_what, entry) => {
  const { restored } = await restore(await rewritten(([first, ...rest]) => [first as Entry, entry, ...rest]))
  expect(restored).toMatchObject({ ok: false, code: 'backup/hostile' })
  expect(existsSync(join(root, 'outside'))).toBe(false)
})

test('a file that stands there twice, or after the manifest, or in no manifest, is refused', async () => {
  const twice = await rewritten(([first, second, ...rest]) => [first, second, second, ...rest] as Entry[])
  expect((await restore(twice)).restored.ok).toBe(false)
  const more = { name: 'more', body: Buffer.from('x') }
  expect((await restore(await rewritten((all) => [...all, more]))).restored).toMatchObject({ code: 'backup/hostile' })
  const unlisted = await rewritten(([first, ...rest]) => [first as Entry, more, ...rest])
  expect((await restore(unlisted)).restored).toMatchObject({ ok: false, code: 'backup/damaged' })
})

test('a header that claims more than any file has ends the reading at once', async () => {
  const claim = Buffer.from(open)
  const at = 1_024
  claim.write('7'.repeat(11), at + 124)
  claim.fill(' ', at + 148, at + 156)
  const sum = claim.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
  claim.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148)
  expect((await restore(claim)).restored).toMatchObject({ ok: false, code: 'backup/damaged' })
})

test('one backup of a folder is taken at a time', async () => {
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const first = takeBackup({ dir, passphrase: undefined, sink: () => (begun.resolve(), go.promise) }, around)
  await begun.promise
  const second = await takeBackup({ dir, passphrase: undefined, sink: async () => {} }, around)
  expect(second).toMatchObject({ ok: false, code: 'backup/running' })
  go.resolve()
  value(await first)
})

test('where the bytes cannot be written, that is thrown, and the folder is left as it was', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
  await expect(takeBackup({ dir, passphrase: undefined, sink: () => Promise.reject(full) }, around)).rejects.toBe(full)
  expect(existsSync(join(dir, 'private', 'backup.tmp'))).toBe(false)
})
