// What waits for whoever is signed in: shares that another shared, and acts and changes of the rules that another asked for. Who may approve is
// decided by the node; here only what the node would refuse anyway is not counted.

import type { WaitingShare } from '@countersign/client'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../queries.ts'
import { useIsMine } from './approving.tsx'

/** `author` and `approver` may not approve it any more; `other` may. */
export type Part = 'author' | 'approver' | 'other'

/** What this officer has to do with a share: accounts are told apart by their address. */
export function usePart(): (share: Pick<WaitingShare, 'author' | 'isOfficers' | 'approvals'>) => Part {
  const me = useQuery(ask.me()).data?.account.email
  return ({ author, isOfficers, approvals }) => {
    if (isOfficers && author === me) return 'author'
    return approvals.some(({ name }) => name === me) ? 'approver' : 'other'
  }
}

export function useForMe(): number {
  const status = useQuery(ask.status()).data
  const some = (status?.toApprove ?? 0) > 0
  const shares = useQuery({ ...ask.waitingShares(), enabled: some }).data
  const [partOf, isMine] = [usePart(), useIsMine()]
  const open = some ? (shares ?? []).filter((share) => share.state === 'open' && partOf(share) === 'other') : []
  const changes = useQuery(ask.openRuleChanges()).data ?? []
  const asked = changes.filter((change) => change.state === 'open' && !isMine(change))
  return open.length + asked.length + (status?.approvals ?? []).filter((act) => !isMine(act)).length
}
