// The file a backup is written to: nothing under its name before it is whole and durable, and nothing left beside it
// where the backup fails or is interrupted. `-` is standard output, for whatever stores it elsewhere.

import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { link, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Refused, whyNot } from './output.ts'

export interface BackupFile {
  write(chunk: Uint8Array): Promise<void>
  /** Puts it in place. */
  keep(): Promise<void>
  discard(): Promise<void>
}

export async function backupFile(path: string): Promise<BackupFile> {
  if (path === '-') {
    return {
      async write(chunk) {
        if (!process.stdout.write(chunk)) await once(process.stdout, 'drain')
      },
      keep: async () => {},
      discard: async () => {},
    }
  }
  const taken = new Refused({
    code: 'backup/exists',
    message: `${path} exists already; give the backup a name of its own.`,
  })
  if (existsSync(path)) throw taken
  const beside = `${path}.partial`
  const file = await open(beside, 'w', 0o600).catch((cause: unknown) => {
    const message = `${path} cannot be written (${whyNot(cause)}); give another place with --to.`
    throw new Refused({ code: 'backup/unwritable', message })
  })
  const interrupted = () => {
    rmSync(beside, { force: true })
    process.exit(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted)
  const end = async () => {
    await file.close()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted)
  }
  return {
    async write(chunk) {
      await file.writeFile(chunk)
    },
    async keep() {
      await file.sync()
      await end()
      // Never over a file that came there meanwhile.
      await link(beside, path).catch((cause: Error & { code?: string }) => {
        throw cause.code === 'EEXIST' ? taken : cause
      })
      await unlink(beside)
      const folder = await open(dirname(path), 'r')
      await folder.sync()
      await folder.close()
    },
    async discard() {
      await end().catch(() => {})
      rmSync(beside, { force: true })
    },
  }
}
