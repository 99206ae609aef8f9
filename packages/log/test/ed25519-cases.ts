// Edge cases of Ed25519 on which common libraries disagree (Chalkias, Garillot and Nikolaenko, “Taming the many EdDSAs”,
// made anew here with keys of our own), and what a verifier of these formats says of each (spec/README.md, Conventions).
// They stand in spec/vectors/ed25519.json, which is made of this file.

import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, toHex as hex, utf8 } from '../src/index.ts'

export interface Ed25519Case {
  name: string
  key: string
  message: string
  signature: string
  /** Whether the key may stand in a card. */
  keyTaken: boolean
  taken: boolean
}

type Point = InstanceType<typeof ed25519.Point>
const { BASE, ZERO, Fn } = ed25519.Point
const L = Fn.ORDER
const mod = (value: bigint) => ((value % L) + L) % L
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const number = (little: Uint8Array) => little.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
const encoded = (value: bigint) => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))

/** A point of order 8, and with it every point of small order. */
const T8 = ed25519.Point.fromBytes(bytes('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'))
const torsion = (times: number): Point => (times === 0 ? ZERO : T8.multiplyUnsafe(BigInt(times)))

/** Secret and nonce: any numbers. */
const a = mod(number(sha512(utf8('a secret of these vectors'))))
const r = mod(number(sha512(utf8('a nonce of these vectors'))))
const A = BASE.multiplyUnsafe(a)
const R = BASE.multiplyUnsafe(r)
const challenge = (rBytes: Uint8Array, key: Uint8Array, message: Uint8Array) =>
  number(sha512(concat(rBytes, key, message)))

interface Made {
  key?: Uint8Array
  rBytes: Uint8Array
  /** The discrete logarithm of R’s part of prime order. */
  nonce: bigint
  message?: Uint8Array
  s?: (s: bigint) => bigint
}

function made(
  name: string,
  taken: boolean,
  { key = A.toBytes(), rBytes, nonce, message = utf8('x'), s = (own) => own }: Made,
): Ed25519Case {
  const own = mod(nonce + challenge(rBytes, key, message) * a)
  const keyTaken = hex(key) === hex(A.toBytes())
  return {
    name,
    key: hex(key),
    message: hex(message),
    signature: hex(concat(rBytes, encoded(s(own)))),
    keyTaken,
    taken,
  }
}

/** The first message for which the challenge has what is looked for. */
function messageWhere(rBytes: Uint8Array, key: Uint8Array, wanted: (h: bigint) => boolean): Uint8Array {
  for (let n = 0; ; n++) {
    const message = utf8(`message ${n}`)
    if (wanted(challenge(rBytes, key, message))) return message
  }
}

const mixedKey = A.add(T8).toBytes()
const mixedR = R.add(T8).toBytes()
/** A key of small order: with R of small order and S = 0 the equation holds for many messages without any secret. */
const smallKey = (name: string, text: string): Ed25519Case => ({
  ...{ name, key: text, message: hex(utf8('x')), signature: hex(concat(ZERO.toBytes(), new Uint8Array(32))) },
  ...{ keyTaken: false, taken: false },
})

export const ed25519Cases: Ed25519Case[] = [
  made('a signature', true, { rBytes: R.toBytes(), nonce: r }),
  made('R is the identity, and the equation holds', false, { rBytes: ZERO.toBytes(), nonce: 0n }),

  made('S is larger by the order of the group', false, { rBytes: R.toBytes(), nonce: r, s: (own) => own + L }),
  made('S is larger by many times the order, with its highest bits set', false, {
    rBytes: R.toBytes(),
    nonce: r,
    s: (own) => own + 14n * L,
  }),
  made('S is the order itself, where it should be zero', false, { rBytes: R.toBytes(), nonce: r, s: () => L }),
  made('S is one more', false, { rBytes: R.toBytes(), nonce: r, s: (own) => mod(own + 1n) }),

  made('R is the identity, with y written as p + 1', false, { rBytes: bytes(`ee${'ff'.repeat(30)}7f`), nonce: 0n }),
  made('R is the identity, with the sign of x set', false, { rBytes: bytes(`01${'00'.repeat(30)}80`), nonce: 0n }),
  ...[1, 2, 3, 4, 5, 6, 7].map((times) =>
    made(`R is of small order (${times} times a point of order 8): holds only with the cofactor`, false, {
      rBytes: torsion(times).toBytes(),
      nonce: 0n,
    }),
  ),
  made('R has a part of order 8: holds only with the cofactor', false, { rBytes: mixedR, nonce: r }),
  made('R has a part of order 2: holds only with the cofactor', false, {
    rBytes: R.add(torsion(4)).toBytes(),
    nonce: r,
  }),
  made('R is no point of the curve', false, { rBytes: bytes(`02${'00'.repeat(31)}`), nonce: r }),

  made('the key has a part of order 8, and the equation holds without the cofactor', false, {
    ...{ key: mixedKey, rBytes: R.toBytes(), nonce: r },
    message: messageWhere(R.toBytes(), mixedKey, (h) => h % 8n === 0n && mod(h) % 8n === 0n),
  }),
  made('the key has a part of order 8, and the equation holds only with the cofactor', false, {
    ...{ key: mixedKey, rBytes: R.toBytes(), nonce: r },
    message: messageWhere(R.toBytes(), mixedKey, (h) => mod(h) % 8n === 3n),
  }),
  made('key and R have parts of order 8 that cancel out', false, {
    ...{ key: mixedKey, rBytes: mixedR, nonce: r },
    message: messageWhere(mixedR, mixedKey, (h) => mod(h) % 8n === 7n),
  }),
  made('key and R have parts of order 8 that cancel out only before the challenge is reduced', false, {
    ...{ key: mixedKey, rBytes: mixedR, nonce: r },
    message: messageWhere(mixedR, mixedKey, (h) => h % 8n === 7n && mod(h) % 8n !== 7n),
  }),

  smallKey('the key is the identity', `01${'00'.repeat(31)}`),
  smallKey('the key is the identity, with y written as p + 1', `ee${'ff'.repeat(30)}7f`),
  smallKey('the key is the identity, with the sign of x set', `01${'00'.repeat(30)}80`),
  smallKey('the key is of order 2', `ec${'ff'.repeat(30)}7f`),
  smallKey('the key is of order 2, with the sign of x set', `ec${'ff'.repeat(31)}`),
  smallKey('the key is of order 4', '00'.repeat(32)),
  smallKey('the key is of order 4, with y written as p', `ed${'ff'.repeat(30)}7f`),
  ...[1, 3, 5, 7].map((times) =>
    smallKey(`the key is of order 8 (${times} times one point)`, hex(torsion(times).toBytes())),
  ),
]
