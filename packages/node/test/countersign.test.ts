// A receipt is made of what the author signed and of nothing else that stood in the note it serves.

import { nodeDisk, openMirror, openReceipts } from '@countersign/ledger'
import { formatNote, parseNote, signNoteLine } from '@countersign/log'
import { parseReceipt } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, checkpointOf, entry, ORIGIN, opening, PACT, pair } from '../../../spec/vectors/samples.ts'
import { PeerLog } from '../src/hearing/peer-log.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { folder, logFiles, requestsTo, value } from './served-files.ts'

const ENTRIES = [opening(), entry(), entry()]
const { text, signatures } = value(parseNote(checkpointOf(ENTRIES)))
const [classic = '', quantum = ''] = signatures.map(({ line }) => line)
const stranger = signNoteLine(text, 'stranger.example', pair(99).ed25519)

test.each<[string, string[]]>([
  ['as its author wrote it', [classic, quantum]],
  ['the other way round', [quantum, classic]],
  ['with a line of a stranger between', [classic, stranger, quantum]],
])('a checkpoint %s is countersigned in the one form that every reader takes', async (_how, lines) => {
  const dir = folder()
  const mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: alfa.card.keys.log }))
  onTestFinished(() => mirror.close())
  const files = logFiles('own', ENTRIES).set('own/checkpoint', formatNote(text, lines))
  const given: Uint8Array[] = []
  const log = new PeerLog({
    ...{ origin: ORIGIN, author: alfa.card, mirror, pact: PACT, role: 'recipient' },
    sources: [{ requests: requestsTo(alfa.card, (path) => files.get(path)), prefix: 'own' }],
    us: { party: 'bravo.example', receipt: bravo.receipt },
    limits: { partBytes: 1_000, parts: 1 },
    parties: 2,
    cosignSeconds: undefined,
    receipts: await openReceipts({ disk: nodeDisk(), dir }),
    around: realSurroundings(),
    mayCountersign: () => true,
    pinnedSize: async () => undefined,
    onEntries() {},
    onContent() {},
    isDestroyed: () => false,
    onReceipt: ({ bytes }) => void given.push(bytes),
    cosigners: [],
    onContradiction: async () => undefined,
    onTooFarBehind() {},
  })
  await log.round()
  const by = { party: 'bravo.example', pact: PACT, keys: bravo.card.keys.receipt }
  const receipts = given.map((bytes) => parseReceipt(bytes, { author: alfa.card.keys.log, origin: ORIGIN, by }))
  expect(receipts).toMatchObject([{ ok: true, value: { size: 3 } }])
})
