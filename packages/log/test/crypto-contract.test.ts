// One suite on both implementations: what one accepts the other accepts, what one signs the other verifies.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as node from '../src/crypto/node.ts'
import * as web from '../src/crypto/web.ts'
import { fromHex, utf8 } from '../src/index.ts'

const hex = (text: string) => fromHex(text) ?? new Uint8Array()
const seed = new Uint8Array(32).fill(9)
const edges: { name: string; key: string; message: string; signature: string; keyTaken: boolean; taken: boolean }[] =
  JSON.parse(readFileSync(new URL('../../../spec/vectors/ed25519.json', import.meta.url), 'utf8'))
const L = 2n ** 252n + 27742317777372353535851937790883648493n

describe.each([
  ['node', node, web],
  ['web', web, node],
] as const)('%s', (_name, own, other) => {
  test('hashes as FIPS 180-4 says, in one piece and in parts', () => {
    const abc = hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(own.sha256(utf8('abc'))).toEqual(abc)
    expect(own.sha256(utf8('a'), utf8('bc'))).toEqual(abc)
    expect(own.createSha256().update(utf8('ab')).update(utf8('c')).digest()).toEqual(abc)
  })

  test('signs the first vector of RFC 8032 as it stands there', () => {
    const secret = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
    expect(own.ed25519.publicKey(secret)).toEqual(
      hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
    )
    expect(own.ed25519.sign(secret, new Uint8Array())).toEqual(
      hex(
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ),
    )
  })

  test.each(['ed25519', 'mldsa44'] as const)(
    'verifies what the other signed with %s, and nothing that was changed',
    (scheme) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (message, bit) => {
          const key = own[scheme].publicKey(seed)
          expect(key).toEqual(other[scheme].publicKey(seed))
          const signature = other[scheme].sign(seed, message)
          expect(own[scheme].verify(key, message, signature)).toBe(true)
          expect(own[scheme].verify(key, message, flip(signature, bit))).toBe(false)
          expect(own[scheme].verify(key, Buffer.concat([message, Buffer.of(0)]), signature)).toBe(false)
        }),
        { numRuns: scheme === 'ed25519' ? 25 : 6 },
      )
    },
  )

  test.each(['ed25519', 'mldsa44'] as const)('signs with %s on another thread what it signs here', async (scheme) => {
    const signer = own[scheme].signer(seed)
    const signature = await signer.signAsync(utf8('x'))
    expect(other[scheme].verify(signer.publicKey, utf8('x'), signature)).toBe(true)
    expect(own[scheme].verify(signer.publicKey, utf8('y'), signature)).toBe(false)
  })

  test.each(['ed25519', 'mldsa44'] as const)(
    'answers false, and never throws, for %s keys and signatures of a wrong length',
    (scheme) => {
      const key = own[scheme].publicKey(seed)
      const signature = own[scheme].sign(seed, utf8('x'))
      for (const [k, s] of [
        [key.subarray(1), signature],
        [key, signature.subarray(1)],
        [new Uint8Array(), new Uint8Array()],
        [new Uint8Array(key.length).fill(255), signature],
      ] as const) {
        expect(own[scheme].verify(k, utf8('x'), s)).toBe(false)
      }
    },
  )

  test('takes no S at or above the order of the group', () => {
    const key = own.ed25519.publicKey(seed)
    const signature = own.ed25519.sign(seed, utf8('x'))
    const s = littleEndian(signature.subarray(32)) + L
    const malleable = Uint8Array.from([...signature.subarray(0, 32), ...bytesOf(s)])
    expect(own.ed25519.verify(key, utf8('x'), malleable)).toBe(false)
  })

  test.each(edges)('Ed25519, $name: $taken', ({ key, message, signature, keyTaken, taken }) => {
    expect(own.ed25519.isStrictPublicKey(hex(key))).toBe(keyTaken)
    expect(own.ed25519.verify(hex(key), hex(message), hex(signature))).toBe(taken)
  })

  test.each([
    ['the identity', `01${'00'.repeat(31)}`],
    ['a point of order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['a point of order 4', '00'.repeat(32)],
    ['a point of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['another point of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['the identity, not canonical', `0100000000000000000000000000000000000000000000000000000000000080`],
    ['y above the field', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ])('takes no key that is %s', (_what, encoded) => {
    const key = hex(encoded)
    expect(own.ed25519.isStrictPublicKey(key)).toBe(false)
    // With a small-order key the equation holds for a signature that nobody made: R = identity, S = 0.
    const forged = Uint8Array.from([1, ...new Uint8Array(63)])
    expect(own.ed25519.verify(key, utf8('x'), forged)).toBe(false)
  })

  test('takes no key with a torsion component', () => {
    // A valid key plus a point of order 8 still decodes; a verifier with the cofactor would take its signatures.
    const mixed = hex('cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d')
    expect(own.ed25519.isStrictPublicKey(mixed)).toBe(false)
  })
})

test('both say the same of random bytes as keys', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      expect(node.ed25519.isStrictPublicKey(key)).toBe(web.ed25519.isStrictPublicKey(key))
    }),
    { numRuns: 100 },
  )
})

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const turned = Uint8Array.from(bytes)
  const at = Math.floor(bit / 8) % turned.length
  turned[at] = (turned[at] ?? 0) ^ (1 << (bit % 8))
  return turned
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

function bytesOf(value: bigint): number[] {
  return Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
}
