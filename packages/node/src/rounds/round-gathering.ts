// What is put into a round: each object once, as its text came, and nothing that was said to the same before.

import { ok, type Result, refuse, sha256, toHex, utf8 } from '@countersign/log'
import { type EngineParts, othersOf } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import type { Round, RoundStore } from './round-store.ts'

/** What was put in, what was there or said to the same before. */
export interface RoundAdded {
  added: number
  known: number
}

export interface RoundGatheringMeans {
  store: RoundStore
  /** Resolves once the views know what we said under an agreement up to now. */
  ownFolded(pact: string): Promise<void>
}

const OBJECTS_PER_TURN = 100
export const ROUND_TOO_LARGE = refuse(
  'round/too-large',
  `A round has at most ${LIMITS.roundObjects} objects and ${LIMITS.roundBytes} bytes; say what is in it first, or share this by itself.`,
)

export class RoundGathering {
  private readonly parts: Pick<EngineParts, 'pacts' | 'identity' | 'views' | 'giveWay' | 'around'>
  private readonly means: RoundGatheringMeans

  constructor(parts: RoundGathering['parts'], means: RoundGatheringMeans) {
    this.parts = parts
    this.means = means
  }

  /** All of it or nothing. `source`: a feed, or who brings it. Refuses `round/too-large`. */
  async put(
    round: Round,
    objects: readonly { id: string; type: string; source: string }[],
    source: string,
  ): Promise<Result<RoundAdded>> {
    const { store } = this.means
    const isSaid = await this.saidBefore(round)
    const fresh: { id: string; type: string; digest: string; text: string }[] = []
    let bytes = 0
    for (const [i, { id, type, source: text }] of objects.entries()) {
      if (i % OBJECTS_PER_TURN === 0) await this.parts.giveWay()
      const digest = toHex(sha256(utf8(text)))
      if (isSaid(id, digest)) continue
      fresh.push({ id, type, digest, text })
      bytes += Buffer.byteLength(text)
    }
    const before = store.counts(round.key)
    const count = before.objects + before.leftOut + fresh.length
    if (before.bytes + bytes > LIMITS.roundBytes || count > LIMITS.roundObjects) return ROUND_TOO_LARGE
    const added = store.add(round, fresh, { source, at: this.parts.around.now() })
    return ok({ added, known: objects.length - added })
  }

  /** What was said meanwhile by other means, or before a folder was restored, is not new any more. */
  async dropSaid(round: Round): Promise<void> {
    const { store } = this.means
    const isSaid = await this.saidBefore(round)
    for (let after = 0; ; ) {
      const some = store.digests(round.key, after, OBJECTS_PER_TURN)
      store.drop(some.filter(({ id, digest }) => isSaid(id, digest)))
      if (some.length < OBJECTS_PER_TURN) return
      after = some.at(-1)?.n ?? 0
      await this.parts.giveWay()
    }
  }

  /** Whether an object was said to all of them before, in the same text. */
  private async saidBefore({ place }: Round): Promise<(id: string, digest: string) => boolean> {
    const { pacts, identity, views } = this.parts
    const { pact, channel = 'main', to } = place
    await this.means.ownFolded(pact)
    const agreement = pacts.get(pact)?.agreement
    const whom = to ?? (agreement === undefined ? [] : othersOf(agreement, channel, identity.party))
    return (id, digest) => {
      const places = views.sharedByUs(pact, id).filter((one) => one.digest === digest)
      return whom.every((party) => places.some((one) => one.to.includes(party)))
    }
  }
}
