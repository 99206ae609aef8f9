// Keys that change: a party’s root signs a further card apart from its node, and the node takes it.

import type { Step } from './case.ts'
import { signedRequest } from './identity.ts'
import type { World } from './world.ts'

/** Refusals that a node may give where its disk fails. */
const OF_THE_DISK = /^(?:node|ledger)\//

export function changeKeys(world: World, { who, roles }: Extract<Step, { do: 'rotate' }>): void {
  const machine = world.machine(who)
  const { node, life } = machine
  const request = node && signedRequest(node.card, roles, false)
  if (node === undefined || request === undefined) return
  void node.acceptKeys(request).then((accepted) => {
    world.trace.add(
      `${world.clock.now} ${who} changes ${roles.join()}: ${accepted.ok ? accepted.value.state : accepted.code}`,
    )
    if (accepted.ok) for (const role of roles) world.did(`a ${role} key changed`)
    else if (machine.life === life && !OF_THE_DISK.test(accepted.code) && !machine.diskFaulted) {
      world.violated(0, `${who} may change its keys and is refused: ${accepted.code} ${accepted.message}`)
    }
  })
}
