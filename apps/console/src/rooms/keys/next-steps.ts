// What is to be done about the keys, the most urgent first; the shell says the same (`countersign key status`).

import type { KeyStatus } from '@countersign/client'

/** Days before its end from which a card's validity is warned of. */
const WARN_DAYS = 60

export type NextStep =
  | { kind: 'given-up'; roles: string[] }
  | { kind: 'root-here'; here: number; keys: number; threshold: number }
  | { kind: 'waiting' }
  | { kind: 'expired' }
  | { kind: 'expires'; days: number }
  | { kind: 'notice'; party: string; roles: string[] }
  | { kind: 'in-clear' }
  | { kind: 'behind'; logs: number }

export function nextSteps(status: KeyStatus): NextStep[] {
  const { root, validity, party } = status
  const steps: NextStep[] = []
  const roles = status.roles.filter(({ givenUp }) => givenUp).map(({ role }) => role)
  if (roles.length > 0) steps.push({ kind: 'given-up', roles })
  if (root.here >= root.threshold) steps.push({ kind: 'root-here', ...root })
  if (status.waiting) steps.push({ kind: 'waiting' })
  if (validity.daysLeft < 0) steps.push({ kind: 'expired' })
  else if (validity.daysLeft < WARN_DAYS) steps.push({ kind: 'expires', days: validity.daysLeft })
  for (const notice of status.notices) {
    if (notice.party !== party) steps.push({ kind: 'notice', party: notice.party, roles: notice.roles })
  }
  if (!status.underPassphrase) steps.push({ kind: 'in-clear' })
  const logs = status.logs.filter(({ upToDate, frozenAt }) => !upToDate && frozenAt === null).length
  if (logs > 0) steps.push({ kind: 'behind', logs })
  return steps
}
