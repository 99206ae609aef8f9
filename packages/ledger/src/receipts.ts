// Receipts and cosignatures on disk (spec/receipt.md): those we gave, which the channel's readers may fetch, and those of
// others that we hold. Immutable files, named by size and time.

import { join } from 'node:path'
import { parseNote, toHex } from '@countersign/log'
import { isDepositName, receiptDigest } from '@countersign/record'
import type { Disk } from './disk.ts'
import { originHash } from './paths.ts'
import { formatReceiptName, parseReceiptName } from './receipt-name.ts'

export interface ReceiptName {
  size: number
  /** POSIX seconds. */
  time: number
  /** SHA-256 of the file, hex. */
  digest: string
  /** Its name in its folder (receipt-name.ts). */
  file: string
  /** The ids of the keys of its signer’s two lines, hex; empty where it is no receipt. */
  key: string
  /** As `Receipt.isDeposit` of the record package. */
  isDeposit: boolean
}

export interface NewReceipt {
  size: number
  time: number
  bytes: Uint8Array
}

export interface Receipts {
  /** Publishes a receipt of ours; durable once it resolves. One of that size and time given before is left as it is. */
  give(origin: string, receipt: NewReceipt): Promise<ReceiptName>
  /** What we gave on a log, in the order it was given. */
  given(origin: string): readonly ReceiptName[]
  /** The last we gave on a log. */
  newest(origin: string): ReceiptName | undefined
  /** Keeps another's receipt, verified by the caller; durable once it resolves. */
  hold(origin: string, cosigner: string, receipt: NewReceipt): Promise<void>
  /** Forgets the one of that digest, which later ones of its size make superfluous. Known not, it is no matter. */
  drop(origin: string, cosigner: string, digest: string): Promise<void>
  /** What we hold of others on a log. */
  held(origin: string, cosigner?: string): readonly (ReceiptName & { cosigner: string })[]
  /**
   * Writes `held/<origin>/<cosigner>/index`, which names what is held: it is made when it is asked for, and anew once
   * that is no more true. Does nothing where nothing is held.
   */
  listHeld(origin: string, cosigner: string): Promise<void>
  /** The file of that digest; `cosigner` undefined for ours. */
  read(origin: string, cosigner: string | undefined, digest: string): Promise<Uint8Array | undefined>
}

