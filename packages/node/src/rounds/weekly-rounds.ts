// The weekly round: what is new is gathered for each agreement until a person says it as one share, through the gate and
// with four eyes like any other. Nothing is said by itself: when a round is due, that is told, and it waits. How far it has
// come is durable before it is said, under the share's UUID, and the log itself tells what became of a run that ended
// half-way; so nothing is said twice, and nothing is lost.

import { ok, type Result, refuse, utf8 } from '@countersign/log'
import { isFeedName } from '@countersign/record'
import { type EngineParts, markingOf, noSuchPact, othersOf } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import type { ShareRefusal, Tried } from '../saying/judging.ts'
import type { ShareRequest } from '../saying/saying.ts'
import { type Shared, type ShareResult, type ShareState, uuidOf } from '../saying/share.ts'
import { objectsIn } from '../saying/stix-objects.ts'
import { ROUND_TOO_LARGE, type RoundAdded, RoundGathering, type RoundGatheringMeans } from './round-gathering.ts'
import { lookAt, type RoundLooked, RoundLooks, type RoundRefusal } from './round-looks.ts'
import type { Gathered, OpenSaying, Round, RoundPlace, RoundStanding, RoundTerms, Skipped } from './round-store.ts'
import { nextSlot } from './schedule.ts'

export interface WeeklyRoundsMeans extends RoundGatheringMeans {
  share(request: ShareRequest): Promise<ShareResult>
  tryShare(request: ShareRequest): Promise<Result<Tried>>
  shareState(pact: string, share: string): Promise<ShareState>
  /** Whether our log on that channel may be signed: before, it is not known what a run that ended had said. */
  isReady(pact: string, channel: string): boolean
}

/** How a round stands. Times in milliseconds since 1970. */
export interface RoundState extends RoundTerms {
  pact: string
  channel: string
  /** Null where it goes to all other parties of the channel. */
  to: string[] | null
  /** How much is in it, and how much is left out of it. */
  objects: number
  leftOut: number
  bytes: number
  /** Where what is in it is from. */
  sources: { source: string; objects: number }[]
  dueAtMs: number
  isDue: boolean
  /** What is being said, or waits to be. */
  saying: (Omit<OpenSaying, 'sinceBefore'> & { state: ShareState }) | null
  last: Omit<OpenSaying, 'sinceBefore'> | null
  note: string | null
  skipped: Skipped | null
}

export type RoundResult = { ok: true; value: Shared } | RoundRefusal

export interface RoundLook extends RoundState {
  /** What was gathered, the first of it. */
  gathered: Gathered[]
}

/** Of what was gathered: these ids, or all of these types, or what the gate refuses now; all of it without any. */
export interface RoundChoice {
  ids?: readonly string[]
  types?: readonly string[]
  refused?: boolean
}

export interface RoundSpeaker extends Pick<ShareRequest, 'account' | 'author'> {
  /** What was looked at (`tryOut`): where it is another by now, nothing is said. */
  looked?: string
}

const DEFAULT_TERMS: RoundTerms = { weekday: 1, hour: 9 }
/** About this moment, so that the log tells later what became of it. */
const MAY_HAVE_LEFT = /^(?:ledger|node)\//

export class WeeklyRounds {
  private readonly parts: EngineParts
  private readonly means: WeeklyRoundsMeans
  private readonly gathering: RoundGathering
  /** Those that are being said by this run. */
  private readonly underWay = new Set<string>()
  private readonly looks = new RoundLooks()
  private cancel: (() => void) | undefined
  private stopped = false

  constructor(parts: EngineParts, means: WeeklyRoundsMeans) {
    this.parts = parts
    this.means = means
    this.gathering = new RoundGathering(parts, means)
  }

  /** Every round that was begun, of one agreement or of all; of an agreement that has none, the one it would have. */
  async list(pact?: string): Promise<Result<RoundState[]>> {
    if (pact !== undefined && this.parts.pacts.get(pact) === undefined) return noSuchPact(pact)
    const begun = this.means.store.all().filter(({ place }) => pact === undefined || place.pact === pact)
    const rounds = begun.length > 0 || pact === undefined ? begun : [this.blank({ pact })]
    return ok(await Promise.all(rounds.map(async (round) => this.stateOf(await this.settled(round)))))
  }

  async look(asked: RoundPlace): Promise<Result<RoundLook>> {
    const found = await this.find(asked)
    if (!found.ok) return found
    const gathered = this.means.store.objects(found.value.key, 0, LIMITS.roundObjectsListed)
    return ok({ ...(await this.stateOf(found.value)), gathered })
  }

