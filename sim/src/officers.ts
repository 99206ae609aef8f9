// Two officers open a log that succeeds ours, where it waits for peers that do not answer, or is stopped
// (spec/succession.md): one asks, another confirms. They do so too where a start waits for one that never will.

import { WORLDS } from './case.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

const MAY_REFUSE = /^(?:node|ledger|log|not-found)\/|^approval\/(?:changed|asked)$/
const CONFIRMED_AFTER_MS = 3_000
const PATIENCE_MS = 120_000

export function succeedLogs(world: World, who: string): void {
  const machine = world.machine(who)
  for (const channel of ['line', 'main']) void succeed(world, machine, channel)
}

/** A start that needs the answer of somebody who is silent for good waits until two officers wait no longer. */
export function succeedWhereSilent(world: World): void {
  world.clock.after(PATIENCE_MS, 'later', () => {
    for (const machine of world.honest()) if (awaitsTheSilent(world, machine)) succeedLogs(world, machine.party)
    succeedWhereSilent(world)
  })
}

function awaitsTheSilent({ the, checks }: World, machine: Machine): boolean {
  const { hostile, world } = the
  if (hostile?.kind !== 'silent' || machine.node?.health().ready !== false) return false
  // A folder that may be a copy is left waiting: what it lost may yet turn up.
  if (checks.awaitsSilent(machine)) return false
  const { neutrals } = WORLDS[world]
  return neutrals.length === 0 || neutrals.includes(hostile.party)
}

async function succeed(world: World, machine: Machine, channel: string): Promise<void> {
  const { node, life, party } = machine
  const pins = await node?.officers.offeredSuccession(world.pact, channel)
  if (node === undefined || pins === undefined || machine.life !== life) return
  const act = { kind: 'log/succeed' as const, pact: world.pact, channel, pins }
  const since = machine.now - 86_400_000
  const asked = await node.officers.approvals.ask(act, 'Nobody answers.', { id: 'one', name: 'Officer One', since })
  if (!asked.ok) return refused(world, machine, life, asked)
  const alone = await node.officers.approvals.confirm(asked.value.id, { id: 'one', name: 'Officer One', since })
  if (alone.ok) world.violated(2, `One officer alone opened a log of ${party} that succeeds another.`)
  world.clock.after(CONFIRMED_AFTER_MS, `${party} confirms`, () => {
    if (machine.life !== life) return
    void node.officers.approvals
      .confirm(asked.value.id, { id: 'two', name: 'Officer Two', since })
      .then((confirmed) => {
        world.trace.add(
          `${world.clock.now} ${party} confirms: ${confirmed.ok ? confirmed.value.outcome : confirmed.code}`,
        )
        if (confirmed.ok) world.did('a log succeeded by two officers')
        else refused(world, machine, life, confirmed)
      })
  })
}

function refused(
  world: World,
  machine: Machine,
  life: number,
  { code, message }: { code: string; message: string },
): void {
  if (MAY_REFUSE.test(code) || machine.life !== life || machine.diskFaulted || machine.full) return
  world.violated(0, `Two officers of ${machine.party} may open a log and are refused: ${code} ${message}`)
}
