// A witness as a process of its own, for the test that ends it with -9. It writes its URL once it listens.

import { nodeDisk } from '@countersign/ledger'
import { serveWitness, Witness } from '../src/index.ts'

const [dir = ''] = process.argv.slice(2)
const witness = await Witness.open(dir, { disk: nodeDisk(), now: () => Date.now() / 1000, report: () => undefined })
if (!witness.ok) throw new Error(witness.message)
const served = await serveWitness(witness.value, { listen: '127.0.0.1:0' })
if (!served.ok) throw new Error(served.message)
process.stdout.write(`${served.value.url}\n`)
