// Bytes under a passphrase: a file of age (C2SP age, scrypt), which any age program opens.

import { ok, type Result, refuse } from '@countersign/log'
import { Decrypter, Encrypter } from 'age-encryption'
import { OtherPassphrase, passphraseIdentity, passphraseRecipient } from './passphrase-age.ts'

export async function sealWithPassphrase(plaintext: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(passphraseRecipient(passphrase))
  return encrypter.encrypt(plaintext)
}

/** Refuses `age/passphrase` where another opens it, and `age/damaged` where none does. */
export async function openWithPassphrase(file: Uint8Array, passphrase: string): Promise<Result<Uint8Array>> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(passphraseIdentity(passphrase))
  try {
    return ok(await decrypter.decrypt(file))
  } catch (cause) {
    return passphraseRefusal(cause)
  }
}

/** What it means that a file did not open. */
export function passphraseRefusal(cause: unknown) {
  return cause instanceof OtherPassphrase
    ? refuse('age/passphrase', 'This is not the passphrase.')
    : refuse('age/damaged', 'The file is damaged, or no age file under a passphrase.')
}
