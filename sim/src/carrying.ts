// A stick goes from one machine to another: all of it, half of it, or as it was on an earlier trip. What it brings is
// heard by the code that hears the network, and watched by the same checks.

import { carryOutAs } from '@countersign/node'
import type { Step } from './case.ts'
import { CANARY } from './checks.ts'
import { drawOf } from './random.ts'
import { Stick } from './stick.ts'
import type { World } from './world.ts'

const WALK_MS = 2_000
/** Fewer than a first trip writes, and about what a later one does: so it is mostly pulled out while it is written. */
const FILES_MAX = 16

export class Carrying {
  private readonly world: World
  /** As each lay after its last trip out, and after the one before. */
  private readonly sticks = new Map<string, { now: Stick; before: Stick | undefined }>()

  constructor(world: World) {
    this.world = world
  }

  take(step: Extract<Step, { do: 'carry' }>): void {
    void this.carry(step)
  }

  private async carry({ from, to, how, n }: Extract<Step, { do: 'carry' }>): Promise<void> {
    const { world } = this
    const machine = world.machine(from)
    if (machine.node === undefined) return
    const name = `${from} ${to}`
    const known = this.sticks.get(name)
    const stick = known?.now.copy() ?? new Stick()
    if (how === 'half-copied') stick.pullAfter(drawOf(world.the.seed, `stick ${n}`).below(FILES_MAX))
    machine.stick = stick
    const { dir, party, neutral, node, around } = machine
    if (around === undefined) return
    const out = await carryOutAs(
      { dir, party, neutral, card: node.card },
      { dir, to: '/stick', around, progress: () => {} },
    )
    this.sticks.set(name, { now: stick, before: known?.now })
    if (stick.holds(CANARY)) world.violated(4, `${from} carried out content in the clear.`)
    world.trace.add(`${world.clock.now} ${from} carries out ${out.ok ? out.value.logs.length : out.code} ${stick.size}`)
    world.clock.after(
      WALK_MS,
      `walk to ${to}`,
      () => void this.arrive(to, how === 'old' ? (known?.before ?? known?.now ?? stick) : stick, how),
    )
  }

  private async arrive(to: string, stick: Stick, how: 'whole' | 'half-copied' | 'old'): Promise<void> {
    const { world } = this
    const machine = world.machine(to)
    if (machine.node === undefined) return
    machine.stick = stick.copy()
    const taken = await machine.node.carryIn('/stick')
    const what = taken.ok ? `${taken.value.logs.reduce((sum, { entries }) => sum + entries, 0)} entries` : taken.code
    world.trace.add(`${world.clock.now} ${to} carries in ${what}`)
    const isAsMeant = how !== 'half-copied' || stick.isPulledOut
    if (taken.ok && isAsMeant) world.did(`a stick carried in, ${how}`)
  }
}
