// Two parties and a depositary, what they say in their logs on one channel, and the views that all of it is folded into.

import { leafHash, sha256, TreeFrontier, toHex, utf8 } from '@countersign/log'
import { type Agreement, agreementDigest, canonicalAgreement } from '@countersign/pact'
import { type Statement, signStatement } from '@countersign/record'
import { agreement, alfa, bravo, member, ORIGIN, PACT, statement, watch } from '../../../spec/vectors/samples.ts'
import { openViews, type ReceiptToFold, type Views } from '../src/index.ts'

/** A third, where a test needs one. */
export const carol = member('carol.example', 4)

export const ALFA = ORIGIN
export const BRAVO = ORIGIN.replace('alfa', 'bravo')
/** Other logs of the two on the channel; these sort first. */
export const ALFA_AGAIN = ALFA.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
export const ALFA_THIRD = ALFA.replace(/[0-9a-f]{16}$/, 'f'.repeat(16))
export const BRAVO_AGAIN = BRAVO.replace(/[0-9a-f]{16}$/, '0'.repeat(16))
export const versionOf = agreementDigest
export const VERSION = versionOf(agreement)
export const FIRST: Agreement = { ...agreement, title: 'First', offer: { expires: '2026-12-01T00:00:00.000Z' } }
export const SECOND: Agreement = { ...agreement, title: 'Second', offer: { expires: '2030-01-01T00:00:00.000Z' } }
export const ELSEWHERE: Agreement = { ...agreement, id: 'ab'.repeat(16), title: 'Of another id' }
export const [V1, V2, V_ELSEWHERE] = [FIRST, SECOND, ELSEWHERE].map(versionOf) as [string, string, string]
export const EXPIRES = Date.parse(FIRST.offer.expires) / 1000

export const receipt = (by: string, origin: string, size: number, time: number): ReceiptToFold => ({
  ...{ origin, by: `${by}.example`, size, time },
  digest: toHex(sha256(utf8(`${by} ${origin} ${size} ${time}`))),
})
export const deposit = (by: string, origin: string, size: number, time: number): ReceiptToFold => ({
  ...{ origin, by: `${by}.example`, size, time, isDeposit: true },
  digest: toHex(sha256(utf8(`deposit ${by} ${origin} ${size} ${time}`))),
})
const authorOf = (origin: string) => [alfa, bravo, carol].find(({ party }) => origin.startsWith(party)) ?? alfa
export const said = (origin: string, version: string, change: Partial<Statement>) => {
  const author = authorOf(origin)
  return signStatement(
    statement({ pact: { id: PACT, version }, from: author.party, origin, ...change }),
    author.statement,
  )
}
export const pins = (origin: string, log: readonly Uint8Array[], size: number): Pinned => ({
  ...{ origin, size },
  root: rootOf(log, size),
})
const peerOf = (origin: string) => (origin.startsWith('alfa') ? 'bravo.example' : 'alfa.example')
/** The log named as predecessor, with the size and root that are pinned. */
export type Pinned = { origin: string; size: number; root: string } | null
export const opens = (origin: string, version = VERSION, predecessor: Pinned = null) => {
  const { digest } = authorOf(origin).card
  return said(origin, version, { type: 'log/open', body: { card: digest, predecessor } })
}
/** The root of a log's first entries, hex; of those there are, where it has fewer. */
export const rootOf = (log: readonly Uint8Array[], size = log.length) => {
  const tree = new TreeFrontier()
  for (const entry of log.slice(0, size)) tree.append(leafHash(entry))
  return toHex(tree.root())
}
/** `channels`: those its author is a party of, on each of which it names a log. */
export const signs = (origin: string, version = VERSION, to = [peerOf(origin)], channels = ['line', 'main']) => {
  const origins = channels.map((channel) => origin.replace(/\/(?:line|main|pair)\//, `/${channel}/`))
  return said(origin, version, { type: 'pact/sign', to, body: { base: null, origins } })
}
export const proposes = (origin: string, draft: Agreement) =>
  said(origin, agreementDigest(draft), { type: 'pact/propose', to: [peerOf(origin)], body: { agreement: draft } })
const part = {
  role: 'bundle',
  mediaType: 'application/stix+json;version=2.1',
  size: 4096,
  sealed: '1'.repeat(64),
  commitment: '2'.repeat(64),
}
const body = { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 2 }
export const saysShare = (origin: string, version: string, seen: Statement['seen']) =>
  said(origin, version, { type: 'intel/share', to: [peerOf(origin)], body, content: [part], seen })
/** A share by a log that had seen two entries of the peer's, and names these receipts. */
export const shares = (origin: string, named: ReceiptToFold[] = [], version = VERSION) =>
  saysShare(origin, version, {
    logs: [{ origin: origin.startsWith('alfa') ? BRAVO : ALFA, size: 2, root: '5'.repeat(64) }],
    receipts: named.map(({ by, origin: on, size, digest }) => ({ by, origin: on, size, digest })),
  })
export const fresh = () => openViews({ path: ':memory:', party: 'alfa.example', now: () => 1_790_000_100_000 })

export async function know(drafts: Agreement[], into: Views): Promise<void> {
  for (const { file } of [alfa, bravo, carol, watch]) await into.knowCard(file)
  for (const draft of drafts) await into.knowAgreement(canonicalAgreement(draft))
}
export async function feed(origin: string, log: Uint8Array[], into: Views): Promise<boolean> {
  const from = await into.cursor(origin)
  return (
    await into.foldEntries(
      origin,
      from,
      log.slice(from).map((bytes) => ({ bytes, signature: true })),
    )
  ).ok
}
export async function validity(origin: string, index: number, of: Views) {
  while (await of.settle()) continue
  return (await of.record(`${origin}#${index}`))?.row.validity
}
