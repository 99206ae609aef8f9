// Keys, and statements as they are said, for what is measured without a network.

import { ed25519, mldsa44, type SignerPair, toBase64 } from '@countersign/log'
import { makeCard, parseCard, type Statement, signStatement } from '@countersign/record'

const PACT = 'a'.repeat(32)
export const ORIGIN = `alfa.example/${PACT}/main/${'b'.repeat(16)}`

const pair = (n: number): SignerPair => ({
  ed25519: ed25519.signer(new Uint8Array(32).fill(n)),
  mldsa44: mldsa44.signer(new Uint8Array(32).fill(n)),
})
export const signers = pair(1)
const statementKeys = pair(2)
const [root, receipt, request] = [pair(3), pair(4), pair(5)]
const publicOf = (of: SignerPair) => ({
  ed25519: toBase64(of.ed25519.publicKey),
  mldsa44: toBase64(of.mldsa44.publicKey),
})

/** alfa's card file. `age` is a hybrid recipient. */
export function cardFile(age: string): Uint8Array {
  return makeCard(
    {
      ...{ v: 1, party: 'alfa.example', name: 'Alfa CERT', serial: 1 },
      root: { threshold: 1, keys: [publicOf(root)] },
      keys: {
        log: publicOf(signers),
        statement: publicOf(statementKeys),
        receipt: publicOf(receipt),
        request: { ed25519: toBase64(request.ed25519.publicKey) },
        sealing: { age },
      },
      endpoints: ['http://127.0.0.1:7100/'],
      validity: { notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2036-01-01T00:00:00.000Z' },
    },
    { log: signers, statement: statementKeys, receipt, request: request.ed25519, root: [root] },
  )
}

export function cardOf(file: Uint8Array) {
  const card = parseCard(file)
  if (!card.ok) throw new Error(card.message)
  return card.value
}

/** Entries of a log that begins properly: its opening, then messages with sealed content. */
export function statements(
  count: number,
  named: { card: string; version: string } = { card: '0'.repeat(64), version: '0'.repeat(64) },
): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const statement: Statement = {
      v: 1,
      id: `0195f3a0-7c11-7abc-8def-${i.toString(16).padStart(12, '0')}`,
      origin: ORIGIN,
      pact: { id: PACT, version: named.version },
      from: 'alfa.example',
      time: '2026-11-24T09:00:00.000Z',
      mode: 'Actual',
      re: [],
      seen: { logs: [], receipts: [] },
      ...(i === 0
        ? {
            type: 'log/open',
            to: [],
            marking: { tlp: 'TLP:CLEAR' as const },
            body: { card: named.card, predecessor: null },
            content: [],
          }
        : {
            type: 'intel/share',
            to: ['bravo.example'],
            marking: { tlp: 'TLP:AMBER' as const },
            body: { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 25 },
            content: [
              {
                ...{ role: 'bundle', mediaType: 'application/stix+json;version=2.1', size: 4096 },
                ...{ sealed: i.toString(16).padStart(64, '0'), commitment: '1'.repeat(64) },
              },
            ],
          }),
    }
    return signStatement(statement, statementKeys)
  })
}
