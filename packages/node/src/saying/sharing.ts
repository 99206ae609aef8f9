// The way of a share through the node: spooled, judged, said; or, while its log is still compared with its peers' copies,
// kept under DIR/private/held in a file of its own, durable before it is acknowledged, and said once that is over. What the
// house has a second person approve waits there too (waiting-shares.ts). What nobody may say is refused before anything is
// kept.

import { ok, type Result, refuse } from '@countersign/log'
import { isFeedName } from '@countersign/record'
import type { Channel } from '../channel/channel.ts'
import { blankRecord, type EngineParts, markingOf, othersOf, withMode } from '../engine-parts.ts'
import type { StoredPact } from '../pacts.ts'
import { rulesOf } from '../releasing/decide.ts'
import { type RulesDisk, readHouseRules } from '../releasing/house-rules.ts'
import { type JudgedPlace, judgementOf } from './judgement.ts'
import { type Judged, type JudgeMeans, judge, type ShareRefusal, type Tried, triedOf } from './judging.ts'
import type { KeptShare } from './kept-share.ts'
import { Lately } from './lately.ts'
import { PrivateCopies, type Scratch } from './private-copies.ts'
import { draftFor, statementOf, typeOf } from './records-of-share.ts'
import type { Saying, ShareRequest } from './saying.ts'
import { outcomeOf, type Shared, type ShareResult, sayJudged, uuidOf } from './share.ts'
import type { Draft } from './speaker.ts'
import type { Spooled } from './spooled.ts'
import { type Rejudged, WaitingShares } from './waiting-shares.ts'

interface Place {
  pact: StoredPact
  channel: Channel
}

/** With what the judgement is bound to besides. */
interface Means extends JudgeMeans {
  place: JudgedPlace
}

export class Sharing {
  readonly waiting: WaitingShares
  private readonly parts: EngineParts
  private readonly saying: Saying
  private readonly copies: PrivateCopies
  private readonly lately: Lately
  /** Who wants to hear how a share ended that was kept. */
  private readonly listeners = new Map<string, NonNullable<ShareRequest['later']>>()
  /** What became of those that were kept and said in this run, until somebody is told. */
  private readonly said = new Map<string, Shared>()

  constructor(parts: EngineParts, saying: Saying) {
    this.parts = parts
    this.saying = saying
    this.copies = new PrivateCopies(parts, () => this.saying.heldBytes())
    this.lately = new Lately({ now: parts.around.now, said: (pact, since) => this.saidLately(pact, since) })
    this.waiting = new WaitingShares({
      ...{ around: parts.around, store: parts.store },
      judgeAgain: (kept) => this.reopen(kept),
      hold: (kept, keep) => {
        const place = this.saying.placeOf(kept.pact, kept.type, kept.channel)
        return place.ok ? this.saying.hold(place.value.channel, kept.statement ?? kept.share, kept, keep) : place
      },
      said: async (kept) => {
        const place = this.saying.placeOf(kept.pact, kept.type, kept.channel)
        if (place.ok && place.value.channel.own.state === 'ready') await this.saying.saidBefore(place.value.channel)
      },
      wasSaid: (pact, share) => this.saying.wasSaid(pact, share),
      removeFile: (share) => this.forgetFile(share),
      over: (share, outcome) => this.tell(share, outcome),
    })
  }

  /** Forgets what an earlier run took in and did not acknowledge any more; `kept` is what it did, beside what waits. */
  async tidy(kept: readonly KeptShare[]): Promise<void> {
    await this.copies.tidy(new Set([...kept.map(({ share }) => share), ...this.waiting.files()]))
  }

