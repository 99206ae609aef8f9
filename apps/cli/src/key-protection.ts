// Putting private keys under a passphrase and in the clear again, of a node and of a witness alike.

import { type KeyStore, keysAreProtected } from '@countersign/ledger'
import type { Result } from '@countersign/log'
import { must, print, Refused } from './output.ts'
import { keyPassphrase, newPassphrase } from './passphrase.ts'

/** Opens the store of the keys in a folder. */
type OpenKeys = (dir: string, passphrase: string | undefined) => Promise<Result<KeyStore>>

export async function protectKeys(
  dir: string,
  fds: { passphraseFd?: number; newPassphraseFd?: number },
  open: OpenKeys,
): Promise<void> {
  const { passphraseFd, newPassphraseFd } = fds
  const wasProtected = keysAreProtected(dir)
  const store = must(await open(dir, await keyPassphrase(dir, passphraseFd)))
  await store.protect(
    wasProtected
      ? await newPassphrase(newPassphraseFd, 'the new passphrase', '--new-passphrase-fd')
      : await newPassphrase(passphraseFd ?? newPassphraseFd, 'the passphrase'),
  )
  print(`The private keys in ${dir} are under ${wasProtected ? 'the new' : 'a'} passphrase.`)
  print('Without it they are lost: keep a copy of it where the folder is not.')
  print('A disk may keep what was overwritten, and so do copies and backups made before: SSDs do not erase at once.')
}

export async function unprotectKeys(dir: string, passphraseFd: number | undefined, open: OpenKeys): Promise<void> {
  if (!keysAreProtected(dir)) {
    throw new Refused({
      code: 'keys/not-protected',
      message: `The keys in ${dir} are under no passphrase; nothing was changed.`,
    })
  }
  must(await open(dir, await keyPassphrase(dir, passphraseFd))).unprotect()
  print(`The private keys in ${dir} are in the clear, readable by their owner alone.`)
}
