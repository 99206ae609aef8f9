// Who may be the second person: somebody else than those who asked or approved before, with an account that was there
// before it was asked for. People are told apart by their accounts, and by nothing else.

import { ok, type Result, refuse } from '@countersign/log'

/** Somebody who has signed in with an account of their own. */
export interface Officer {
  id: string
  name: string
  /** When the account was made, milliseconds since 1970. */
  since: number
}

/** `before`: the ids of the accounts that asked or approved already. `own` is told to whoever is among them. */
export function maySecond(
  { id, since }: Officer,
  { before, askedAt, own }: { before: readonly string[]; askedAt: number; own: string },
): Result<undefined> {
  if (before.includes(id)) return refuse('approval/same-officer', own)
  if (since < askedAt) return ok(undefined)
  return refuse('approval/new-account', 'This account was made after it was asked for, and so it confirms nothing.')
}
