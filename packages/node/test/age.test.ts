import { openWithPassphrase, sealWithPassphrase } from '@countersign/ledger'
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption'
import { beforeAll, expect, test } from 'vitest'
import { sealedBytesMax } from '../src/hearing/sealed-parts.ts'
import { openAge, sealAge } from '../src/index.ts'

const plaintext = new TextEncoder().encode('please look at your relays')
let identity = ''
let recipient = ''
let other = ''
beforeAll(async () => {
  identity = await generateHybridIdentity()
  recipient = await identityToRecipient(identity)
  other = await generateHybridIdentity()
})

test('what we seal opens with the library', async () => {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  expect(await decrypter.decrypt(await sealAge(plaintext, [await identityToRecipient(other), recipient]))).toEqual(
    plaintext,
  )
})

test('what the library sealed opens with ours', async () => {
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(other))
  encrypter.addRecipient(recipient)
  expect(await openAge(await encrypter.encrypt(plaintext), identity)).toEqual(plaintext)
})

test('what is sealed has at most the bytes that are taken of it', async () => {
  for (const [size, recipients] of [
    [256, 2],
    [65_536, 3],
    [200_000, 12],
  ] as const) {
    const file = await sealAge(new Uint8Array(size), Array<string>(recipients).fill(recipient))
    expect(file.length, `${size} to ${recipients}`).toBeLessThanOrEqual(sealedBytesMax(size, recipients))
    expect(file.length).toBeGreaterThan(size + recipients * 1_500)
  }
})

test('what was sealed to others, changed on the way, or is no age file, does not open', async () => {
  const file = await sealAge(plaintext, [recipient])
  expect(await openAge(file, other)).toBeUndefined()
  for (const at of [40, 200, file.length - 1]) {
    expect(await openAge(file.with(at, (file[at] ?? 0) ^ 1), identity), `byte ${at}`).toBeUndefined()
  }
  expect(await openAge(new TextEncoder().encode('garbage'), identity)).toBeUndefined()
})

test('nothing is sealed to a recipient of another kind', async () => {
  const classic = await identityToRecipient(await generateX25519Identity())
  await expect(sealAge(plaintext, [recipient, classic])).rejects.toThrow(/hybrid/)
})

test('what is put under a passphrase opens with the library, and the other way round, and with no other passphrase', async () => {
  const decrypter = new Decrypter()
  decrypter.addPassphrase('correct horse')
  expect(await decrypter.decrypt(await sealWithPassphrase(plaintext, 'correct horse'))).toEqual(plaintext)
  const encrypter = new Encrypter()
  encrypter.setPassphrase('correct horse')
  encrypter.setScryptWorkFactor(10)
  const file = await encrypter.encrypt(plaintext)
  expect(await openWithPassphrase(file, 'correct horse')).toEqual({ ok: true, value: plaintext })
  expect(await openWithPassphrase(file, 'horse correct')).toMatchObject({ ok: false, code: 'age/passphrase' })
  expect(await openWithPassphrase(file.with(-1, (file.at(-1) ?? 0) ^ 1), 'correct horse')).toMatchObject({
    code: 'age/damaged',
  })
})

test('a file that would take more memory to open than one should give it is refused', async () => {
  const text = new TextDecoder('latin1').decode(await sealWithPassphrase(plaintext, 'correct horse'))
  const file = Buffer.from(text.replace(/^(-> scrypt \S+) 18$/m, '$1 30'), 'latin1')
  expect(await openWithPassphrase(file, 'correct horse')).toMatchObject({ ok: false, code: 'age/damaged' })
})
