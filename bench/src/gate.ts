// The release gate: whole decisions on the exact bytes that would leave, as a share and `gate try` have them, with the
// private copy, the rules of the house read anew, and what the views say of each object; beside what has to be done with
// the same bytes whatever is decided: each object put into canonical JSON and hashed.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '@countersign/log'
import { canonicalJson } from '@countersign/record'
import { bundleOf } from './bundles.ts'
import { type BenchNodes, startNodes, value } from './nodes.ts'
import { perSecond, type Row } from './table.ts'
import { inTurns } from './turns.ts'

const ROUNDS = 15
const SIZES = [10, 1_000]
/** Decisions of one turn, so that a turn takes some time. */
const OBJECTS_A_TURN = 1_000

const HOUSE = `
@id("own-infrastructure")
forbid (principal, action == Action::"release", resource)
when { resource.lists.contains("own-infrastructure") };

@id("named-victims")
@redact("object")
forbid (principal, action == Action::"release", resource)
when { resource.type == "identity" && resource.labels.contains("victim") };

@id("red-by-voice-only")
forbid (principal, action == Action::"release", resource)
when { resource has tlp && resource.tlp >= 4 };
`
/** Has the rules asked about each object by itself: no two have the same facts. */
const EACH_ASKED = `
@id("one-that-stays")
forbid (principal, action == Action::"release", resource)
when { resource.id == "indicator--00000000-0000-4000-8000-000000000000" };
`
const LIST = ['192.0.2.0/24', '2001:db8:7::/48', 'alfa.example'].join('\n')

const RULES = [
  { what: 'no rules of the house', rules: undefined },
  { what: 'three rules in Cedar and a list', rules: HOUSE },
  { what: 'four rules, asked about each object', rules: HOUSE + EACH_ASKED },
]

export async function gate(): Promise<Row[]> {
  const nodes = await startNodes()
  try {
    const rows: Row[] = []
    for (const size of SIZES) {
      const bytes = await gathered(bundleOf(size))
      for (const { what, rules } of RULES) {
        houseHas(nodes, rules)
        rows.push(await decided(nodes, what, bytes, size))
      }
    }
    return rows
  } finally {
    await nodes.close()
  }
}

async function decided({ alfa, pact }: BenchNodes, what: string, bytes: Uint8Array, size: number): Promise<Row> {
  const { objects }: { objects: unknown[] } = JSON.parse(Buffer.from(bytes).toString())
  const times = OBJECTS_A_TURN / size
  const decide = async () => {
    for (let i = 0; i < times; i++) {
      const tried = value(await alfa.tryShare({ pact, account: 'bench', input: whole(bytes) }))
      if (!tried.passes || tried.objects !== size) throw new Error(`The gate says ${tried.verdict}.`)
    }
  }
  const hash = () => {
    for (let i = 0; i < times; i++) for (const object of objects) sha256(canonicalJson(object))
  }
  const [ours = 0, bare = 0] = await inTurns(ROUNDS, [decide, hash])
  return {
    what: `gate, ${size.toLocaleString('en-GB')} objects: ${what}`,
    measured: `${perSecond(times, ours)}, ${perSecond(OBJECTS_A_TURN, ours)} objects`,
    baseline: `${perSecond(OBJECTS_A_TURN, bare)} canonical and hashed`,
    ratio: (bare / ours).toFixed(3),
    aim: '',
  }
}

function houseHas({ alfa }: BenchNodes, rules: string | undefined): void {
  const folder = join(alfa.dir, 'rules')
  rmSync(folder, { recursive: true, force: true })
  if (rules === undefined) return
  mkdirSync(join(folder, 'lists'), { recursive: true })
  writeFileSync(join(folder, 'house.cedar'), rules)
  writeFileSync(join(folder, 'lists', 'own-infrastructure.txt'), LIST)
}

async function gathered(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of input) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
