// The way of a share through the node: spooled, judged, said; or, while its log is still compared with its peers' copies,
// kept under DIR/private/held in a file of its own, durable before it is acknowledged, and said once that is over. What
// nobody may say is refused before anything is kept.

import { join } from 'node:path'
import type { DiskFile } from '@countersign/ledger'
import { ok, type Result, refuse, toHex } from '@countersign/log'
import { isFeedName } from '@countersign/record'
import type { Channel } from '../channel/channel.ts'
import { blankRecord, type EngineParts, markingOf, othersOf, withMode } from '../engine-parts.ts'
import { LIMITS } from '../limits.ts'
import type { StoredPact } from '../pacts.ts'
import { rulesOf } from '../releasing/decide.ts'
import { readHouseRules } from '../releasing/house-rules.ts'
import { type Judged, type JudgeMeans, judge, type Tried, triedOf } from './judging.ts'
import type { Saying, ShareRequest } from './saying.ts'
import { outcomeOf, type ShareResult, sayJudged, uuidOf } from './share.ts'
import type { Draft } from './speaker.ts'
import { type Spooled, spool } from './spooled.ts'

/** A share as it is kept: its STIX stands in DIR/private/held, under the share’s UUID. */
export interface KeptShare extends Omit<ShareRequest, 'input' | 'progress' | 'later' | 'met' | 'share'> {
  type: 'intel/share'
  share: string
  bytes: number
}

interface Scratch extends AsyncDisposable {
  open(): Promise<DiskFile>
}

interface Place {
  pact: StoredPact
  channel: Channel
}

export class Sharing {
  private readonly parts: EngineParts
  private readonly saying: Saying
  private readonly folder: string
  /** Who wants to hear how a share ended that was kept. */
  private readonly listeners = new Map<string, (outcome: Result<unknown>) => void>()

  constructor(parts: EngineParts, saying: Saying) {
    this.parts = parts
    this.saying = saying
    this.folder = join(parts.identity.dir, 'private', 'held')
  }

  /** Forgets what an earlier run took in and did not acknowledge any more; `kept` is what it did. */
  async tidy(kept: readonly KeptShare[]): Promise<void> {
    const { disk } = this.parts.around
    await disk.makeFolder(this.folder, true)
    const names = new Set(kept.map(({ share }) => share))
    for (const name of await disk.list(this.folder)) if (!names.has(name)) await this.remove(name)
  }

  async share(request: ShareRequest): Promise<ShareResult> {
    const { input, progress, later, met, share = uuidOf(this.parts.around.random(16)), ...asked } = request
    const place = this.saying.placeOf(asked.pact, 'intel/share', asked.channel)
    if (!place.ok) return place
    const { channel } = place.value
    await this.saying.learnForce(channel)
    const blank = this.blankOf(asked, place.value)
    if (!blank.ok) return blank
    await using scratch = this.scratch()
    const means = await this.meansOf(blank.value(), place.value, scratch, progress)
    if (!means.ok) return means
    if (met !== undefined) means.value.met = met
    const { isChecking } = channel.own
    const spooled = await this.spool(input, isChecking ? share : undefined)
    if (!spooled.ok) return spooled
    let keep = false
    try {
      const judged = await judge(spooled.value, means.value)
      if (!judged.ok) return judged
      if (channel.own.isChecking) {
        await spooled.value.file.datasync()
        await this.parts.around.disk.syncFolder(this.folder)
        const held = this.saying.hold(channel, share, {
          ...asked,
          type: 'intel/share',
          share,
          bytes: spooled.value.size,
        })
        if (!held.ok) return held
        keep = true
        if (later !== undefined) this.listeners.set(share, later)
        return ok({
          ...{ state: 'held-here', awaited: channel.awaited(), share, records: [] },
          ...outcomeOf(judged.value),
        })
      }
      await this.saying.saidBefore(channel)
      return await this.say(share, judged.value, blank.value, asked, place.value, means.value)
    } finally {
      await spooled.value.file.close()
      if (isChecking && !keep) await this.remove(share)
    }
  }

  /** Judges it once more, for the agreement may be another now, and says it. */
  async sayKept(kept: KeptShare): Promise<ShareResult> {
    const place = this.saying.placeOf(kept.pact, kept.type, kept.channel)
    if (!place.ok) return place
    await this.saying.learnForce(place.value.channel)
    const blank = this.blankOf(kept, place.value)
    if (!blank.ok) return blank
    const file = await this.parts.around.disk.open(join(this.folder, kept.share))
    try {
      const spooled = { file, size: kept.bytes }
      await using scratch = this.scratch()
      const means = await this.meansOf(blank.value(), place.value, scratch)
      if (!means.ok) return means
      const judged = await judge(spooled, means.value)
      if (!judged.ok) return judged
      return await this.say(kept.share, judged.value, blank.value, kept, place.value, means.value)
    } finally {
      await file.close()
    }
  }

