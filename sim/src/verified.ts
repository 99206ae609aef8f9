// Signatures that were verified once in this process. Every node of a world verifies the same entries, heads and cards,
// and each seed is run twice; what OpenSSL answered for a key, a message and a signature holds for all of them.

import crypto, { type KeyObject } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const REMEMBERED_MAX = 100_000

/** From here on an equal question to `crypto.verify` is answered from memory. */
export function rememberVerified(): void {
  const real = crypto.verify
  const answers = new Map<string, boolean>()
  const numbers = new WeakMap<object, number>()
  let next = 0
  const numberOf = (key: object): number => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, next)
    return next++
  }
  const remembering = (...args: unknown[]): unknown => {
    const [algorithm, message, key, signature] = args
    if (args.length !== 4 || algorithm !== null || !isPublicKey(key) || !isBytes(message) || !isBytes(signature)) {
      return Reflect.apply(real, crypto, args)
    }
    // One key object has one kind of signature, of one length: no other message and signature run together as these do.
    const asked = crypto.hash('sha256', Buffer.concat([message, signature]), 'base64')
    const question = `${numberOf(key)} ${signature.length} ${asked}`
    const known = answers.get(question)
    if (known !== undefined) return known
    const answer: unknown = Reflect.apply(real, crypto, args)
    if (answers.size >= REMEMBERED_MAX) answers.clear()
    if (typeof answer === 'boolean') answers.set(question, answer)
    return answer
  }
  Object.assign(crypto, { verify: remembering })
  syncBuiltinESMExports()
}

function isPublicKey(key: unknown): key is KeyObject {
  return key instanceof crypto.KeyObject && key.type === 'public'
}

function isBytes(bytes: unknown): bytes is Uint8Array {
  return bytes instanceof Uint8Array
}
