// What a node reports while nothing is wrong with its machine must not be a failure of its own, and its alarms must not
// accuse anybody who kept the rules.

import type { Machine } from './machine.ts'
import type { World } from './world.ts'

/** Work of the engine that failed. Behind a sound disk none may. */
const FAILURES = [
  'unattended-failed',
  'fold-failed',
  'round-failed',
  'held-here-failed',
  'rejection-failed',
  'head-not-kept',
  'mirror-not-open',
  'whereabouts-unwritten',
  'witness-failed',
]

/** Alarms that a fault of the disk explains. */
const OF_THE_DISK = /^(?:ledger\/|node\/failed$|log\/check-failed$)/

export function faultOfReport(
  world: World,
  machine: Machine,
  level: string,
  event: string,
  facts: Record<string, unknown>,
  wasRestored: boolean,
): { invariant: number; message: string } | undefined {
  const { party } = machine
  const diskIsBad = machine.diskFaulted || machine.full
  const message = String(facts.message ?? '')
    .split('\n')
    .slice(0, 12)
    .join('\n')
  if (level === 'error' && FAILURES.includes(event)) {
    return diskIsBad ? undefined : { invariant: 7, message: `${party} reports ${event}: ${message}` }
  }
  if (event !== 'alarm') return undefined
  const code = String(facts.code)
  const subject = String(facts.subject)
  if (diskIsBad && OF_THE_DISK.test(code)) return undefined
  if (code === 'node/may-be-copy') return undefined
  // A witness accuses nobody, and what it could not give is looked for at rest.
  if (code.startsWith('witness/')) return undefined
  // Whoever had its keys stolen is not accused: it has said so itself.
  if (code === 'party/notice' && subject === world.theft.party) return undefined
  // A thief says what it gives nobody the content of, and a folder that was restored may lack content that nobody fetched.
  const isOwn = subject.startsWith(`${party}/`)
  if (code === 'log/content-lost' && isOwn && (wasRestored || party === world.theft.party)) return undefined
  // A peer that could not be reached half-way through; it is asked again.
  if (code === 'log/tail-withheld') return undefined
  const hostile = world.the.hostile?.party
  if (hostile !== undefined && (subject.startsWith(hostile) || subject.includes(` ${hostile}`))) return undefined
  if (hostile !== undefined && wasRestored && code.startsWith('log/')) return undefined
  return { invariant: 7, message: `${party} raises ${code} about ${subject}: ${message}` }
}
