// The one way in for our own words: through the gate, sealed, signed, durable. While a log is still compared with its
// peers' copies after a start, what is said is kept here unsigned and said once that is over.

import type { Decision } from '@countersign/intel'
import { ok, type Result, refuse } from '@countersign/log'
import { mayAnswer, padmeSize, parseRecordRef, type Statement, typeNamed } from '@countersign/record'
import type { Channel } from '../channel/channel.ts'
import { blankRecord, type EngineParts, markingOf, noSuchPact, othersOf, withMode } from '../engine-parts.ts'
import type { Officer } from '../officers/second-person.ts'
import type { StoredPact } from '../pacts.ts'
import { decideContent, decideRecord, rulesOf } from '../releasing/decide.ts'
import { reachesSoFar } from './consent-reach.ts'
import type { GoneByInRecord } from './gone-by.ts'
import { HeldHere } from './held-here.ts'
import type { JudgeMeans, ShareRefusal, Tried } from './judging.ts'
import type { KeptShare } from './kept-share.ts'
import { type PartToSeal, RecordInMaking } from './record-in-making.ts'
import type { Shared, ShareResult } from './share.ts'
import { Sharing } from './sharing.ts'
import type { Draft } from './speaker.ts'
import type { WaitingShares } from './waiting-shares.ts'
import type { SharePerson } from './waiting-store.ts'

export interface SayRequest {
  /** May be left out where the node has one agreement only. */
  pact: string
  type: string
  /** Otherwise the type's own. */
  channel?: string
  /** Otherwise all other parties of the channel, where the type addresses anyone. */
  to?: string[]
  marking?: { tlp: string; class?: string }
  mode?: Statement['mode']
  body: Record<string, unknown>
  content?: PartToSeal[]
  /** Records answered or followed, as `origin#index`. */
  re?: string[]
  /** The local account in whose name this is said; private to this node. */
  account: string
}

/** `held-here`: kept, and signed once the start-up check of the log is over. */
export type Said = { state: 'said'; record: string } | { state: 'held-here'; awaited: string[] }

/** Whose doing a record is here, private to this node. */
interface SaidHere {
  account: string
  /** Besides. */
  approvedBy?: readonly SharePerson[]
  /** By whose consents what came from others goes on in it. */
  goneBy?: readonly GoneByInRecord[]
}

export interface ShareRequest {
  pact: string
  channel?: string
  to?: string[]
  marking?: { tlp: string; class?: string }
  mode?: Statement['mode']
  /** The feed it is shared in (spec/records.md, Feeds). */
  feed?: string
  /** It is feedback (spec/records.md): the records it answers, and whether it may name who saw something. */
  feedback?: { re: string[]; namesSighter: boolean }
  account: string
  /** The officer who shares it, where one has signed in: whoever approves it is another. */
  author?: Officer
  /** A STIX 2.1 bundle, TAXII envelope or object. */
  input: AsyncIterable<Uint8Array>
  progress?: JudgeMeans['progress']
  /** Its UUID, where the caller has one for it already. */
  share?: string
  /** Told of each element in order while all of it is read first; without an object where it is none. */
  met?: JudgeMeans['met']
  /** Asked with what the gate decided, before anything is kept or said: a refusal where that is not what was expected. */
  agrees?(decision: Decision): ShareRefusal | undefined
  /** Told how it ended, where it was held here first; of no value where an earlier run said it. */
  later?(outcome: Result<Pick<Shared, 'objects' | 'redacted'> | undefined>): void
}

/** The frame before the plaintext of a part (spec/content.md), and what the entry of a record may take with its signatures. */
const FRAME_BYTES = 40
const ENTRY_BYTES = 8_192

/** A request as it is kept: its content in base64. */
type KeptRecord = Omit<SayRequest, 'content'> & { content: { role: string; mediaType: string; bytes: string }[] }

export class Saying {
  readonly wasSaid: (pact: string, share: string) => Promise<boolean>
  private readonly parts: EngineParts
  private underWay = 0
  private readonly held: HeldHere<KeptRecord | KeptShare>
  private readonly sharing: Sharing
  private stopped = false

