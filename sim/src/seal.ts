// A seal for the simulation, in place of age, whose randomness cannot be seeded: a function of plaintext and recipients.
// It opens for its recipients alone as long as nobody looks into this file, and shows any other use as “cannot open”.
// What age itself does is tested where it is used (packages/node).

import { hash } from 'node:crypto'
import { equalBytes, fromUtf8, utf8 } from '@countersign/log'
import type { Opener, Sealer } from '@countersign/record'

const TAG = utf8('countersign simulated seal\n')
const KEY_BYTES = 32
const NAME_BYTES = 32

/** The sealing identity of that name, and what others seal to: of the form that a card asks for. */
export function sealingKeysOf(name: string): { identity: string; recipient: string } {
  const alphabet = '023456789acdefghjklmnpqrstuvwxyz'
  const bytes = stream(utf8(`recipient ${name}`), 1_100)
  return {
    identity: `simulated identity of ${name}`,
    recipient: `age1pq1${[...bytes].map((byte) => alphabet[byte & 31]).join('')}`,
  }
}

export function sealingDeskOf(identity: string): Sealer & Opener & { close(): Promise<void> } {
  const recipients = identity
    .split('\n')
    .map((one) => sealingKeysOf(one.replace(/^simulated identity of /, '')).recipient)
  return {
    async seal(plaintext, to) {
      const key = digest(utf8('key'), plaintext, ...to.map(utf8))
      const stanzas = to.map((one) => Buffer.concat([digest(utf8(one)), xor(key, wrapping(one, plaintext.length))]))
      const body = xor(plaintext, stream(key, plaintext.length))
      const head = Buffer.concat([TAG, Uint8Array.of(to.length), ...stanzas])
      return new Uint8Array(Buffer.concat([head, digest(key, body), body]))
    },
    async open(file) {
      const count = file[TAG.length] ?? 0
      const from = TAG.length + 1 + count * (NAME_BYTES + KEY_BYTES)
      if (!equalBytes(file.subarray(0, TAG.length), TAG) || file.length < from + 32) return undefined
      const body = file.subarray(from + 32)
      for (let i = 0; i < count; i++) {
        const at = TAG.length + 1 + i * (NAME_BYTES + KEY_BYTES)
        const name = file.subarray(at, at + NAME_BYTES)
        const recipient = recipients.find((one) => equalBytes(name, digest(utf8(one))))
        if (recipient === undefined) continue
        const key = xor(file.subarray(at + NAME_BYTES, at + NAME_BYTES + KEY_BYTES), wrapping(recipient, body.length))
        if (!equalBytes(digest(key, body), file.subarray(from, from + 32))) return undefined
        return xor(body, stream(key, body.length))
      }
      return undefined
    },
    async close() {},
  }
}

/** The plaintext that a sealed part frames, whoever it is for: for the checks, which may look at everything. */
export async function unsealed(file: Uint8Array, identities: readonly string[]): Promise<Uint8Array | undefined> {
  for (const identity of identities) {
    const frame = await sealingDeskOf(identity).open(file)
    if (frame === undefined || frame.length < 40) continue
    const length = Number(new DataView(frame.buffer, frame.byteOffset).getBigUint64(32))
    return frame.subarray(40, 40 + length)
  }
  return undefined
}

export function textOf(bytes: Uint8Array): string {
  return fromUtf8(bytes) ?? ''
}

function wrapping(recipient: string, length: number): Uint8Array {
  return stream(utf8(`${recipient} ${length}`), KEY_BYTES)
}

function digest(...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha256', Buffer.concat(parts), 'buffer')
}

function stream(key: Uint8Array, length: number): Uint8Array {
  return hash('shake256', key, { outputEncoding: 'buffer', outputLength: Math.max(1, length) }).subarray(0, length)
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length)
  for (let i = 0; i < a.length; i++) out[i] = (a[i] ?? 0) ^ (b[i] ?? 0)
  return out
}
