// Parties, keys and statements for vectors and tests. Keys are made of fixed seeds and protect nothing.

import { ed25519, leafHash, mldsa44, type SignerPair, signCheckpoint, TreeFrontier, toBase64 } from '@countersign/log'
import type { Agreement } from '@countersign/pact'
import {
  type Card,
  type CardBody,
  canonicalJson,
  makeCard,
  parseCard,
  preAuthEncoding,
  STATEMENT_TYPE,
  type Statement,
  signBoth,
  signStatement,
} from '@countersign/record'

export const PACT = '7f'.repeat(16)
export const ORIGIN = `alfa.example/${PACT}/main/${'b0'.repeat(8)}`
/** Recipients of age's hybrid kind: bech32 of a key that nobody holds. */
export const RECIPIENT = `age1pq1${'q'.repeat(1952)}`

export const pair = (n: number): SignerPair => ({
  ed25519: ed25519.signer(new Uint8Array(32).fill(n)),
  mldsa44: mldsa44.signer(new Uint8Array(32).fill(n)),
})
export const publicOf = (of: SignerPair) => ({
  ed25519: toBase64(of.ed25519.publicKey),
  mldsa44: toBase64(of.mldsa44.publicKey),
})

export interface Member {
  party: string
  root: SignerPair
  log: SignerPair
  statement: SignerPair
  receipt: SignerPair
  request: SignerPair
  file: Uint8Array
  card: Card
}

/** `n` tells the members apart: their keys are made of it. */
export function member(party: string, n: number, change: (body: CardBody) => CardBody = (body) => body): Member {
  const [root, log, statement, receipt, request] = [1, 2, 3, 4, 5].map((role) => pair(16 * n + role)) as [
    SignerPair,
    SignerPair,
    SignerPair,
    SignerPair,
    SignerPair,
  ]
  const body = change({
    ...{ v: 1, party, name: party, serial: 1 },
    root: { threshold: 1, keys: [publicOf(root)] },
    keys: {
      ...{ log: publicOf(log), statement: publicOf(statement), receipt: publicOf(receipt) },
      request: { ed25519: toBase64(request.ed25519.publicKey) },
      sealing: { age: RECIPIENT },
    },
    endpoints: [`https://node.${party}/`],
    validity: { notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2036-01-01T00:00:00.000Z' },
  })
  const file = makeCard(body, { log, statement, receipt, request: request.ed25519, root: [root] })
  const parsed = parseCard(file)
  if (!parsed.ok) throw new Error(`${parsed.code}: ${parsed.message}`)
  return { party, root, log, statement, receipt, request, file, card: parsed.value }
}

export const alfa = member('alfa.example', 1)
export const bravo = member('bravo.example', 2)
export const watch = member('watch.example', 3)

export const agreement: Agreement = {
  ...{ v: 1, id: PACT, base: null, title: 'An agreement for vectors', language: 'en' },
  parties: [alfa, bravo].map(({ party, card }) => ({ party, name: party, root: card.rootDigest })),
  neutrals: [
    {
      party: 'watch.example',
      name: 'watch.example',
      root: watch.card.rootDigest,
      operator: 'watch.example',
      roles: ['depositary', 'observer'],
    },
  ],
  quorum: 1,
  channels: ['line', 'main'].map((name) => ({ name, parties: ['alfa.example', 'bravo.example'] })),
  term: { from: null, until: null },
  offer: { expires: '2027-01-01T00:00:00.000Z' },
  marking: { scheme: 'TLP:2.0', max: 'TLP:AMBER+STRICT' },
  share: { records: ['content/rejected', 'hotline/ack', 'hotline/message', 'intel/share'], stix: { deny: [] } },
  limits: { entriesPerDay: 1000, bytesPerDay: 1_000_000_000, partBytes: 8_388_608, parts: 8, openProposals: 8 },
  retention: { days: 3650 },
  intervals: { pollSeconds: 5, cosignSeconds: 60, pinSeconds: 60, rejectSeconds: 3600 },
  clauses: [],
}

let counter = 0
/** A UUIDv7 that has not been given out in this run. */
export function freshId(): string {
  counter++
  return `0195f3a0-7c11-7abc-8def-${counter.toString(16).padStart(12, '0')}`
}

export function statement(change: Partial<Statement> = {}): Statement {
  return {
    v: 1,
    type: 'log/pin',
    id: freshId(),
    origin: ORIGIN,
    pact: { id: PACT, version: '0'.repeat(64) },
    from: 'alfa.example',
    to: [],
    time: '2026-11-24T09:00:00.000Z',
    mode: 'Actual',
    body: {},
    marking: { tlp: 'TLP:CLEAR' },
    re: [],
    seen: { logs: [], receipts: [] },
    content: [],
    ...change,
  }
}

/** Both signatures over whatever is given, also where no statement may look like that. */
export function signedAsIs(value: unknown): Uint8Array {
  const payload = canonicalJson(value)
  const { ed25519: classic, mldsa44: quantum } = signBoth(preAuthEncoding(STATEMENT_TYPE, payload), alfa.statement)
  return canonicalJson({
    payload: toBase64(payload),
    payloadType: STATEMENT_TYPE,
    signatures: [{ sig: classic }, { sig: quantum }],
  })
}

export const entry = (change: Partial<Statement> = {}): Uint8Array => signStatement(statement(change), alfa.statement)
export const opening = (version = '0'.repeat(64)): Uint8Array =>
  entry({ type: 'log/open', body: { card: alfa.card.digest, predecessor: null }, pact: { id: PACT, version } })

export function checkpointOf(entries: readonly Uint8Array[], origin = ORIGIN, signers = alfa.log): Uint8Array {
  const tree = new TreeFrontier()
  for (const one of entries) tree.append(leafHash(one))
  return signCheckpoint({ origin, size: tree.size, root: tree.root() }, signers)
}
