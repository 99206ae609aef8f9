// Audit: a log of a million records checked byte for byte, every bundle, tile and root and the checkpoint's signatures,
// against `sha256sum` of the same files; the peak of its memory beside that of a log a tenth as long. And with both
// signatures of every statement, against verifying these and nothing else.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createOwnLog, logFolder, nodeDisk } from '@countersign/ledger'
import { parseEntry, preAuthEncoding, STATEMENT_TYPE, verifyBoth } from '@countersign/record'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { cardFile, cardOf, ORIGIN, signers, statements } from './samples.ts'
import { median, perSecond, type Row } from './table.ts'

const PROCESS = fileURLToPath(new URL('./audit-process.ts', import.meta.url))
const MILLION = 1_000_000
const SIGNED = 20_000
const ROUNDS = 3
const AT_ONCE = 4_096

interface Audited {
  ms: number
  peakMiB: number
  size: number
  findings: number
}

export async function audit(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  try {
    return [...(await small(dir)), await signed(dir)]
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function small(dir: string): Promise<Row[]> {
  // Entries of 400 bytes, each its own: what is measured is hashing and reading, so none carries a signature.
  const entry = (n: number) => Buffer.from(`${n} `.padEnd(400, 'entry of the log '))
  const [long, short] = [join(dir, 'long'), join(dir, 'short')]
  await make(long, MILLION, entry)
  await make(short, MILLION / 10, entry)
  const ours: number[] = []
  const sums: number[] = []
  let peak = 0
  for (let round = 0; round < ROUNDS; round++) {
    sums.push(sha256sum(long))
    const audited = run(long, MILLION)
    ours.push(audited.ms)
    peak = Math.max(peak, audited.peakMiB)
  }
  const [a, b] = [median(ours), median(sums)]
  const tenth = run(short, MILLION / 10)
  rmSync(long, { recursive: true })
  return [
    {
      what: `audit, ${MILLION.toLocaleString('en-GB')} records of 400 bytes`,
      measured: `${(a / 1000).toFixed(2)} s, ${perSecond(MILLION, a)}`,
      baseline: `sha256sum ${(b / 1000).toFixed(2)} s`,
      ratio: (a / b).toFixed(2),
      aim: '',
    },
    {
      what: 'its peak memory',
      measured: `${peak} MiB`,
      baseline: `${tenth.peakMiB} MiB for a tenth`,
      ratio: (peak / tenth.peakMiB).toFixed(2),
      aim: 'does not grow',
    },
  ]
}

async function signed(dir: string): Promise<Row> {
  const file = cardFile(await identityToRecipient(await generateHybridIdentity()))
  const card = cardOf(file)
  const some = statements(1_024, { card: card.digest, version: '0'.repeat(64) })
  const messages = some.map((bytes) => {
    const entry = parseEntry(bytes)
    if (!entry.ok) throw new Error(entry.message)
    return { message: preAuthEncoding(STATEMENT_TYPE, entry.value.payload), signatures: entry.value.signatures }
  })
  const at = join(dir, 'signed')
  await make(at, SIGNED, (n) => some[n % some.length] ?? new Uint8Array())
  const cardPath = join(dir, 'card')
  writeFileSync(cardPath, file)
  const ours: number[] = []
  const bare: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now()
    for (let n = 0; n < SIGNED; n++) {
      const one = messages[n % messages.length]
      if (one === undefined || !verifyBoth(one.message, one.signatures, card.keys.statement))
        throw new Error('A statement does not verify.')
    }
    bare.push(performance.now() - from)
    ours.push(run(at, SIGNED, cardPath).ms)
  }
  const [a, b] = [median(ours), median(bare)]
  return {
    what: `audit with signatures, ${SIGNED.toLocaleString('en-GB')} statements`,
    measured: perSecond(SIGNED, a),
    baseline: `${perSecond(SIGNED, b)} verified`,
    ratio: (b / a).toFixed(2),
    aim: '',
  }
}

async function make(dir: string, count: number, entry: (n: number) => Uint8Array): Promise<void> {
  const made = await createOwnLog({ disk: nodeDisk(), dir, origin: ORIGIN, signers })
  if (!made.ok) throw new Error(made.message)
  const log = made.value
  for (let from = 0; from < count; from += AT_ONCE) {
    await log.appendAll(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => entry(from + i)))
  }
  await log.published()
  await log.close()
}

function run(dir: string, size: number, card?: string): Audited {
  const args = [PROCESS, logFolder(dir, ORIGIN), ORIGIN, ...(card === undefined ? [] : [card])]
  const audited = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Audited
  if (audited.findings > 0 || audited.size !== size) throw new Error(`The audit found ${JSON.stringify(audited)}.`)
  return audited
}

function sha256sum(dir: string): number {
  const from = performance.now()
  execFileSync('sh', ['-c', 'find "$0" -type f -print0 | xargs -0 sha256sum >/dev/null', logFolder(dir, ORIGIN)])
  return performance.now() - from
}
