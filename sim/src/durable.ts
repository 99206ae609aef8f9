// Whether what a receipt attests would survive the worst power cut of this moment (spec/receipt.md): the mirror is opened
// as a start would open it, from nothing but what is durable for certain.

import { openMirror } from '@countersign/ledger'
import { equalBytes } from '@countersign/log'
import { parseEntry } from '@countersign/record'
import { WORLDS } from './case.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

/** A sentence where something is missing. */
export async function durablyCovers(
  world: World,
  machine: Machine,
  origin: string,
  head: { size: number; root: Uint8Array },
): Promise<string | undefined> {
  const author = world.machines.get(origin.slice(0, origin.indexOf('/')))
  if (author === undefined) return 'its author is unknown'
  const opened = await openMirror({
    disk: machine.stillDisk(),
    dir: machine.dir,
    origin,
    keys: author.identity.card.keys.log,
    random: (bytes) => new Uint8Array(bytes),
  })
  if (!opened.ok) return opened.message
  const mirror = opened.value
  if (mirror.size < head.size) return `only ${mirror.size} are durable`
  if (!equalBytes(await mirror.rootAt(head.size), head.root)) return 'what is durable leads to another root'
  const isDepositary = WORLDS[world.the.world].neutrals.includes(machine.party)
  let index = 0
  for await (const bytes of mirror.entries(0, head.size)) {
    const entry = parseEntry(bytes)
    if (entry.ok && (isDepositary || entry.value.statement.to.includes(machine.party))) {
      for (const { sealed, size } of entry.value.statement.content.slice(0, PARTS)) {
        if (size <= PART_BYTES && !(await mirror.hasAddendum(sealed))) return `content of entry ${index} is not durable`
      }
    }
    index++
  }
  return undefined
}

/** What the agreement of the simulation permits; what is over it may go unreceipted. */
const PARTS = 8
const PART_BYTES = 1_048_576
