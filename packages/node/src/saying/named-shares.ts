// Shares that their asker has named: asked for twice, by a double click or because the answer was lost on the way, such a
// share is said once. Who asks again while it is under way is told what comes of it; who asks later, what came of it.

import { ok, type Result } from '@countersign/log'
import type { RecordOfShare } from '@countersign/views'
import type { StoredPact } from '../pacts.ts'
import type { ShareRequest } from './saying.ts'
import type { ShareResult } from './share.ts'

export interface NamedRequest extends ShareRequest {
  share: string
}

interface Door {
  share(request: ShareRequest): Promise<ShareResult>
  placeOf(request: ShareRequest): Result<{ pact: StoredPact; awaited(): string[] }>
  state(pact: string, share: string): Promise<'held-here' | 'said' | 'unknown'>
  recordsOf(pact: string, share: string): RecordOfShare[]
}

export class NamedShares {
  private readonly door: Door
  private readonly underWay = new Map<string, Promise<ShareResult>>()

  constructor(door: Door) {
    this.door = door
  }

  /** A name is used for one share only: what is sent under one that was said is not read. Refused ones are judged anew. */
  share(request: NamedRequest): Promise<ShareResult> {
    const going = this.underWay.get(request.share)
    if (going !== undefined) return going
    const asked = this.shareOnce(request).finally(() => this.underWay.delete(request.share))
    this.underWay.set(request.share, asked)
    return asked
  }

  private async shareOnce(request: NamedRequest): Promise<ShareResult> {
    const place = this.door.placeOf(request)
    if (!place.ok) return place
    const { pact, awaited } = place.value
    const { share } = request
    const state = await this.door.state(pact.id, share)
    if (state === 'unknown') return this.door.share(request)
    const records = this.door.recordsOf(pact.id, share)
    return ok({
      ...{ state, share, saidBefore: true, awaited: state === 'held-here' ? awaited() : [] },
      records: records.map(({ record }) => record),
      objects: records.reduce((sum, { objects }) => sum + objects, 0),
      ...{ redacted: [], redactedTotal: 0, errors: [], errorsTotal: 0, warnings: [], warningsTotal: 0 },
    })
  }
}