  async share(request: ShareRequest): Promise<ShareResult> {
    const { input, progress, later, met, agrees, share = uuidOf(this.parts.around.random(16)), ...rest } = request
    const type = typeOf(rest)
    const asked = { ...rest, ...statementOf(rest, share, this.parts.around) }
    const place = this.saying.placeOf(asked.pact, type, asked.channel)
    if (!place.ok) return place
    const { channel } = place.value
    await this.saying.learnForce(channel)
    const blank = await this.blankOf(asked, place.value)
    if (!blank.ok) return blank
    await using scratch = this.copies.scratch()
    const means = await this.meansOf(blank.value(), place.value, scratch, asked, progress)
    if (!means.ok) return means
    if (met !== undefined) means.value.met = met
    const { isChecking } = channel.own
    const spooled = await this.copies.spool(input, isChecking ? share : undefined)
    if (!spooled.ok) return spooled
    let keep = false
    try {
      for (;;) {
        const judged = await judge(spooled.value, means.value)
        const decision = judged.ok ? judged.value.decision : judged.looked?.decision
        const other = decision && agrees?.(decision)
        if (other !== undefined) return other
        if (!judged.ok) return judged
        if (judged.value.decision.verdict === 'waits') {
          const kept = this.keptOf(asked, blank.value(), share, spooled.value.size)
          const from = { spooled: spooled.value, isNamed: isChecking }
          const waits = await this.toWait(kept, judged.value, from, means.value)
          keep = waits.ok
          if (waits.ok && later !== undefined) this.listeners.set(share, later)
          return waits
        }
        if (channel.own.isChecking) {
          const kept = { ...asked, type, share, bytes: spooled.value.size }
          const durable = await this.copies.keep(spooled.value, share, isChecking)
          const held = durable.ok ? this.saying.hold(channel, kept.statement ?? share, kept) : durable
          if (!held.ok) return held
          keep = true
          if (later !== undefined) this.listeners.set(share, later)
          return ok({
            ...{ state: 'held-here', awaited: channel.awaited(), share, records: [] },
            ...outcomeOf(judged.value),
          })
        }
        await this.saying.saidBefore(channel)
        const said = await this.sayCounted(share, judged.value, blank.value, asked, place.value, means.value)
        if (said !== undefined) return said
        // Others were let go meanwhile: with them it is above a bound of the day.
        means.value.rules = { ...means.value.rules, lately: await this.lately.of(asked.pact) }
        delete means.value.met
      }
    } finally {
      await spooled.value.file.close()
      if (isChecking && !keep) await this.copies.remove(share)
    }
  }

  /**
   * Judges it once more, for the agreement may be another now, and says it. What waits for a second person by now, or was
   * approved by another judgement, waits instead.
   */
  async sayKept(kept: KeptShare): Promise<ShareResult> {
    const opened = await this.reopen(kept)
    if (!opened.ok) return opened
    await using again = opened.value
    const { judged, judgement, means, blank, place, spooled } = again
    const isOther = kept.approved !== undefined && kept.approved.judgement !== judgement
    if (isOther || (judged.decision.verdict === 'waits' && kept.approved === undefined)) {
      const { approved: _, ...asked } = kept
      return await this.toWait(
        this.keptOf(asked, blank(), kept.share, kept.bytes),
        judged,
        { spooled, isNamed: true },
        means,
      )
    }
    // Its file is read until it is said.
    const said =
      kept.approved === undefined
        ? await this.sayCounted(kept.share, judged, blank, kept, place, means)
        : await this.say(kept.share, judged, blank, kept, place, means)
    if (said === undefined) return refuse('node/not-ready', 'Others left meanwhile; it is judged again with them.')
    if (said.ok) this.said.set(kept.share, said.value)
    return said
  }

  /** What our logs show of it, once all of them are folded; what a second person approved is counted for nothing. */
  private async saidLately(pact: string, sinceMs: number) {
    const { channels, caughtUp, views, identity, store } = this.parts
    for (const channel of channels.values()) if (channel.pact.id === pact) await caughtUp(channel)
    return views
      .saidLately(identity.party, pact, sinceMs)
      .filter(({ id }) => store.waiting.approversOf(id).length === 0)
  }

  /** It was said, or refused for good. */
  forget(kept: KeptShare, outcome: Result<unknown>): void {
    // It waits for a second person now.
    if (this.waiting.find(kept.share)?.state === 'open') return
    this.forgetFile(kept.share)
    this.tell(kept.share, outcome.ok ? ok(this.said.get(kept.share)) : outcome)
    this.said.delete(kept.share)
  }

  private tell(share: string, outcome: Result<Shared | undefined>): void {
    this.listeners.get(share)?.(outcome)
    this.listeners.delete(share)
  }

