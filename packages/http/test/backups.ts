// A folder as it was once: a backup of it without a passphrase, and that put in its place.

import { rmSync } from 'node:fs'
import { realSurroundings, restoreBackup, takeBackup } from '@countersign/node'
import { value } from './parties.ts'

export async function backupOf(dir: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  const sink = async (chunk: Uint8Array) => void chunks.push(chunk)
  value(await takeBackup({ dir, passphrase: undefined, sink }, realSurroundings()))
  return Buffer.concat(chunks)
}

export async function* piecesOf(backup: Uint8Array): AsyncGenerator<Uint8Array> {
  yield backup
}

export async function restoreTo(dir: string, backup: Buffer) {
  return value(await restoreBackup({ from: piecesOf(backup), dir, passphrase: undefined }, realSurroundings()))
}

/** The folder is lost, and a backup of it put in its place; its node must have been stopped. */
export async function rollBack(dir: string, backup: Buffer): Promise<void> {
  rmSync(dir, { recursive: true })
  await restoreTo(dir, backup)
}
