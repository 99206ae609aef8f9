// A busy writer for the tests that end it with -9: many callers append to one log; each index that was acknowledged is
// written to standard output, after it was, with what was appended.

import { createHash } from 'node:crypto'
import { ed25519, mldsa44 } from '@countersign/log'
import { createOwnLog, nodeDisk, openOwnLog } from '../src/index.ts'

const [dir = '', origin = '', round = '0'] = process.argv.slice(2)
const seed = (n: number) => new Uint8Array(32).fill(n)
const signers = { ed25519: ed25519.signer(seed(1)), mldsa44: mldsa44.signer(seed(2)) }
const options = { disk: nodeDisk(), dir, origin, signers }
const made = round === '0' ? await createOwnLog(options) : await openOwnLog(options)
if (!made.ok) throw new Error(made.message)
const log = made.value
log.confirm()
// A log exists from its first entry on.
if (round === '0') await log.append(new TextEncoder().encode('first'))
process.stdout.write(`open ${log.size}\n`)
let next = 0
await Promise.all(
  Array.from({ length: 24 }, async () => {
    for (;;) {
      const number = next++
      const text = `${round}-${number}-`.padEnd(40 + ((number * 37) % 900), 'x')
      const index = await log.append(new TextEncoder().encode(text))
      process.stdout.write(`${index} ${createHash('sha256').update(text).digest('hex')}\n`)
    }
  }),
)
