// Shares that their asker has named: asked for twice, by a double click or because the answer was lost on the way, such a
// share is said once. Who asks again while it is under way is told what comes of it; who asks later, what came of it.

import { ok, type Result, refuse } from '@countersign/log'
import type { RecordOfShare } from '@countersign/views'
import type { StoredPact } from '../pacts.ts'
import type { ShareRequest } from './saying.ts'
import type { ShareResult, ShareState } from './share.ts'
import type { WaitingShare } from './waiting-shares.ts'

export interface NamedRequest extends ShareRequest {
  share: string
}

interface Door {
  share(request: ShareRequest): Promise<ShareResult>
  placeOf(request: ShareRequest): Result<{ pact: StoredPact; awaited(): string[] }>
  state(pact: string, share: string): Promise<ShareState>
  recordsOf(pact: string, share: string): RecordOfShare[]
  /** What waits for a second person, or did. */
  waiting(share: string): WaitingShare | undefined
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
    const { objects = 0, because = [], outcome = '' } = this.door.waiting(share) ?? {}
    if (state === 'ended') {
      const why = outcome === '' ? '' : ` ${outcome}`
      return refuse('approval/ended', `It waited under this name and was not approved.${why} Share it anew.`)
    }
    const records = this.door.recordsOf(pact.id, share)
    const waits = state === 'waits' ? because.map((one) => ({ code: 'release/waits' as const, ...one })) : []
    return ok({
      ...{ state, share, saidBefore: true, awaited: state === 'held-here' ? awaited() : [] },
      records: records.map(({ record }) => record),
      objects: state === 'waits' ? objects : records.reduce((sum, record) => sum + record.objects, 0),
      ...{ waits: waits.map(({ code, message, rule }) => ({ code, message, rule })), waitsTotal: waits.length },
      ...{ redacted: [], redactedTotal: 0, errors: [], errorsTotal: 0, warnings: [], warningsTotal: 0 },
    })
  }
}