  private forgetFile(share: string): void {
    this.copies.remove(share).catch((cause: unknown) => {
      // The next start tidies it away.
      this.parts.around.report('warn', 'held-share-kept', { share, message: String(cause) })
    })
  }

  /** With what it was asked under written out, so that nothing of it is another when it is approved. */
  private keptOf(
    asked: Omit<KeptShare, 'type' | 'share' | 'bytes' | 'approved'>,
    draft: Draft,
    share: string,
    bytes: number,
  ): KeptShare {
    const { to, marking, mode } = draft
    return { ...asked, channel: asked.channel ?? 'main', to, marking, mode, type: typeOf(asked), share, bytes }
  }

  /** Keeps it until a second person approves it; durable once this resolves. */
  private async toWait(
    kept: KeptShare,
    judged: Judged,
    { spooled, isNamed }: { spooled: Spooled; isNamed: boolean },
    means: Means,
  ): Promise<ShareResult> {
    const before = this.waiting.find(kept.share)
    if (!isNamed && before !== undefined) {
      return refuse('say/share', 'Another share waited under this name; share it under a fresh one.')
    }
    const room = before === undefined ? this.waiting.hasRoom(kept.account, kept.bytes) : ok(undefined)
    if (!room.ok) return room
    const judgement = await judgementOf(spooled, judged, means.place, means)
    const durable = await this.copies.keep(spooled, kept.share, isNamed)
    if (!durable.ok) return durable
    const { lately } = means.rules
    this.waiting.wait(lately === undefined ? kept : { ...kept, lately }, judged, judgement)
    return ok({ state: 'waits', awaited: [], share: kept.share, records: [], ...outcomeOf(judged) })
  }

  /** Judges what is kept once more. */
  private async reopen(
    kept: KeptShare,
  ): Promise<
    { ok: true; value: Rejudged & { means: Means; blank: () => Draft; place: Place; spooled: Spooled } } | ShareRefusal
  > {
    const place = this.saying.placeOf(kept.pact, kept.type, kept.channel)
    if (!place.ok) return place
    await this.saying.learnForce(place.value.channel)
    const blank = await this.blankOf(kept, place.value)
    if (!blank.ok) return blank
    const file = await this.copies.open(kept.share)
    const scratch = this.copies.scratch()
    const close = async () => {
      await scratch[Symbol.asyncDispose]()
      await file.close()
    }
    let isOpen = false
    try {
      const spooled = { file, size: kept.bytes }
      const means = await this.meansOf(blank.value(), place.value, scratch, kept)
      if (!means.ok) return means
      const judged = await judge(spooled, means.value)
      if (!judged.ok) return judged
      const judgement = await judgementOf(spooled, judged.value, means.value.place, means.value)
      isOpen = true
      const value = { judged: judged.value, judgement, means: means.value, blank: blank.value, place: place.value }
      return ok({ ...value, spooled, [Symbol.asyncDispose]: close })
    } finally {
      if (!isOpen) await close()
    }
  }

  /** As `say`, where that is above no bound of the day with what was let go until now; undefined where it is. */
  private async sayCounted(...[share, judged, ...more]: Parameters<Sharing['say']>): Promise<ShareResult | undefined> {
    const { rules, place } = more[3]
    const undo = this.lately.take(place.pact, judged, rules.approval ?? {})
    if (undo === undefined) return undefined
    const said = await this.say(share, judged, ...more)
    if (!said.ok) undo()
    return said
  }

  private async say(
    share: string,
    judged: Judged,
    blank: () => Draft,
    asked: Pick<KeptShare, 'account' | 'feed' | 'approved' | 'feedback' | 'statement'>,
    { pact, channel }: Place,
    means: Means,
  ): Promise<ShareResult> {
    // Cut and padded it is larger by an eighth at most (spec/content.md).
    const content = [{ bytes: { length: Math.ceil(judged.leaving.size * 1.125) } }]
    const room = await this.saying.hasRoom(channel, typeOf(asked), content, judged.pieces.length)
    if (!room.ok) return room
    return sayJudged(judged, {
      ...means,
      share,
      random: this.parts.around.random,
      begin: (body, goneBy) => {
        const by = { account: asked.account, approvedBy: asked.approved?.by ?? [], goneBy }
        return this.saying.begin(pact, channel, draftFor(asked, blank(), body), by)
      },
      mayGoOn: () => this.saying.mayGoOn(channel),
    })
  }