  /** `wasSaid`: whether a share stands in a log of ours. */
  constructor(parts: EngineParts, wasSaid: (pact: string, share: string) => Promise<boolean>) {
    this.parts = parts
    this.wasSaid = wasSaid
    this.held = new HeldHere(parts, {
      channelOf: (kept) => {
        const found = this.placeOf(kept.pact, kept.type, kept.channel)
        return found.ok ? ok(found.value.channel) : found
      },
      say: ({ id, kept }) => ('share' in kept ? this.sharing.sayKept(kept) : this.sayKept(id, kept)),
      concluded: ({ kept }, outcome) => {
        if ('share' in kept) this.waiting.concluded(kept, outcome)
      },
      forgotten: ({ kept }, outcome) => {
        if ('share' in kept) this.sharing.forget(kept, outcome)
      },
    })
    this.sharing = new Sharing(parts, this)
  }

  /** Shares that wait for a second person. */
  get waiting(): WaitingShares {
    return this.sharing.waiting
  }

  /** Whether a share waits to be said. */
  isHeld(share: string): boolean {
    return this.held.all().some((kept) => 'share' in kept && kept.share === share)
  }

  /** Whether feedback under an agreement is kept here and not said yet. */
  feedbackWaits(pact: string): boolean {
    const isOf = (kept: { pact: string; type: string }) => kept.pact === pact && kept.type === 'intel/sighting'
    return this.held.all().some(isOf) || this.waiting.some(isOf)
  }

  async say(request: SayRequest): Promise<Result<Said>> {
    const found = this.placeOf(request.pact, request.type, request.channel)
    // What was said earlier goes first.
    if (found.ok) await this.saidBefore(found.value.channel)
    this.underWay++
    try {
      return await this.sayNow(request)
    } finally {
      this.underWay--
    }
  }

  /** Whether a record other than a share is being said. */
  get isSaying(): boolean {
    return this.underWay > 0
  }

  /** With the `id` it has since it was kept, or a fresh one. */
  private async sayNow(request: SayRequest, id?: string): Promise<Result<Said>> {
    const prepared = await this.prepare(request, id)
    if (!prepared.ok) return prepared
    const { pact, channel, draft } = prepared.value
    const content = request.content ?? []
    const passed = this.gate(pact, channel, draft, content)
    if (!passed.ok) return passed
    const reaches = draft.type === 'intel/consent' ? await reachesSoFar(draft, this.parts) : ok(undefined)
    if (!reaches.ok) return reaches
    await this.learnForce(channel)
    const inForce = this.mustBeInForce(draft.type, channel)
    if (!inForce.ok) return inForce
    if (channel.own.isChecking) return this.holdHere(request, channel, draft.id)
    const making = this.begin(pact, channel, draft, { account: request.account })
    if (!making.ok) return making
    const room = await this.hasRoom(channel, draft.type, content)
    if (!room.ok) return room
    for (const part of content) await making.value.seal(part)
    const goOn = this.mayGoOn(channel)
    if (!goOn.ok) return goOn
    const said = await making.value.say()
    return said.ok ? ok({ state: 'said', record: said.value }) : said
  }

  /** Says something of the content of records of one channel, named `origin#index`. Gives the record it became. */
  async sayOfContent(
    channel: Channel,
    type: string,
    body: Record<string, unknown>,
    re: string[],
    account = 'node',
  ): Promise<Result<string>> {
    const said = await this.say({
      ...{ pact: channel.pact.id, channel: channel.name, type, body, re, account },
      marking: { tlp: 'TLP:CLEAR' },
    })
    if (!said.ok) return said
    if (said.value.state === 'said') return ok(said.value.record)
    return refuse(
      'node/not-ready',
      'It is kept here unsigned, and said once our log was compared with its peers’ copies.',
    )
  }

  share(request: ShareRequest): Promise<ShareResult> {
    return this.sharing.share(request)
  }

  tryShare(...asked: Parameters<Sharing['tryOut']>): Promise<Result<Tried>> {
    return this.sharing.tryOut(...asked)
  }

  /** Says what was kept here, as far as its log is ready; in order, and once. */
  sayHeld(): void {
    this.held.wake()
  }

  /** Every channel is open: what was kept here before may be looked at. */
  async start(): Promise<void> {
    await this.sharing.tidy(this.held.all().filter((kept) => 'share' in kept))
    this.held.start()
    this.waiting.start()
  }

  /** Nothing more is said of what is kept here. */
  stop(): Promise<void> {
    this.stopped = true
    this.waiting.stop()
    return this.held.stop()
  }

  /** Resolves once what came earlier on the channel was said. */
  saidBefore(channel: Channel): Promise<void> {
    return this.held.saidBefore(channel)
  }

  hold(
    channel: Channel,
    id: string,
    kept: KeptRecord | KeptShare,
    keep?: (request: string) => Result<number>,
  ): Result<undefined> {
    return this.held.hold(channel, id, kept, keep)
  }

