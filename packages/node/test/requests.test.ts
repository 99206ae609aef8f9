import { utf8 } from '@countersign/log'
import { expect, test } from 'vitest'
import { alfa, bravo } from '../../../spec/vectors/samples.ts'
import { NonceMemory, type SignedRequest, signRequest, verifyRequest } from '../src/requests.ts'

const US = 'https://node.bravo.example/'
const NOW = 1_790_000_000_000
let counter = 0
const freshNonce = () => `nonce-of-at-least-16-bytes-${counter++}`

interface Made {
  method?: string
  path?: string
  endpoint?: string
  body?: Uint8Array
  atMs?: number
  nonce?: string
  party?: string
  signer?: typeof alfa.request.ed25519
}

/** A request as alfa signs it and bravo receives it. */
function made(of: Made = {}): SignedRequest {
  const { method = 'GET', path = 'logs/x/index', endpoint = US, body, atMs = NOW, nonce = freshNonce() } = of
  const headers = signRequest(
    { method, url: new URL(path, endpoint).href, nowMs: atMs, nonce, ...(body === undefined ? {} : { body }) },
    { party: of.party ?? 'alfa.example', signer: of.signer ?? alfa.request.ed25519 },
  )
  const field = (name: string) => {
    const text = headers.get(name)
    return text === null ? {} : { [name]: text }
  }
  return {
    method,
    target: `/${path}`,
    headers: { ...field('signature'), ...field('signature-input'), ...field('content-digest') },
    ...(body === undefined ? {} : { body }),
  }
}

function verified(request: SignedRequest, nonces = new NonceMemory()) {
  const requestKey = (party: string) => (party === 'alfa.example' ? alfa.card.keys.request.ed25519 : undefined)
  return verifyRequest(request, { endpoints: [US], requestKey, nowMs: NOW, nonces })
}

test('a request is of the party whose key signed it', async () => {
  expect(await verified(made())).toBe('alfa.example')
  expect(await verified(made({ method: 'POST', path: 'hint', body: new Uint8Array() }))).toBe('alfa.example')
})

test('a request counts once', async () => {
  const nonces = new NonceMemory()
  const request = made()
  expect(await verified(request, nonces)).toBe('alfa.example')
  expect(await verified(request, nonces)).toBeUndefined()
})

test.each<[string, () => SignedRequest]>([
  ['for another path', () => ({ ...made(), target: '/logs/y/index' })],
  ['for another query', () => ({ ...made(), target: '/logs/x/index?more' })],
  ['for another node', () => made({ endpoint: 'https://node.watch.example/' })],
  ['for another method', () => ({ ...made(), method: 'HEAD' })],
  ['signed too long ago', () => made({ atMs: NOW - 302_000 })],
  ['signed for a time to come', () => made({ atMs: NOW + 302_000 })],
  ['of another key', () => made({ signer: bravo.request.ed25519 })],
  ['of a party that is not known', () => made({ party: 'stranger.example' })],
  ['with a nonce that is too short', () => made({ nonce: 'short' })],
  ['without a signature', () => ({ ...made(), headers: {} })],
  ['with another body', () => ({ ...made({ method: 'POST', body: utf8('a') }), body: utf8('b') })],
  [
    'whose body no digest covers',
    () => {
      const { headers, ...request } = made({ method: 'POST', body: utf8('a') })
      const { 'content-digest': _digest, ...rest } = headers
      return { ...request, headers: rest }
    },
  ],
  ['that signs no digest of its body', () => ({ ...made({ method: 'POST' }), body: utf8('a') })],
])('a request %s is of nobody', async (_what, request) => {
  expect(await verified(request())).toBeUndefined()
})

test('one party’s requests use up its own memory of nonces, and nobody else’s', () => {
  const nonces = new NonceMemory(3)
  for (let i = 0; i < 3; i++) expect(nonces.take('bravo.example', `${i}`, NOW)).toBe(true)
  expect(nonces.take('bravo.example', 'one more', NOW)).toBe(false)
  expect(nonces.take('alfa.example', 'the first', NOW)).toBe(true)
  // Once a request with them could no longer be accepted, there is room again.
  expect(nonces.take('bravo.example', 'later', NOW + 600_000)).toBe(true)
})
