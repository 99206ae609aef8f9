// A share as it is kept here, until our log may be signed or a second person has approved it: its STIX stands in
// DIR/private/held, under the share's UUID.

import type { LeftLately } from '@countersign/intel'
import type { ShareRequest } from './saying.ts'
import type { SharePerson } from './waiting-store.ts'

export interface KeptShare extends Omit<ShareRequest, 'input' | 'progress' | 'later' | 'met' | 'share'> {
  type: 'intel/share' | 'intel/sighting'
  share: string
  bytes: number
  /** Of feedback: the id of its first statement, whose body names no share. */
  statement?: string
  /** What had left in the day before when it began to wait: what is approved is judged by that. */
  lately?: LeftLately
  /** Who approved it, and the judgement that they approved: it leaves by this one alone. */
  approved?: { judgement: string; by: SharePerson[] }
}
