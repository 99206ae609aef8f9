// Whether what a receipt attests would survive the worst power cut of this moment (spec/receipt.md): the mirror is opened
// as a start would open it, from nothing but what is durable for certain.

import { type Mirror, openMirror } from '@countersign/ledger'
import { equalBytes } from '@countersign/log'
import { type Card, parseEntry } from '@countersign/record'
import { WORLDS } from './case.ts'
import { cardIn } from './identity.ts'
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
  const disk = machine.stillDisk()
  let mirror: Mirror | undefined
  let why = ''
  // A log is known by one key for all its life: that of the card it was opened with.
  for (const { keys } of cardsOf(author)) {
    const random = (bytes: number) => new Uint8Array(bytes)
    const opened = await openMirror({ disk, dir: machine.dir, origin, keys: keys.log, random })
    if (opened.ok) mirror = opened.value
    else why = opened.message
    if (opened.ok && opened.value.size >= head.size) break
  }
  if (mirror === undefined) return why
  if (mirror.size < head.size) return `only ${mirror.size} are durable`
  if (!equalBytes(await mirror.rootAt(head.size), head.root)) return 'what is durable leads to another root'
  const isDepositary = WORLDS[world.the.world].neutrals.includes(machine.party)
  let index = 0
  for await (const bytes of mirror.entries(0, head.size)) {
    const entry = parseEntry(bytes)
    const isOwed = entry.ok && !world.destruction.mayBeGone(`${origin}#${index}`)
    if (isOwed && (isDepositary || entry.value.statement.to.includes(machine.party))) {
      for (const { sealed, size } of entry.value.statement.content.slice(0, PARTS)) {
        if (size <= PART_BYTES && !(await mirror.hasAddendum(sealed))) return `content of entry ${index} is not durable`
      }
    }
    index++
  }
  return undefined
}

/** All that its folder has, the one that speaks first. */
export function cardsOf({ disk, dir, identity }: Machine): Card[] {
  const others = disk.names(`${dir}/cards`).flatMap((name) => {
    const card = cardIn(disk.read(`${dir}/cards/${name}`) ?? new Uint8Array())
    return card?.party === identity.party ? card : []
  })
  return [identity.card, ...others]
}

/** What the agreement of the simulation permits; what is over it may go unreceipted. */
const PARTS = 8
const PART_BYTES = 1_048_576
