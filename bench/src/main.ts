// What `npm run bench` runs: each figure beside its baseline of the same run. Names after it choose some of them; the
// table goes to the screen and to results/.

import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { append } from './append.ts'
import { audit } from './audit.ts'
import { calls } from './calls.ts'
import { gate } from './gate.ts'
import { hear } from './hear.ts'
import { parts } from './parts.ts'
import { patterns } from './patterns.ts'
import { post } from './post.ts'
import { search } from './search.ts'
import { shares } from './shares.ts'
import { type Row, table } from './table.ts'
import { taxii } from './taxii.ts'
import { validate } from './validate.ts'
import { written } from './written.ts'

const ALL: Record<string, () => Promise<Row[]>> = {
  append,
  parts,
  written,
  hear,
  audit,
  calls,
  shares,
  taxii,
  post,
  gate,
  search,
  patterns,
  validate,
}

const chosen = process.argv.slice(2).filter((name) => !name.startsWith('-'))
const unknown = chosen.find((name) => !(name in ALL))
if (unknown !== undefined) {
  process.stderr.write(`bench: “${unknown}” is none of ${Object.keys(ALL).join(', ')}.\n`)
  process.exit(2)
}
const rows: Row[] = []
for (const [name, run] of Object.entries(ALL)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  process.stderr.write(`${name}…\n`)
  rows.push(...(await run()))
}
const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`
const text = `${new Date().toISOString()}\n${machine}\n\n${table(rows)}\n`
process.stdout.write(text)
const results = fileURLToPath(new URL('../results/', import.meta.url))
mkdirSync(results, { recursive: true })
const stamp = new Date().toISOString().slice(0, 16).replaceAll(':', '')
writeFileSync(`${results}${stamp}.txt`, text)
process.exit(0)
