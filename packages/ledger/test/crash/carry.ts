// One trip of a stick between two nodes, of what the ledger does in it: the author's published log goes out, its entries
// and their content come in, and the receipt travels back.

import { join } from 'node:path'
import { decodeEntryBundle, entryBundlePath, type Result } from '@countersign/log'
import {
  type CarriedFolder,
  logFolder,
  type Mirror,
  nodeDisk,
  openCarriedFolder,
  type Receipts,
} from '../../src/index.ts'
import { headOf, noteOf, ORIGIN, sealedOf, type Told } from './scripts.ts'

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
  return result.value
}

/** What a trip lacks; it is named, and the next one brings it. */
export class Missing extends Error {
  readonly code = 'EIO'
}

export async function openStick(dir: string): Promise<CarriedFolder> {
  return value(await openCarriedFolder(join(dir, 'stick'), join(dir, 'alfa')))
}

/** The log that stands under `alfa`, its checkpoint last. */
export async function carryOut(stick: CarriedFolder, dir: string): Promise<void> {
  const disk = nodeDisk()
  const from = logFolder(join(dir, 'alfa'), ORIGIN)
  const below = async (path: string): Promise<string[]> => {
    const names = await disk.list(join(from, path))
    const files = await Promise.all(names.map((name) => below(path === '' ? name : `${path}/${name}`)))
    return names.length === 0 ? [path] : files.flat()
  }
  const paths = (await below('')).filter((path) => path !== 'checkpoint' && !path.endsWith('.new'))
  for (const path of paths) await stick.copy(`alfa/${path}`, join(from, path))
  await stick.settle()
  await stick.copy('alfa/checkpoint', join(from, 'checkpoint'))
  await stick.settle()
}

/** Takes in what the stick brings, gives a receipt for it, and puts that on the stick. */
export async function carryIn(
  stick: CarriedFolder,
  mirror: Mirror,
  receipts: Receipts,
  tell: (line: Told) => void,
): Promise<void> {
  const read = async (path: string) => {
    const part = await stick.part(`alfa/${path}`, 4_000_000, 0)
    if (part.kind !== 'part') throw new Missing(`${path} ${part.kind === 'missing' ? 'is missing' : part.why}`)
    return part.bytes
  }
  const note = await read('checkpoint')
  const size = headOf(note)?.size ?? 0
  const entries = value(decodeEntryBundle(await read(entryBundlePath(0, size)), size))
  value(await mirror.extend(entries.slice(mirror.size), note))
  tell({ seen: Buffer.from(note).toString('hex') })
  for (const entry of entries) {
    const sealed = sealedOf(entry)
    if (!(await mirror.hasAddendum(sealed))) await mirror.putAddendum(await read(`addenda/${sealed}`))
    tell({ addendum: sealed })
  }
  const receipt = { size, time: size, bytes: noteOf(size) }
  await receipts.give(ORIGIN, receipt)
  tell({ given: size })
  await stick.keep(`receipts/${size}-${size}`, receipt.bytes)
  await stick.settle()
  tell({ carried: `receipts/${size}-${size}` })
}