  /** Bytes of the shares that wait. */
  heldBytes(): number {
    return this.held.all().reduce((bytes, kept) => bytes + ('share' in kept ? kept.bytes : 0), 0)
  }

  private sayKept(id: string, kept: KeptRecord): Promise<Result<unknown>> {
    const content = kept.content.map((part) => ({ ...part, bytes: new Uint8Array(Buffer.from(part.bytes, 'base64')) }))
    return this.sayNow({ ...kept, content }, id)
  }

  placeOf(id: string, type: string, name?: string): Result<{ pact: StoredPact; channel: Channel }> {
    const pact = this.parts.pacts.get(id)
    if (pact === undefined) return noSuchPact(id)
    const ofType = typeNamed(type)
    if (ofType === undefined) return refuse('say/type', `“${type}” is no record type this node knows.`)
    const wanted = name ?? ofType.channel
    const channel = this.parts.channels.get(`${pact.id}/${wanted}`)
    if (channel === undefined || !channel.isParty || channel.own.state === 'none') {
      return refuse('say/channel', `This node speaks on no channel “${wanted}” of that agreement.`)
    }
    return ok({ pact, channel })
  }

  private async prepare(
    request: SayRequest,
    id?: string,
  ): Promise<Result<{ pact: StoredPact; channel: Channel; draft: Draft }>> {
    const found = this.placeOf(request.pact, request.type, request.channel)
    if (!found.ok) return found
    const { pact, channel } = found.value
    if (/^(?:log|pact)\//.test(request.type)) {
      return refuse('say/type', `${request.type} is said by the node itself, not by hand.`)
    }
    if (request.type === 'intel/share') {
      return refuse('say/type', 'STIX is shared as a bundle, in one piece: give the file itself.')
    }
    if (request.type === 'intel/sighting') {
      return refuse('say/type', 'Feedback is given on objects, which are looked for here: countersign feedback')
    }
    const marking = markingOf(request.marking)
    if (!marking.ok) return marking
    const named = await this.named(request.type, request.re ?? [])
    if (!named.ok) return named
    const re = named.value
    const others = othersOf(pact.agreement, channel.name, this.parts.identity.party)
    const to = [...new Set(request.to ?? (typeNamed(request.type)?.to === 'none' ? [] : others))].sort()
    const blank = blankRecord(this.parts.around, request.type, pact, withMode(marking.value, request.mode))
    return ok({ pact, channel, draft: { ...blank, ...(id === undefined ? {} : { id }), to, body: request.body, re } })
  }

  /** Records, `origin#index`, that one of this type answers. */
  async named(type: string, records: readonly string[]): Promise<Result<Statement['re']>> {
    const re: Statement['re'] = []
    for (const text of records) {
      const parsed = parseRecordRef(text)
      if (!parsed.ok) return parsed
      const { origin, index } = parsed.value
      const named = (await this.parts.views.record(text))?.row
      if (named === undefined) {
        return refuse('say/re', `The record ${text} is not held here; look it up with: countersign records`)
      }
      if (!mayAnswer(type, named.type)) return refuse('say/re', `${text} is a ${named.type}, which no ${type} answers.`)
      re.push({ origin: origin.text, index, leaf: named.leaf })
    }
    return ok(re)
  }

  /** The gate on the record as it would stand; what only signing adds is filled with what it cannot depend on. */
  private gate(pact: StoredPact, channel: Channel, draft: Draft, content: readonly PartToSeal[]): Result<undefined> {
    const unnumbered = draft.type === 'hotline/message' && draft.body.number === undefined
    const statement: Statement = {
      ...draft,
      v: 1,
      origin: channel.own.speaker?.log.origin ?? '',
      from: this.parts.identity.party,
      time: new Date(this.parts.around.now()).toISOString(),
      seen: { logs: [], receipts: [] },
      body: unnumbered ? { ...draft.body, number: 1 } : draft.body,
      content: content.map(({ role, mediaType, bytes }) => ({
        ...{ role, mediaType, size: bytes.length },
        ...{ sealed: '0'.repeat(64), commitment: '0'.repeat(64) },
      })),
    }
    const rules = rulesOf(pact.agreement, channel.name, statement.from)
    const decided = decideRecord(statement, { ...rules, records: withRevocations(rules.records) })
    if (!decided.ok) return decided
    const readable = decideContent(
      statement,
      content.map(({ bytes }) => bytes),
    )
    if (!readable.ok) return readable
    const { parts, partBytes } = pact.agreement.limits
    if (content.length > parts || content.some(({ bytes }) => bytes.length > partBytes)) {
      return refuse('release/too-large', `The agreement permits ${parts} parts of ${partBytes} bytes; nothing left.`)
    }
    return ok(undefined)
  }

