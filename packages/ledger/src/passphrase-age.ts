// age's passphrase recipient and identity (C2SP age, scrypt) over Node's own scrypt, which runs beside the event loop and
// several times as fast as the library's. A test opens with each what the other sealed.

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { utf8 } from '@countersign/log'
import { type Identity, type Recipient, Stanza } from 'age-encryption'

const KIND = 'scrypt'
const LABEL = utf8('age-encryption.org/v1/scrypt')
/** 2^18 rounds: about a second, and 256 MiB. */
const WORK = 18
/** Of a file that somebody else made: 1 GiB. */
const WORK_MAX = 20
const SALT_BYTES = 16
const TAG_BYTES = 16
const NONCE = new Uint8Array(12)

export class OtherPassphrase extends Error {}

export function passphraseRecipient(passphrase: string): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(SALT_BYTES)
      const cipher = createCipheriv('chacha20-poly1305', await keyOf(passphrase, salt, WORK), NONCE, {
        authTagLength: TAG_BYTES,
      })
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
      return [new Stanza([KIND, unpadded(salt), String(WORK)], new Uint8Array(body))]
    },
  }
}

/** Throws OtherPassphrase where the file is under a passphrase, and not under this one. */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const [stanza] = stanzas
      if (stanzas.length !== 1 || stanza?.args[0] !== KIND) throw new Error('The age file is not under a passphrase.')
      const { args, body } = stanza
      const salt = Buffer.from(args[1] ?? '', 'base64')
      const work = /^[1-9][0-9]?$/.test(args[2] ?? '') ? Number(args[2]) : Number.POSITIVE_INFINITY
      const isWhole = args.length === 3 && salt.length === SALT_BYTES && unpadded(salt) === args[1]
      if (!isWhole || work > WORK_MAX || body.length !== 2 * TAG_BYTES)
        throw new Error('The scrypt stanza is malformed.')
      const key = await keyOf(passphrase, salt, work)
      const decipher = createDecipheriv('chacha20-poly1305', key, NONCE, { authTagLength: TAG_BYTES })
      decipher.setAuthTag(body.subarray(TAG_BYTES))
      try {
        return new Uint8Array(Buffer.concat([decipher.update(body.subarray(0, TAG_BYTES)), decipher.final()]))
      } catch {
        throw new OtherPassphrase('This is not the passphrase.')
      }
    },
  }
}

function keyOf(passphrase: string, salt: Uint8Array, work: number): Promise<Buffer> {
  const N = 2 ** work
  const options = { N, r: 8, p: 1, maxmem: 128 * N * 8 + 1_048_576 }
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.concat([LABEL, salt]), 32, options, (cause, key) =>
      cause === null ? resolve(key) : reject(cause),
    )
  })
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