  private async blankOf(asked: Omit<ShareRequest, 'input'>, { pact, channel }: Place): Promise<Result<() => Draft>> {
    const draft = await this.draftOf(asked, { pact, channel })
    if (!draft.ok) return draft
    const inForce = this.saying.mustBeInForce(typeOf(asked), channel)
    if (!inForce.ok) return inForce
    const goOn = channel.own.isChecking ? ok(undefined) : this.saying.mayGoOn(channel)
    return goOn.ok ? draft : goOn
  }

  private async draftOf(asked: Omit<ShareRequest, 'input'>, { pact, channel }: Place): Promise<Result<() => Draft>> {
    const marking = markingOf(asked.marking)
    if (!marking.ok) return marking
    if (asked.feed !== undefined && !isFeedName(asked.feed)) {
      return refuse(
        'say/feed',
        'A feed is named by 1 to 32 of a–z, 0–9 and “-”, beginning with a letter; not inbox, outbox or withdrawn.',
      )
    }
    const { around, identity } = this.parts
    const to = [...new Set(asked.to ?? othersOf(pact.agreement, channel.name, identity.party))].sort()
    const re = await this.saying.named(typeOf(asked), asked.feedback?.re ?? [])
    if (!re.ok) return re
    const said = withMode(marking.value, asked.mode)
    return ok(() => ({ ...blankRecord(around, typeOf(asked), pact, said), to, re: re.value }))
  }

  /** What the gate would say of a share, with nothing said and nothing kept; by the rules that `rules` reads. */
  async tryOut(request: ShareRequest, rules?: RulesDisk): Promise<Result<Tried>> {
    const { input, progress, ...asked } = request
    const place = this.saying.placeOf(asked.pact, typeOf(asked), asked.channel)
    if (!place.ok) return place
    const draft = await this.draftOf(asked, place.value)
    if (!draft.ok) return draft
    await using scratch = this.copies.scratch()
    const means = await this.meansOf(draft.value(), place.value, scratch, asked, progress, rules)
    if (!means.ok) return means
    const spooled = await this.copies.spool(input, undefined)
    if (!spooled.ok) return spooled
    try {
      return triedOf(await judge(spooled.value, means.value))
    } finally {
      await spooled.value.file.close()
    }
  }

  private async meansOf(
    { type, marking, to, mode }: Draft,
    { pact, channel }: Place,
    scratch: Scratch,
    { feed, feedback, lately }: Pick<KeptShare, 'feed' | 'feedback' | 'lately'>,
    progress?: JudgeMeans['progress'],
    rules: RulesDisk = this.parts.around.disk,
  ): Promise<Result<Means>> {
    const { giveWay, identity, views } = this.parts
    // Whoever else is named the gate refuses.
    const parties = othersOf(pact.agreement, channel.name, identity.party).filter((party) => to.includes(party))
    const house = await readHouseRules(rules, identity.dir, { pact: pact.id, us: identity.party, to: parties })
    if (!house.ok) return refuse(house.code, `${house.message} Until that is mended nothing may leave.`)
    const { dayObjects, dayBytes } = house.value.terms.approval ?? {}
    const isCounted = dayObjects !== undefined || dayBytes !== undefined
    const before = isCounted ? { lately: lately ?? (await this.lately.of(pact.id)) } : {}
    return ok({
      request: { type, marking: marking.tlp, to, ...(feedback?.namesSighter === true ? { namesSighter: true } : {}) },
      rules: { ...rulesOf(pact.agreement, channel.name, identity.party, house.value), ...before },
      giveWay,
      limits: pact.agreement.limits,
      place: {
        ...{ pact: pact.id, version: pact.version, channel: channel.name, mode },
        ...{ feed: feed ?? null, class: marking.class ?? null },
        rules: house.value.digest,
      },
      scratch: () => scratch.open(),
      passages: (objects) => views.passages(objects, { pact: pact.id, to }),
      revoked: (ids) => views.revokedByUs(pact.id, ids),
      sharedBefore: (objects) => views.textsShown(pact.id, 'outbox', objects),
      ...(progress === undefined ? {} : { progress }),
    })
  }
}
