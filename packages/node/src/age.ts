// The two calls to age. Only hybrid post-quantum recipients are ever used, so that kinds are never mixed in one file.

import { Decrypter, Encrypter } from 'age-encryption'

export async function sealAge(plaintext: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) {
    if (!recipient.startsWith('age1pq1')) throw new Error('Content is sealed to hybrid post-quantum recipients only.')
    encrypter.addRecipient(recipient)
  }
  return encrypter.encrypt(plaintext)
}

/** The plaintext, or undefined where the file is no age file or our identity does not open it. */
export async function openAge(file: Uint8Array, identity: string): Promise<Uint8Array | undefined> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  try {
    return await decrypter.decrypt(file)
  } catch {
    // age tells a garbage file from a foreign one only by its message; to us both are “cannot open”.
    return undefined
  }
}