  /** Changes when it is due, and what it is marked as; what is left out stays as it is. */
  async set(asked: RoundPlace, terms: Partial<RoundTerms>): Promise<Result<RoundState>> {
    const found = await this.find(asked)
    if (!found.ok) return found
    const next = { ...found.value.terms, ...terms }
    const isSlot = Number.isInteger(next.weekday) && Number.isInteger(next.hour)
    if (!isSlot || next.weekday < 1 || next.weekday > 7 || next.hour < 0 || next.hour > 23) {
      return refuse('round/terms', 'Give a weekday from 1, Monday, to 7, and an hour from 0 to 23, in UTC.')
    }
    const marking = markingOf(next.marking)
    if (!marking.ok) return marking
    if (next.feed !== undefined && !isFeedName(next.feed)) {
      return refuse('say/feed', `“${next.feed.slice(0, 64)}” is no name of a feed of ours.`)
    }
    const round = { ...this.asItIs(found.value), terms: next }
    this.means.store.put(round)
    if (!this.isDue(round)) this.parts.alarmOver('round/due', subjectOf(round))
    return ok(await this.stateOf(round))
  }

  /** Puts in what a person or a program brings: STIX as for a share. All of it or nothing. */
  async add(asked: RoundPlace, input: AsyncIterable<Uint8Array>, account: string): Promise<Result<RoundAdded>> {
    const found = await this.find(asked)
    if (!found.ok) return found
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of input) {
      size += chunk.length
      if (size > LIMITS.roundBytes) return ROUND_TOO_LARGE
      chunks.push(chunk)
    }
    const read = await objectsIn(Buffer.concat(chunks, size), this.parts.giveWay)
    if (!read.ok) return read
    if (read.value.faulty > 0) {
      return refuse('round/objects', 'Something in it is no object of STIX 2.1; look at it with: countersign gate try')
    }
    return this.put(found.value.place, read.value.objects, account)
  }

  /** Likewise objects that were read already. `source`: a feed, or who brings it. */
  async put(
    place: RoundPlace,
    objects: readonly { id: string; type: string; source: string }[],
    source: string,
  ): Promise<Result<RoundAdded>> {
    const found = await this.find(place)
    if (!found.ok) return found
    return this.gathering.put(found.value, objects, source)
  }

  /** Leaves objects out of this round and those after it, or takes them in again; gives how many. */
  async choose(
    asked: RoundPlace,
    { refused, ...which }: RoundChoice,
    out: boolean,
    account: string,
  ): Promise<Result<{ changed: number }>> {
    const found = await this.find(asked)
    if (!found.ok) return found
    const { store } = this.means
    const by = out ? account : null
    if (refused !== true) return ok({ changed: store.choose(found.value.key, which, by) })
    const tried = await this.tryOut(asked)
    if (!tried.ok) return tried
    const ids = tried.value.refusals.flatMap(({ object }) => (object?.id == null ? [] : [object.id]))
    return ok({ changed: store.choose(found.value.key, { ids: [...new Set(ids)] }, by) })
  }

  /** What the gate says of each object that is in, and the digest by which that is said; nothing is said yet. */
  async tryOut(asked: RoundPlace): Promise<Result<RoundLooked>> {
    const found = await this.find(asked)
    if (!found.ok) return found
    await this.gathering.dropSaid(found.value)
    if (this.means.store.counts(found.value.key).objects === 0) return this.empty(found.value)
    const { key, place, terms } = this.asItIs(found.value)
    const objects = this.means.store.digests(key, 0, LIMITS.roundObjects)
    const tried = await this.means.tryShare(this.requestOf({ ...found.value, terms }, { account: '' }, null))
    return tried.ok
      ? ok({ ...tried.value, looked: this.looks.keep(lookAt(place, terms, objects, tried.value)) })
      : tried
  }

  /**
   * Says all that is in as one share. Refuses `round/empty`, `round/changed` where it is not what was looked at, and what
   * `share` refuses: then all of it is there as before.
   */
  async say(asked: RoundPlace, { looked, ...by }: RoundSpeaker): Promise<RoundResult> {
    const found = await this.find(asked)
    if (!found.ok) return found
    const round = this.asItIs(found.value)
    const { store, share } = this.means
    if (this.underWay.has(round.key) || round.standing.open !== undefined) {
      return refuse(
        'round/under-way',
        'What was said of it last is not over: it is being said, or waits for a second person (countersign approvals), or for its log (countersign status).',
      )
    }
    this.underWay.add(round.key)
    try {
      await this.gathering.dropSaid(round)
      const { objects } = store.counts(round.key)
      if (objects === 0) return this.empty(round)
      const now = this.parts.around.now()
      const uuid = uuidOf(this.parts.around.random(16))
      const open = { share: uuid, by: by.account, at: now, objects, sinceBefore: round.standing.sinceMs }
      const { note: _, skipped: __, ...standing } = round.standing
      const inIt = looked === undefined ? [] : store.digests(round.key, 0, LIMITS.roundObjects)
      store.begin(round, open, { ...standing, sinceMs: now })
      const said = await share({
        ...{ ...this.requestOf(round, by, uuid), share: uuid },
        ...(looked === undefined
          ? {}
          : { agrees: (decision) => this.looks.changed(looked, lookAt(round.place, round.terms, inIt, decision)) }),
      })
      if (!said.ok) {
        if (!MAY_HAVE_LEFT.test(said.code)) store.giveBack(round, uuid, round.standing)
        return said
      }
      this.parts.alarmOver('round/due', subjectOf(round))
      if (said.value.state === 'said') this.finish({ ...round, standing: { ...standing, sinceMs: now, open } }, open)
      return said
    } finally {
      this.underWay.delete(round.key)
    }
  }

  /** Nothing is said until it is due the next time; what was gathered stays. Who skipped it, and why, stands here until it is said. */
  async skip(asked: RoundPlace, { by, reason }: { by: string; reason?: string }): Promise<Result<RoundState>> {
    const found = await this.find(asked)
    if (!found.ok) return found
    const now = this.asItIs(found.value)
    const at = this.parts.around.now()
    const skipped = { by, at, reason: reason?.trim() || null }
    const round = { ...now, standing: { ...now.standing, sinceMs: at, skipped } }
    this.means.store.put(round)
    this.parts.alarmOver('round/due', subjectOf(round))
    return ok(await this.stateOf(round))
  }

  /** From now on tells what is due, as long as the node runs. */
  start(): void {
    const { around } = this.parts
    const again = () => {
      this.cancel = around.after(LIMITS.roundLookMs, () => {
        this.lookAtAll()
          .catch((cause: unknown) => around.report('error', 'rounds-failed', { message: String(cause) }))
          .finally(() => {
            if (!this.stopped) again()
          })
      })
    }
    again()
  }

  stop(): void {
    this.stopped = true
    this.cancel?.()
  }

  /** Tells of every round that is due; one that nothing is in waits for the next week. */
  async lookAtAll(): Promise<void> {
    const { around, alarm } = this.parts
    const { store } = this.means
    for (const one of store.all()) {
      const round = this.asItIs(await this.settled(one))
      if (!this.isDue(round) || round.standing.open !== undefined) continue
      const { objects } = store.counts(round.key)
      const { pact } = round.place
      if (objects === 0) {
        around.report('info', 'round-empty', { pact })
        store.stand(round.key, { ...round.standing, sinceMs: around.now() })
        continue
      }
      around.report('info', 'round-due', { pact, objects })
      alarm(
        'round/due',
        subjectOf(round),
        `A round of ${objects} object${objects === 1 ? '' : 's'} under ${pact} is due. Look at it with countersign round try, then say it, or skip it.`,
      )
    }
  }

  private async find(asked: RoundPlace): Promise<Result<Round>> {
    const { pacts, identity } = this.parts
    const { pact: id, channel = 'main', to } = asked
    const pact = pacts.get(id)
    if (pact === undefined) return noSuchPact(id)
    if (!pact.agreement.channels.some(({ name }) => name === channel)) {
      return refuse('round/channel', `That agreement has no channel “${channel.slice(0, 64)}”.`)
    }
    const others = othersOf(pact.agreement, channel, identity.party)
    const whom = to === undefined ? undefined : [...new Set(to)].sort()
    const stranger = whom?.find((party) => !others.includes(party))
    if (stranger !== undefined) {
      return refuse('round/to', `“${stranger.slice(0, 300)}” is no other party of the channel “${channel}”.`)
    }
    if (whom?.length === 0) return refuse('round/to', 'Name whom it goes to, or leave that out for all.')
    const place = { pact: id, channel, ...(whom === undefined ? {} : { to: whom }) }
    const known = this.means.store.get(keyOf(place))
    return ok(known === undefined ? this.blank(place) : await this.settled(known))
  }

  private blank(place: RoundPlace): Round {
    return { key: keyOf(place), place, terms: DEFAULT_TERMS, standing: { sinceMs: this.parts.around.now() } }
  }

  /** As it stands at this moment: while something was waited for, another may have said or set it. */
  private asItIs(round: Round): Round {
    return this.means.store.get(round.key) ?? round
  }

  private isDue({ terms, standing }: Round): boolean {
    return nextSlot(terms, standing.sinceMs) <= this.parts.around.now()
  }

  /** What became of what an earlier run, or a second person, had in hand. */
  private async settled(round: Round): Promise<Round> {
    const { key, place, standing } = round
    const { open } = standing
    if (open === undefined || this.underWay.has(key)) return round
    const { store, shareState, isReady } = this.means
    const state = await shareState(place.pact, open.share)
    // Another who asked at once may have found out before.
    if (store.get(key)?.standing.open?.share !== open.share) return store.get(key) ?? round
    if (state === 'said') return this.finish(round, open)
    if (state === 'held-here' || state === 'waits' || !isReady(place.pact, place.channel ?? 'main')) return round
    const { open: _, ...rest } = standing
    const why = state === 'ended' ? 'was not approved' : 'did not leave'
    const note = `What ${open.by} said at ${new Date(open.at).toISOString().slice(0, 16)}Z ${why}; all of it is here again.`
    const back: RoundStanding = { ...rest, sinceMs: open.sinceBefore, note }
    store.giveBack(round, open.share, back)
    return { ...round, standing: back }
  }

  private finish(round: Round, open: OpenSaying): Round {
    const { open: _, note: __, ...rest } = round.standing
    const { sinceBefore: ___, ...last } = open
    const standing = { ...rest, last }
    this.means.store.finish(round, open.share, standing, LIMITS.roundLeftOutKept)
    return { ...round, standing }
  }

  private async stateOf(round: Round): Promise<RoundState> {
    const { key, place, terms, standing } = round
    const { store, shareState } = this.means
    const { pact, channel = 'main', to } = place
    const { open, last = null, note = null, skipped = null } = standing
    const dueAtMs = nextSlot(terms, standing.sinceMs)
    const saying = open && {
      ...{ share: open.share, by: open.by, at: open.at, objects: open.objects },
      state: await shareState(pact, open.share),
    }
    return {
      ...{ pact, channel, to: to === undefined ? null : [...to], ...terms, ...store.counts(key) },
      ...{ sources: store.sources(key), dueAtMs, isDue: dueAtMs <= this.parts.around.now() },
      ...{ saying: saying ?? null, last, note, skipped },
    }
  }

  private requestOf(
    { key, place, terms }: Round,
    by: Omit<RoundSpeaker, 'looked'>,
    share: string | null,
  ): ShareRequest {
    const { pact, channel = 'main', to } = place
    const { marking, feed } = terms
    return {
      ...{ pact, channel, ...by, input: this.bundle(key, share) },
      ...(to === undefined ? {} : { to: [...to] }),
      ...(marking === undefined ? {} : { marking }),
      ...(feed === undefined ? {} : { feed }),
    }
  }

  /** Each object byte for byte as it came. */
  private async *bundle(key: string, share: string | null): AsyncGenerator<Uint8Array> {
    yield utf8(`{"type":"bundle","id":"bundle--${uuidOf(this.parts.around.random(16))}","objects":[`)
    for (let after = 0, isFirst = true; ; ) {
      const some = this.means.store.texts(key, share, after, OBJECTS_PER_TURN)
      for (const { n, text } of some) {
        yield utf8(isFirst ? text : `,${text}`)
        isFirst = false
        after = n
      }
      if (some.length < OBJECTS_PER_TURN) break
    }
    yield utf8(']}\n')
  }

  private empty({ standing }: Round): ShareRefusal & { ok: false } {
    const since = new Date(standing.sinceMs).toISOString().slice(0, 16)
    return refuse(
      'round/empty',
      `Nothing is in this round; what was gathered since ${since}Z is left out, or nothing was. Put something in with: countersign round add`,
    )
  }
}

const OBJECTS_PER_TURN = 100

function keyOf({ pact, channel = 'main', to }: RoundPlace): string {
  return JSON.stringify([pact, channel, to === undefined ? null : to])
}

/** Of the alarm that it is due. */
function subjectOf({ place: { pact, channel = 'main', to } }: Round): string {
  return `${pact}/${channel}${to === undefined ? '' : ` to ${to.join(', ')}`}`
}