/** Reads what is there once. Origins are found by their hash, so those known are told with `origins` later. */
export async function openReceipts(options: { disk: Disk; dir: string }): Promise<Receipts> {
  const { disk, dir } = options
  const given = new Map<string, ReceiptName[]>()
  const held = new Map<string, Map<string, ReceiptName[]>>()
  /** Indexes that a failed write may have left torn. */
  const torn = new Set<string>()
  /** By log; settles with the last receipt of ours that is being written. */
  const turns = new Map<string, Promise<void>>()

  for (const hash of await disk.list(join(dir, 'receipts'))) {
    const folder = join(dir, 'receipts', hash)
    const names = await readNames(disk, folder)
    given.set(hash, names)
    // A receipt whose line was not written yet when the last run ended.
    const index = new TextDecoder().decode((await disk.read(join(folder, 'index'))) ?? new Uint8Array())
    const listed = new Set(index.split('\n'))
    const missing = names.filter(({ file }) => !listed.has(file))
    const isTorn = index !== '' && !index.endsWith('\n')
    if (isTorn || missing.length > 0) {
      await disk.replace(join(folder, 'index'), lines(isTorn ? names : [...listedNames(index), ...missing]), true)
    }
  }
  for (const hash of await disk.list(join(dir, 'held'))) {
    const byCosigner = new Map<string, ReceiptName[]>()
    for (const cosigner of await disk.list(join(dir, 'held', hash))) {
      byCosigner.set(cosigner, await readNames(disk, join(dir, 'held', hash, cosigner)))
    }
    held.set(hash, byCosigner)
  }

  const giveNow = async (hash: string, { size, time, bytes }: NewReceipt): Promise<ReceiptName> => {
    const names = given.get(hash) ?? []
    const known = names.find((one) => one.size === size && one.time === time)
    if (known !== undefined) return known
    const folder = join(dir, 'receipts', hash)
    await disk.makeFolder(folder, true)
    const file = formatReceiptName({ size, time })
    await disk.replace(join(folder, file), bytes, true)
    const index = join(folder, 'index')
    const name = { size, time, file, ...described(bytes) }
    const all = [...names, name]
    const whole = torn.has(hash)
    torn.add(hash)
    if (whole) await disk.replace(index, lines(all), true)
    else await disk.append(index, lines([{ file }]))
    torn.delete(hash)
    given.set(hash, all)
    return name
  }

  return {
    give(origin, receipt) {
      const hash = originHash(origin)
      // One after the other: each is put behind the list that the one before it left.
      const giving = (turns.get(hash) ?? Promise.resolve()).then(() => giveNow(hash, receipt))
      const over = giving.then(
        () => {},
        () => {},
      )
      turns.set(hash, over)
      return giving
    },
    given: (origin) => given.get(originHash(origin)) ?? [],
    newest: (origin) => given.get(originHash(origin))?.at(-1),
    async hold(origin, cosigner, { size, time, bytes }) {
      const hash = originHash(origin)
      const folder = join(dir, 'held', hash, cosigner)
      const byCosigner = held.get(hash) ?? new Map<string, ReceiptName[]>()
      held.set(hash, byCosigner)
      const names = byCosigner.get(cosigner) ?? []
      byCosigner.set(cosigner, names)
      const its = described(bytes)
      const known = names.find(({ digest }) => digest === its.digest)
      const isTaken = names.some((one) => one.size === size && one.time === time)
      const file = known?.file ?? formatReceiptName({ size, time, ...(isTaken ? { digest: its.digest } : {}) })
      await disk.makeFolder(folder, true)
      await disk.replace(join(folder, file), bytes, true)
      if (known === undefined) names.push({ size, time, file, ...its })
    },
    async drop(origin, cosigner, digest) {
      const hash = originHash(origin)
      const names = held.get(hash)?.get(cosigner) ?? []
      const at = names.findIndex((one) => one.digest === digest)
      const file = names[at]?.file
      if (file === undefined) return
      await disk.remove(join(dir, 'held', hash, cosigner, file))
      names.splice(at, 1)
    },
    held(origin, cosigner) {
      const byCosigner = held.get(originHash(origin))
      if (byCosigner === undefined) return []
      return [...byCosigner]
        .filter(([by]) => cosigner === undefined || by === cosigner)
        .flatMap(([by, names]) => names.map((name) => ({ cosigner: by, ...name })))
    },
    async listHeld(origin, cosigner) {
      const folder = join(dir, 'held', originHash(origin), cosigner)
      const names = held.get(originHash(origin))?.get(cosigner) ?? []
      const text = lines([...names].sort((a, b) => a.size - b.size || a.time - b.time))
      const written = await disk.read(join(folder, 'index'))
      const isTrue = written !== undefined && Buffer.compare(written, text) === 0
      if (names.length > 0 && !isTrue) await disk.replace(join(folder, 'index'), text, false)
    },
    async read(origin, cosigner, digest) {
      const hash = originHash(origin)
      const names = cosigner === undefined ? given.get(hash) : held.get(hash)?.get(cosigner)
      const file = names?.find((one) => one.digest === digest)?.file
      if (file === undefined) return undefined
      const folder = cosigner === undefined ? join(dir, 'receipts', hash) : join(dir, 'held', hash, cosigner)
      return disk.read(join(folder, file))
    },
  }
}

async function readNames(disk: Disk, folder: string): Promise<ReceiptName[]> {
  const names: ReceiptName[] = []
  // An earlier run may have ended before the names it gave were durable.
  await disk.syncFolder(folder)
  for (const file of await disk.list(folder)) {
    const name = parseReceiptName(file)
    const bytes = name === undefined ? undefined : await disk.read(join(folder, file))
    if (name === undefined || bytes === undefined) continue
    names.push({ size: name.size, time: name.time, file, ...described(bytes) })
  }
  return names.sort((a, b) => a.time - b.time || a.size - b.size)
}

function listedNames(index: string): { file: string }[] {
  return index.split('\n').flatMap((file) => (parseReceiptName(file) === undefined ? [] : { file }))
}

function lines(names: readonly { file: string }[]): Uint8Array {
  return new TextEncoder().encode(names.map(({ file }) => `${file}\n`).join(''))
}

function described(bytes: Uint8Array): Pick<ReceiptName, 'digest' | 'key' | 'isDeposit'> {
  const note = parseNote(bytes)
  const lines = note.ok ? note.value.signatures.slice(2) : []
  const key = lines.map(({ keyId }) => toHex(keyId)).join('')
  return { digest: receiptDigest(bytes), key, isDeposit: isDepositName(lines[0]?.name ?? '') }
}
