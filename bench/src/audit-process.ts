// Audits one log in a process of its own, so that the peak of its memory is the audit's: `audit-process.ts FOLDER ORIGIN
// [CARD]`. With a card every entry's two signatures are verified as well. Prints milliseconds, peak and findings as JSON.

import { readFileSync } from 'node:fs'
import { auditLog, nodeDisk } from '@countersign/ledger'
import { parseEntry, verifyEntry } from '@countersign/record'
import { peakMemory } from './memory.ts'
import { cardOf, signers } from './samples.ts'

const [folder = '', origin = '', cardPath] = process.argv.slice(2)
const card = cardPath === undefined ? undefined : cardOf(readFileSync(cardPath))
const keys = { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey }
const from = performance.now()
let unverified = 0
const audit = await auditLog(
  { disk: nodeDisk(), folder, origin, keys },
  card === undefined
    ? {}
    : {
        entry(_index, bytes) {
          const entry = parseEntry(bytes)
          if (!entry.ok || !verifyEntry(entry.value, card.keys.statement)) unverified++
        },
      },
)
process.stdout.write(
  JSON.stringify({
    ms: performance.now() - from,
    peakMiB: peakMemory('self'),
    size: audit.size,
    findings: audit.findings.length + unverified,
  }),
)
