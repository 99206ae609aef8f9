// What a node holds that files of evidence are cut from.

import { fromBase64 } from '@countersign/log'
import { originParts, parseCard } from '@countersign/record'
import type { Views } from '@countersign/views'
import type { EngineParts } from '../engine-parts.ts'
import type { Folding } from '../folding/folding.ts'
import type { HeldLogs } from '../held-logs.ts'
import type { EvidenceSources } from './evidence.ts'

export function evidenceSources(
  { identity, receipts, pacts, views }: EngineParts,
  logs: HeldLogs,
  folding: Folding,
): EvidenceSources {
  const us = identity.party
  return {
    log: (origin) => logs.of(origin),
    receiptsOn: (origin) => [
      ...receipts.given(origin).map((receipt) => ({ by: us, ...receipt })),
      ...receipts.held(origin).map(({ cosigner, ...receipt }) => ({ by: cosigner, ...receipt })),
    ],
    readReceipt: (origin, receipt) => receipts.read(origin, receipt.by === us ? undefined : receipt.by, receipt.digest),
    agreement: (id, version) => {
      const pact = pacts.get(id)
      return pact?.version === version ? pact : undefined
    },
    cardsOf: async (party) => {
      const rows = (await views.cards()).filter((row) => row.party === party)
      const cards = rows.flatMap(({ bytes }) => {
        const card = parseCard(fromBase64(bytes) ?? new Uint8Array())
        return card.ok ? card.value : []
      })
      return cards.sort((a, b) => a.body.serial - b.body.serial)
    },
    keyChanges: (origin) => keyChanges(views, origin),
    witnessed: (origin, above) => logs.channelOf(origin)?.witnesses.checkpointOver(origin, above),
    readPart: ({ origin, index }, part) => folding.readPart(origin, index, part),
    related: async ({ origin, index }) => {
      const detail = await views.record(`${origin}#${index}`)
      const rows = detail === undefined ? [] : [...detail.re, ...detail.answers]
      return rows.flatMap((row) => (row.validity.kind === 'void' ? [] : row.record))
    },
  }
}

async function keyChanges(views: Views, origin: string): Promise<number[]> {
  const { party, pact } = originParts(origin)
  const indexes: number[] = []
  let cursor: string | undefined
  do {
    const page = await views.records({ pact, party, type: 'party/keys', ...(cursor !== undefined && { cursor }) })
    if (!page.ok) break
    for (const row of page.value.records) {
      if (row.origin === origin && row.validity.kind === 'valid') indexes.push(row.index)
    }
    cursor = page.value.next ?? undefined
  } while (cursor !== undefined)
  return indexes.sort((a, b) => a - b)
}