  /** It was said, or refused for good. */
  forget({ share }: KeptShare, outcome: Result<unknown>): void {
    this.remove(share).catch((cause: unknown) => {
      // The next start tidies it away.
      this.parts.around.report('warn', 'held-share-kept', { share, message: String(cause) })
    })
    this.listeners.get(share)?.(outcome)
    this.listeners.delete(share)
  }

  private async say(
    share: string,
    judged: Judged,
    blank: () => Draft,
    { account, feed }: { account: string; feed?: string },
    { pact, channel }: Place,
    means: JudgeMeans,
  ): Promise<ShareResult> {
    // Cut and padded it is larger by an eighth at most (spec/content.md).
    const content = [{ bytes: { length: Math.ceil(judged.leaving.size * 1.125) } }]
    const room = await this.saying.hasRoom(channel, 'intel/share', content, judged.pieces.length)
    if (!room.ok) return room
    return sayJudged(judged, {
      ...means,
      share,
      random: this.parts.around.random,
      begin: (body) =>
        this.saying.begin(pact, channel, { ...blank(), body: feed === undefined ? body : { ...body, feed } }, account),
      mayGoOn: () => this.saying.mayGoOn(channel),
    })
  }

  private blankOf(asked: Omit<ShareRequest, 'input'>, { pact, channel }: Place): Result<() => Draft> {
    const draft = this.draftOf(asked, { pact, channel })
    if (!draft.ok) return draft
    const inForce = this.saying.mustBeInForce('intel/share', channel)
    if (!inForce.ok) return inForce
    const goOn = channel.own.isChecking ? ok(undefined) : this.saying.mayGoOn(channel)
    return goOn.ok ? draft : goOn
  }

  private draftOf(asked: Omit<ShareRequest, 'input'>, { pact, channel }: Place): Result<() => Draft> {
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
    return ok(() => ({ ...blankRecord(around, 'intel/share', pact, withMode(marking.value, asked.mode)), to }))
  }

  /** What the gate would say of a share, with nothing said and nothing kept. */
  async tryOut(request: ShareRequest): Promise<Result<Tried>> {
    const { input, progress, ...asked } = request
    const place = this.saying.placeOf(asked.pact, 'intel/share', asked.channel)
    if (!place.ok) return place
    const draft = this.draftOf(asked, place.value)
    if (!draft.ok) return draft
    await using scratch = this.scratch()
    const means = await this.meansOf(draft.value(), place.value, scratch, progress)
    if (!means.ok) return means
    const spooled = await this.spool(input, undefined)
    if (!spooled.ok) return spooled
    try {
      return triedOf(await judge(spooled.value, means.value))
    } finally {
      await spooled.value.file.close()
    }
  }

  private async meansOf(
    { type, marking, to }: Draft,
    { pact, channel }: Place,
    scratch: Scratch,
    progress?: JudgeMeans['progress'],
  ): Promise<Result<JudgeMeans>> {
    const { around, giveWay, identity, views } = this.parts
    // Whoever else is named the gate refuses.
    const parties = othersOf(pact.agreement, channel.name, identity.party).filter((party) => to.includes(party))
    const house = await readHouseRules(around.disk, identity.dir, { pact: pact.id, us: identity.party, to: parties })
    if (!house.ok) return refuse(house.code, `${house.message} Until that is mended nothing may leave.`)
    return ok({
      request: { type, marking: marking.tlp, to },
      rules: rulesOf(pact.agreement, channel.name, identity.party, house.value),
      giveWay,
      limits: pact.agreement.limits,
      scratch: () => scratch.open(),
      sharedBefore: (objects) => views.textsShown(pact.id, 'outbox', objects),
      ...(progress === undefined ? {} : { progress }),
    })
  }

  /** Under a name that lasts; or without one, so that only this process reaches it and a crash leaves nothing. */
  private async spool(input: AsyncIterable<Uint8Array>, name: string | undefined): Promise<Result<Spooled>> {
    const { disk } = this.parts.around
    if (name === undefined) return spool(input, await this.nameless(), LIMITS.shareBytes)
    const file = await disk.open(join(this.folder, name))
    const spooled = await spool(
      input,
      file,
      Math.min(LIMITS.shareBytes, LIMITS.heldShareBytes - this.saying.heldBytes()),
    )
    if (!spooled.ok) await this.remove(name)
    return spooled
  }

  /** A file that only this process reaches; a crash leaves nothing of it. */
  private async nameless(): Promise<DiskFile> {
    const { disk, random } = this.parts.around
    const path = join(this.parts.identity.dir, 'private', 'spool', toHex(random(16)))
    const file = await disk.open(path)
    try {
      await disk.remove(path)
      return file
    } catch (cause) {
      await file.close()
      throw cause
    }
  }

  /** Such files for as long as something is judged and said. */
  private scratch(): Scratch {
    const files: DiskFile[] = []
    return {
      open: async () => {
        const file = await this.nameless()
        files.push(file)
        return file
      },
      [Symbol.asyncDispose]: async () => {
        for (const file of files) await file.close()
      },
    }
  }

  private async remove(name: string): Promise<void> {
    const { disk } = this.parts.around
    const path = join(this.folder, name)
    if (await disk.exists(path)) await disk.remove(path)
  }
}