  /** A refusal where our log takes no record any more, or not yet. */
  mayGoOn({ name, own: { state } }: Channel): Result<undefined> {
    if (this.stopped) return refuse('node/not-ready', 'The node is being ended; say it again once it runs.')
    if (state === 'ready') return ok(undefined)
    return refuse(
      'node/not-ready',
      `Our log on “${name}” is ${state === 'checking' ? 'still being compared with its peers' : 'stopped; look at the alarms before anything else is said'}.`,
    )
  }

  /** A refusal where one record more, or as many as `records`, would go over the limits of the day. */
  async hasRoom(
    channel: Channel,
    type: string,
    content: readonly { bytes: Pick<Uint8Array, 'length'> }[],
    records = 1,
  ): Promise<Result<undefined>> {
    const log = channel.own.speaker?.log
    // What the agreement itself rests on is said in any case; it is little.
    if (log === undefined || typeNamed(type)?.beforeForce === true) return ok(undefined)
    const parts = content.reduce((sum, { bytes }) => sum + padmeSize(FRAME_BYTES + bytes.length), 0)
    return channel.context.dailyUse.mayFollow(log, { entries: records, bytes: parts + records * ENTRY_BYTES })
  }

  begin(
    pact: StoredPact,
    channel: Channel,
    draft: Draft,
    { account, approvedBy = [], goneBy = [] }: SaidHere,
  ): Result<RecordInMaking> {
    const inForce = this.mustBeInForce(draft.type, channel)
    if (!inForce.ok) return inForce
    const goOn = this.mayGoOn(channel)
    if (!goOn.ok) return goOn
    const { speaker } = channel.own
    if (speaker === undefined) throw new Error('A channel that is ready has a log.')
    const { desk, around, trusted, identity, store } = this.parts
    const rootOf = (party: string) => pact.agreement.parties.find((one) => one.party === party)?.root ?? ''
    const making = RecordInMaking.begin(speaker, draft, {
      desk,
      random: around.random,
      sealingKey: (party) => {
        const card = party === identity.party ? identity.card : trusted.withRoot(party, rootOf(party))
        const key = card?.keys.sealing.age
        return key === undefined || trusted.isGivenUp('sealing', key) ? undefined : key
      },
    })
    if (making.ok) {
      store.noteSpeaker(draft.id, account)
      store.waiting.noteApprovers(draft.id, approvedBy)
      store.goneBy.note(draft.id, goneBy)
    }
    return making
  }

  /** Where the views know of no force, as those of a restored folder, all that is held of the channel is folded first. */
  async learnForce(channel: Channel): Promise<void> {
    const { pact, name } = channel
    const { views, caughtUp } = this.parts
    if (views.force(pact.id, pact.version, name) === undefined) await caughtUp(channel)
  }

  mustBeInForce(type: string, channel: Channel): Result<undefined> {
    const { id, version } = channel.pact
    if (typeNamed(type)?.beforeForce === true) return ok(undefined)
    const force = this.parts.views.force(id, version, channel.name)
    if (force !== undefined) {
      // What has not seen the signatures would be void.
      if (force.covers.every(({ origin, index }) => channel.sizeOf(origin) > index)) return ok(undefined)
      return refuse('node/not-ready', `The logs of the others on “${channel.name}” are not open here yet; try again.`)
    }
    return refuse(
      'pact/not-in-force',
      `This agreement is not in force on “${channel.name}” yet; see who must still sign with: countersign pact show --dir ${this.parts.identity.dir}`,
    )
  }

  private holdHere(request: SayRequest, channel: Channel, id: string): Result<Said> {
    const content = (request.content ?? []).map((part) => ({
      ...part,
      bytes: Buffer.from(part.bytes).toString('base64'),
    }))
    const held = this.hold(channel, id, { ...request, content })
    return held.ok ? ok({ state: 'held-here', awaited: channel.awaited() }) : held
  }
}

/** Who may share may take back, and consent to passing on (spec/agreement.md). */
function withRevocations(records: readonly string[]): string[] {
  return records.includes('intel/share') ? [...records, 'intel/revoke', 'intel/consent', 'intel/retract'] : [...records]
}
