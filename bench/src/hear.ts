// Hear: records a second verified, mirrored durably and folded into the views. The baseline verifies the two signatures
// of as many statements and does nothing else. Import is the same without the views; opening sealed content is measured
// apart.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk, openMirror } from '@countersign/ledger'
import { leafHash, signCheckpoint, TreeFrontier } from '@countersign/log'
import { openAge, sealAge } from '@countersign/node'
import {
  type Card,
  type Entry,
  parseEntry,
  preAuthEncoding,
  STATEMENT_TYPE,
  verifyBoth,
  verifyEntry,
} from '@countersign/record'
import { openViews } from '@countersign/views'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { cardFile, cardOf, ORIGIN, signers, statements } from './samples.ts'
import { median, perSecond, type Row } from './table.ts'

const COUNT = 4_096
const ROUNDS = 3
const BATCH = 256

export async function hear(): Promise<Row[]> {
  const identity = await generateHybridIdentity()
  const recipient = await identityToRecipient(identity)
  const file = cardFile(recipient)
  const card = cardOf(file)
  const all = statements(COUNT, { card: card.digest, version: '0'.repeat(64) })
  const parsed: Entry[] = all.map((bytes) => {
    const entry = parseEntry(bytes)
    if (!entry.ok) throw new Error(entry.message)
    return entry.value
  })
  const messages = parsed.map(({ payload, signatures }) => ({
    message: preAuthEncoding(STATEMENT_TYPE, payload),
    signatures,
  }))
  const notes = checkpoints(all)

  const whole: number[] = []
  const bare: number[] = []
  const imports: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    let from = performance.now()
    for (const { message, signatures } of messages) {
      if (!verifyBoth(message, signatures, card.keys.statement)) throw new Error('A statement does not verify.')
    }
    bare.push(performance.now() - from)

    const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
    const views = await openViews({ path: join(dir, 'views.db'), party: 'bravo.example', now: () => 0 })
    await views.knowCard(file)
    const opened = await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: card.keys.log })
    if (!opened.ok) throw new Error(opened.message)
    const mirror = opened.value
    from = performance.now()
    for (const [i, note] of notes.entries()) {
      const batch = all.slice(i * BATCH, (i + 1) * BATCH)
      const extended = await mirror.extend(batch, note)
      if (!extended.ok) throw new Error(extended.message)
      const entries = batch.map((bytes) => {
        const entry = parseEntry(bytes)
        return { bytes, parsed: entry, signature: entry.ok && verifyEntry(entry.value, card.keys.statement) }
      })
      await views.foldEntries(ORIGIN, i * BATCH, entries)
    }
    whole.push(performance.now() - from)
    await mirror.close()
    await views.close()
    rmSync(dir, { recursive: true })
    imports.push(await imported(all, notes, card))
  }

  const sealed = await sealAge(new Uint8Array(4096), [recipient])
  const opening: number[] = []
  for (let i = 0; i < 100; i++) {
    const from = performance.now()
    if ((await openAge(sealed, identity)) === undefined) throw new Error('The content does not open.')
    opening.push(performance.now() - from)
  }
  const [a, b, c] = [median(whole), median(bare), median(imports)]
  return [
    {
      what: `import, ${COUNT} statements`,
      measured: perSecond(COUNT, c),
      baseline: `${perSecond(COUNT, b)} verified`,
      ratio: (b / c).toFixed(2),
      aim: '',
    },
    {
      what: `hear, ${COUNT} statements`,
      measured: perSecond(COUNT, a),
      baseline: `${perSecond(COUNT, b)} verified`,
      ratio: (b / a).toFixed(2),
      aim: '≥ 0.60',
    },
    {
      what: 'open 4 KiB of sealed content',
      measured: `${median(opening).toFixed(2)} ms`,
      baseline: '',
      ratio: '',
      aim: '',
    },
  ]
}

/** A peer's log taken into its mirror: every statement parsed and verified, entries durable and published. */
async function imported(all: readonly Uint8Array[], notes: readonly Uint8Array[], card: Card): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const opened = await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: card.keys.log })
  if (!opened.ok) throw new Error(opened.message)
  const from = performance.now()
  for (const [i, note] of notes.entries()) {
    const batch = all.slice(i * BATCH, (i + 1) * BATCH)
    const extended = await opened.value.extend(batch, note)
    if (!extended.ok) throw new Error(extended.message)
    for (const bytes of batch) {
      const entry = parseEntry(bytes)
      if (!entry.ok || !verifyEntry(entry.value, card.keys.statement)) throw new Error('A statement does not verify.')
    }
  }
  const ms = performance.now() - from
  await opened.value.close()
  rmSync(dir, { recursive: true })
  return ms
}

function checkpoints(entries: readonly Uint8Array[]): Uint8Array[] {
  const tree = new TreeFrontier()
  const notes: Uint8Array[] = []
  for (const entry of entries) {
    tree.append(leafHash(entry))
    if (tree.size % BATCH === 0)
      notes.push(signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, signers))
  }
  return notes
}
