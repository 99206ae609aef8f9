// The private copies that a share is read from, from their beginning and more than once.

import { BundleSplitter, type SplitElement } from '@countersign/intel'
import type { DiskFile } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import type { GiveWay } from '../folding/right-of-way.ts'

/** A private copy that nobody else can reach. */
export interface Spooled {
  file: DiskFile
  size: number
}

const READ_BYTES = 65_536

/** Takes the input into `file`, up to `bytesMax`. Closes it where that fails. */
export async function spool(
  input: AsyncIterable<Uint8Array>,
  file: DiskFile,
  bytesMax: number,
): Promise<Result<Spooled>> {
  let size = 0
  let isWhole = false
  try {
    for await (const chunk of input) {
      size += chunk.length
      if (size > bytesMax) {
        return refuse('release/too-large', `The input has more than the ${bytesMax} bytes that may be taken here.`)
      }
      await file.write(chunk, size - chunk.length)
    }
    isWhole = true
    return ok({ file, size })
  } finally {
    if (!isWhole) await file.close()
  }
}

/** Reads the spooled input from its beginning; between two reads the event loop turns, and `between` may work. */
export async function eachElement(
  file: DiskFile,
  size: number,
  means: { giveWay: GiveWay; progress?(stage: 'read', done: number, total: number): void },
  take: (element: SplitElement) => void,
  between: () => Promise<Result<undefined>> = async () => ok(undefined),
): Promise<Result<BundleSplitter['bundle']>> {
  const splitter = new BundleSplitter(take)
  for (let at = 0; at < size; ) {
    const bytes = await file.read(at, Math.min(READ_BYTES, size - at))
    if (bytes.length === 0) break
    at += bytes.length
    const pushed = splitter.push(bytes)
    if (!pushed.ok) return pushed
    const worked = await between()
    if (!worked.ok) return worked
    means.progress?.('read', at, size)
    await means.giveWay()
  }
  const ended = splitter.end()
  return ended.ok ? ok(splitter.bundle) : ended
}
