// The engine of a node. Read this first: it is the whole way of a record, both ways.
//
//   say   → gate → seal → sign → append to our log → publish → hint the peers
//   hear  ← fold ← open ← verify ← mirror of their log ← poll, or a hint
//
// There are two doors and no third: `say` (and `share`, which says many) for our own words, the channels' `hear` for
// theirs. Both end in the same fold into the same views. What a record means is decided in the pure packages.

import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromUtf8, ok, refuse, type Result, toHex } from '@countersign/log'
import { openReceipts, type Receipts, recordGeneration } from '@countersign/ledger'
import {
  type Agreement,
  agreementDigest,
  agreementFromYaml,
  makeInvitation,
  parseInvitation,
  rolesOf,
} from '@countersign/pact'
import { type Card, parseRecordRef, type Statement, typeNamed } from '@countersign/record'
import { openViews, type Views } from '@countersign/views'
import { v7 as uuidv7 } from 'uuid'
import { Channel, type ChannelContext } from './channel.ts'
import { Directory, type DirectoryAnswer } from './directory.ts'
import { Folding } from './folding.ts'
import { decide } from './gate.ts'
import { type Identity, loadIdentity } from './identity.ts'
import { LIMITS } from './limits.ts'
import { Pacts, type StoredPact } from './pacts.ts'
import { PeerRequests } from './peer-requests.ts'
import { PrivateStore } from './private-store.ts'
import type { HeldReceipt } from './receipt-feed.ts'
import { openSealingDesk, type SealingDesk } from './sealer.ts'
import { sealParts } from './seal-parts.ts'
import { share, type ShareRequest, type Shared } from './share.ts'
import type { Draft, Pin } from './speaker.ts'
import type { Surroundings } from './surroundings.ts'
import { TrustedCards } from './trust.ts'

export interface SayRequest {
  pact: string
  type: string
  /** Otherwise the type's own. */
  channel?: string
  /** Otherwise all other parties of the channel, where the type addresses anyone. */
  to?: string[]
  marking?: { tlp: string; class?: string }
  mode?: Statement['mode']
  body: Record<string, unknown>
  content?: { role: string; mediaType: string; bytes: Uint8Array }[]
  /** Records answered or followed, as `origin#index`. */
  re?: string[]
  /** The local account in whose name this is said; private to this node. */
  account: string
}

/** `held-here`: kept, and signed once the start-up check of the log is over. */
export type Said = { state: 'said'; record: string } | { state: 'held-here'; awaited: string[] }

export interface PeerStatus {
  party: string
  role: 'party' | 'neutral'
  reachable: boolean
  lastHeardMs: number | null
}

export interface NodeStatus {
  party: string
  neutral: boolean
  pacts: {
    id: string
    title: string
    channels: { name: string; origin: string | null; state: Channel['state']; awaited: string[]; size: number }[]
    peers: PeerStatus[]
  }[]
  heldHere: number
  alarms: { at: number; code: string; subject: string; message: string }[]
}

export class Node {
  readonly dir: string
  readonly party: string
  readonly neutral: boolean
  readonly card: Card
  readonly views: Views
  private readonly identity: Identity
  private readonly around: Surroundings
  private readonly trusted: TrustedCards
  private readonly pacts: Pacts
  private readonly store: PrivateStore
  private readonly desk: SealingDesk
  private readonly receipts: Receipts
  private readonly folding: Folding
  private readonly files: Directory
  private readonly channels = new Map<string, Channel>()
  private readonly requests = new Map<string, PeerRequests>()
  private readonly listeners = new Set<() => void>()
  private cancelHints: (() => void) | undefined
  private discovery: (() => void)[] = []
  private stopped = false

  private constructor(identity: Identity, around: Surroundings, views: Views, receipts: Receipts) {
    this.identity = identity
    this.around = around
    this.dir = identity.dir
    this.party = identity.party
    this.neutral = identity.neutral
    this.card = identity.card
    this.views = views
    this.receipts = receipts
    this.trusted = TrustedCards.open(identity)
    this.pacts = new Pacts(identity.dir)
    this.store = new PrivateStore(join(identity.dir, 'private', 'private.db'))
    this.desk = openSealingDesk(identity.keys.sealing.identity)
    this.folding = new Folding({
      us: identity.party,
      views,
      desk: this.desk,
      around,
      cardOf: (party) => this.trusted.of(party),
      log: (origin) => this.logOf(origin),
      changed: () => this.changed(),
    })
    this.files = new Directory(identity.party, {
      dir: identity.dir,
      agreement: (id) => this.pacts.get(id)?.agreement,
      origins: () => this.origins(),
      addressees: (origin, sealed) => this.folding.addressees(origin, sealed),
    })
  }

  /** Opens the node in `dir` and starts every loop. Refuses a folder that holds none, or that another process has. */
  static async open(dir: string, around: Surroundings): Promise<Result<Node>> {
    const identity = await loadIdentity(dir)
    if (!identity.ok) return identity
    const views = openViews({ path: join(dir, 'views.db') })
    const receipts = await openReceipts({ disk: around.disk, dir })
    const node = new Node(identity.value, around, views, receipts)
    for (const pact of node.pacts.all()) await node.join(pact)
    node.folding.wake()
    return ok(node)
  }

  now(): number {
    return this.around.now()
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  // ── saying ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Says one record: through the gate, sealed, signed, durable. */
  async say(request: SayRequest): Promise<Result<Said>> {
    const prepared = this.prepare(request)
    if (!prepared.ok) return prepared
    const { channel, pact, draft } = prepared.value
    const verdict = decide({ pact: pact.agreement, channel: channel.name, draft, content: request.content ?? [] })
    if (!verdict.ok) return verdict
    if (channel.state === 'checking') return this.holdHere(request, channel)
    const inForce = this.mustBeInForce(draft.type, channel)
    if (!inForce.ok) return inForce
    return this.speak(channel, pact, draft, request.content ?? [], request.account)
  }

  /** Shares STIX of any size in as few records as the agreement's limits allow. */
  async share(request: ShareRequest, progress?: (done: number, total: number) => void): Promise<Result<Shared>> {
    const pact = this.pacts.get(request.pact)
    if (pact === undefined) return noSuchPact(request.pact)
    const channel = this.channels.get(`${pact.id}/${request.channel ?? 'main'}`)
    if (channel === undefined || !channel.isParty) return refuse('say/channel', 'This node speaks on no such channel.')
    if (channel.state === 'checking') {
      this.around.report('info', 'share-waits', { awaited: channel.awaited() })
      await channel.ready()
    }
    const inForce = this.mustBeInForce('intel/share', channel)
    if (!inForce.ok) return inForce
    return share(request, {
      agreement: pact.agreement,
      channel: channel.name,
      us: this.party,
      around: this.around,
      spoolDir: this.privateFolder('spool'),
      say: async (body, to, content) => {
        const said = await this.speak(
          channel,
          pact,
          { ...this.blank('intel/share', pact, request.marking, request.mode), to, body },
          content,
          request.account,
        )
        return said.ok && said.value.state === 'said'
          ? ok(said.value.record)
          : said.ok
            ? refuse('node/not-ready', 'The log is not ready.')
            : said
      },
      ...(progress === undefined ? {} : { progress }),
    })
  }

  private prepare(request: SayRequest): Result<{ pact: StoredPact; channel: Channel; draft: Draft }> {
    const pact = this.pacts.get(request.pact)
    if (pact === undefined) return noSuchPact(request.pact)
    const type = typeNamed(request.type)
    if (type === undefined) return refuse('say/type', `“${request.type}” is no record type this node knows.`)
    if (request.type.startsWith('log/') || request.type.startsWith('pact/')) {
      return refuse('say/type', `${request.type} is said by the node itself, not by hand.`)
    }
    const name = request.channel ?? type.channel
    const channel = this.channels.get(`${pact.id}/${name}`)
    if (channel?.speaker === undefined || !channel.isParty) {
      return refuse('say/channel', `This node speaks on no channel “${name}” of that agreement.`)
    }
    const re: Statement['re'] = []
    for (const text of request.re ?? []) {
      const parsed = parseRecordRef(text)
      if (!parsed.ok) return parsed
      const leaf = this.views.leafOf(parsed.value.origin.text, parsed.value.index)
      if (leaf === undefined)
        return refuse('say/re', `The record ${text} is not held here; look it up with: countersign records`)
      re.push({ origin: parsed.value.origin.text, index: parsed.value.index, leaf })
    }
    const others = this.othersOf(pact.agreement, name)
    const to = [...new Set(request.to ?? (type.to === 'none' ? [] : others))].sort()
    const numbered = request.type === 'hotline/message' && request.body.number === undefined
    const body = numbered ? { ...request.body, number: channel.speaker.messageNumber + 1 } : request.body
    const draft = { ...this.blank(request.type, pact, request.marking, request.mode), to, body, re }
    return ok({ pact, channel, draft })
  }

  private async speak(
    channel: Channel,
    pact: StoredPact,
    draft: Draft,
    content: NonNullable<SayRequest['content']>,
    account: string,
  ): Promise<Result<Said>> {
    const { speaker } = channel
    if (speaker === undefined || channel.state !== 'ready') {
      return refuse(
        'node/not-ready',
        'Our log of this channel is stopped; look at the alarms before anything else is said.',
      )
    }
    const sealed = await sealParts(
      { id: draft.id, origin: speaker.log.origin, to: draft.to, from: this.party },
      content,
      {
        desk: this.desk,
        random: this.around.random,
        sealingKey: (party) => this.cardIn(pact.agreement, party)?.keys.sealing.age,
      },
    )
    if (!sealed.ok) return sealed
    // Sealed content is durable before the entry that names it: a log never promises a file that was not kept.
    for (const { file } of sealed.value) await speaker.log.putAddendum(file)
    this.store.noteSpeaker(draft.id, account)
    const said = await speaker.say({ ...draft, content: sealed.value.map(({ descriptor }) => descriptor) })
    if (!said.ok) return said
    return ok({ state: 'said', record: `${speaker.log.origin}#${said.value.index}` })
  }

  private holdHere(request: SayRequest, channel: Channel): Result<Said> {
    if (this.store.heldCount() >= LIMITS.heldHereMax) {
      return refuse('node/not-ready', 'Too much waits to be said already; the start-up check must finish first.')
    }
    const content = (request.content ?? []).map((part) => ({
      ...part,
      bytes: Buffer.from(part.bytes).toString('base64'),
    }))
    this.store.hold(JSON.stringify({ ...request, content }))
    return ok({ state: 'held-here', awaited: channel.awaited() })
  }

  private async sayHeld(): Promise<void> {
    for (const { id, request } of this.store.held()) {
      const parsed: Omit<SayRequest, 'content'> & { content: { role: string; mediaType: string; bytes: string }[] } =
        JSON.parse(request)
      const channel = this.channels.get(`${parsed.pact}/${parsed.channel ?? typeNamed(parsed.type)?.channel}`)
      if (channel?.state !== 'ready') continue
      const content = parsed.content.map((part) => ({
        ...part,
        bytes: new Uint8Array(Buffer.from(part.bytes, 'base64')),
      }))
      const said = await this.say({ ...parsed, content })
      this.store.release(id)
      if (!said.ok) this.alarm(said.code, `held-here ${id}`, `What was kept to be said was refused: ${said.message}`)
    }
  }

  // ── agreements ────────────────────────────────────────────────────────────────────────────────────────────────────

  trust(file: Uint8Array): Result<Card> {
    const added = this.trusted.add(file, this.now())
    if (added.ok) this.views.knowCard(added.value.bytes)
    return added
  }

  trustedCards(): Card[] {
    return this.trusted.all()
  }

  cardOf(party: string): Card | undefined {
    return this.trusted.of(party)
  }

  pactIds(): string[] {
    return this.pacts.all().map(({ id }) => id)
  }

  pact(id: string): StoredPact | undefined {
    return this.pacts.get(id)
  }

  /** Drafts an agreement from YAML, opens our logs for it, says the proposal and writes the invitation. */
  async proposePact(yaml: string): Promise<Result<{ pact: string; version: string; invitation: Uint8Array }>> {
    const drafted = agreementFromYaml(yaml, {
      id: toHex(this.around.random(16)),
      nowMs: this.now(),
      roots: new Map([this.card, ...this.trusted.all()].map((card) => [card.party, card.rootDigest])),
    })
    if (!drafted.ok) return drafted
    const agreement = drafted.value
    if (!agreement.parties.some(({ party }) => party === this.party)) {
      return refuse('pact/not-ours', `${this.party} is no party of this agreement; only a party proposes it.`)
    }
    const pact = this.pacts.keep(agreement)
    await this.join(pact)
    await this.openLogs(pact)
    for (const channel of this.ourChannels(pact)) {
      const draft = {
        ...this.blank('pact/propose', pact),
        to: this.othersOf(agreement, channel.name),
        body: { agreement },
      }
      const said = await channel.speaker?.say(draft)
      if (said?.ok === false) return said
    }
    const cards = [
      this.card,
      ...[...agreement.parties, ...agreement.neutrals].flatMap(({ party }) =>
        party === this.party ? [] : (this.trusted.of(party) ?? []),
      ),
    ]
    const origins = this.ourChannels(pact).flatMap(({ speaker }) => speaker?.log.origin ?? [])
    return ok({
      pact: pact.id,
      version: pact.version,
      invitation: makeInvitation({ agreement, cards: cards.map(({ bytes }) => bytes), origins }),
    })
  }

  /** Signs the agreement of an invitation, or of an id this node holds. A neutral agrees to serve it instead. */
  async signPact(
    invitation: Uint8Array | string,
  ): Promise<Result<{ pact: string; version: string; as: 'party' | 'neutral' }>> {
    const found = typeof invitation === 'string' ? this.draftOf(invitation) : this.invited(invitation)
    if (!found.ok) return found
    const agreement = found.value
    for (const { party, root } of [...agreement.parties, ...agreement.neutrals]) {
      if (party !== this.party && this.trusted.withRoot(party, root) === undefined) {
        return refuse(
          'pact/untrusted',
          `The card of ${party} that this agreement pins is not trusted here; compare its words, then: countersign trust --dir ${this.dir} CARD`,
        )
      }
    }
    const ours = [...agreement.parties, ...agreement.neutrals].find(({ party }) => party === this.party)
    if (ours === undefined)
      return refuse('pact/not-ours', `${this.party} is neither party nor neutral of this agreement.`)
    if (ours.root !== this.card.rootDigest)
      return refuse('pact/other-root', 'This agreement pins another root for our party than ours.')
    if (Date.parse(agreement.offer.expires) <= this.now()) {
      return refuse('pact/expired', `This offer expired on ${agreement.offer.expires}; ask for a new proposal.`)
    }
    const pact = this.pacts.get(agreement.id) ?? this.pacts.keep(agreement)
    await this.join(pact)
    if (rolesOf(agreement, this.party).length > 0) return ok({ pact: pact.id, version: pact.version, as: 'neutral' })
    await this.openLogs(pact)
    const origins = this.ourChannels(pact)
      .flatMap(({ speaker }) => speaker?.log.origin ?? [])
      .sort()
    for (const channel of this.ourChannels(pact)) {
      await channel.ready()
      if (this.views.hasSigned(pact.id, pact.version, channel.name, this.party)) continue
      const body = { base: agreement.base, origins }
      const said = await channel.speaker?.say({
        ...this.blank('pact/sign', pact),
        to: this.othersOf(agreement, channel.name),
        body,
      })
      if (said?.ok === false) return said
    }
    return ok({ pact: pact.id, version: pact.version, as: 'party' })
  }

  private draftOf(id: string): Result<Agreement> {
    const pact = this.pacts.get(id)
    return pact === undefined ? noSuchPact(id) : ok(pact.agreement)
  }

  private invited(bytes: Uint8Array): Result<Agreement> {
    const invitation = parseInvitation(bytes)
    return invitation.ok ? ok(invitation.value.agreement) : invitation
  }

  /** Opens a log on each of our channels that has none. */
  private async openLogs(pact: StoredPact): Promise<void> {
    for (const channel of this.ourChannels(pact)) {
      if (channel.speaker !== undefined) continue
      const generation = toHex(this.around.random(8))
      const speaker = await channel.createOwn(generation)
      await speaker.say({
        ...this.blank('log/open', pact),
        to: [],
        body: { card: this.card.digest, predecessor: null },
      })
      await recordGeneration({ disk: this.around.disk, dir: this.dir }, pact.id, channel.name, generation)
    }
  }

  /** Takes part in an agreement: opens what we have of it and starts hearing the others. */
  private async join(pact: StoredPact): Promise<void> {
    if (this.channels.has(`${pact.id}/${pact.agreement.channels[0]?.name}`)) return
    this.views.knowCard(this.card.bytes)
    for (const card of this.trusted.all()) this.views.knowCard(card.bytes)
    this.views.knowAgreement(pact.bytes)
    for (const { name } of pact.agreement.channels) {
      const channel = new Channel(pact, name, this.contextOf(pact, name))
      this.channels.set(`${pact.id}/${name}`, channel)
    }
    for (const [name, generation] of this.generations(`logs/${pact.id}/index`)) {
      const channel = this.channels.get(`${pact.id}/${name}`)
      await channel?.openOwn(generation)
      void channel?.ready().then(() => this.sayHeld())
    }
    for (const { party, root } of pact.agreement.parties) {
      if (party !== this.party) this.discover(pact, party, root)
    }
  }

  /** Learns, again and again, which logs a party has opened for this agreement. */
  private discover(pact: StoredPact, party: string, root: string): void {
    let cancel: () => void = () => {}
    const look = async () => {
      const card = this.trusted.withRoot(party, root)
      if (card !== undefined) {
        const fetched = await this.requestsTo(card).get(`logs/${pact.id}/index`, LIMITS.indexBytes)
        const lines = fetched.kind === 'bytes' ? (fromUtf8(fetched.bytes) ?? '').split('\n') : []
        for (const [name, generation] of generationLines(lines)) {
          const channel = this.channels.get(`${pact.id}/${name}`)
          const takesPart = pact.agreement.channels.find((one) => one.name === name)?.parties.includes(party) ?? false
          if (takesPart && this.readsChannel(pact.agreement, name))
            await channel?.hear(`${party}/${pact.id}/${name}/${generation}`, card)
        }
      }
    }
    const round = () => {
      if (this.stopped) return
      look()
        .catch((cause: unknown) => this.around.report('info', 'discovery-failed', { party, message: String(cause) }))
        .finally(() => {
          cancel()
          cancel = this.around.after(pact.agreement.intervals.pollSeconds * 1000, round)
        })
    }
    this.discovery.push(() => cancel())
    this.wakers.set(`${pact.id} ${party}`, round)
    round()
  }

  private readonly wakers = new Map<string, () => void>()

  private *generations(path: string): Generator<[string, string]> {
    let text: string
    try {
      text = readFileSync(join(this.dir, path), 'utf8')
    } catch {
      return
    }
    yield* generationLines(text.split('\n'))
  }

  // ── hearing ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A peer says “look again”. */
  hint(party: string): void {
    for (const channel of this.channels.values()) channel.wake(party)
    for (const [key, round] of this.wakers) if (key.endsWith(` ${party}`) && !this.hearsAll(key)) round()
  }

  /** Whether every channel of the agreement has a log of that party already: then its index need not be read on a hint. */
  private hearsAll(key: string): boolean {
    const [id, party] = key.split(' ')
    const pact = this.pacts.get(id ?? '')
    return (
      pact?.agreement.channels.every(({ name, parties }) => {
        const channel = this.channels.get(`${id}/${name}`)
        return (
          !parties.includes(party ?? '') || channel?.peerLogs().some(({ origin }) => origin.startsWith(`${party}/`))
        )
      }) ?? true
    )
  }

  directory(party: string | undefined, path: string): Promise<DirectoryAnswer> {
    return this.files.answer(party, path)
  }

  /** Plaintext of one part, where it is sealed to us and held. */
  readContent(
    record: string,
    part: number,
  ): Promise<Result<{ bytes: Uint8Array; salt: Uint8Array; mediaType: string }>> {
    const ref = parseRecordRef(record)
    return ref.ok ? this.folding.readPart(ref.value.origin.text, ref.value.index, part) : Promise.resolve(ref)
  }

  speakerOf(statementId: string): string | undefined {
    return this.store.speakerOf(statementId)
  }

  /** What an evidence file is cut from. */
  logOf(origin: string) {
    for (const channel of this.channels.values()) {
      if (channel.speaker?.log.origin === origin) return channel.speaker.log
      const peer = channel.peerLogs().find((log) => log.origin === origin)
      if (peer !== undefined) return peer.mirror
    }
    return undefined
  }

  receiptsOn(origin: string) {
    return [
      ...this.receipts.given(origin).map((receipt) => ({ by: this.party, ...receipt })),
      ...this.receipts.held(origin).map(({ cosigner, ...receipt }) => ({ by: cosigner, ...receipt })),
    ]
  }

  // ── state ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  health() {
    return { ready: [...this.channels.values()].every(({ state }) => state === 'ready' || state === 'none') }
  }

  status(): NodeStatus {
    const pacts = this.pacts.all().map(({ id, agreement }) => {
      const channels = agreement.channels.flatMap(({ name }) => this.channels.get(`${id}/${name}`) ?? [])
      const members = [
        ...agreement.parties.map(({ party }) => ({ party, role: 'party' as const })),
        ...agreement.neutrals.map(({ party }) => ({ party, role: 'neutral' as const })),
      ]
      return {
        id,
        title: agreement.title,
        channels: channels.map((channel) => ({
          name: channel.name,
          origin: channel.speaker?.log.origin ?? null,
          state: channel.state,
          awaited: channel.awaited(),
          size: channel.speaker?.log.size ?? 0,
        })),
        peers: members
          .filter(({ party }) => party !== this.party)
          .map(({ party, role }) => {
            const requests = this.requests.get(party)
            return { party, role, reachable: requests?.reachable ?? false, lastHeardMs: requests?.lastHeardMs ?? null }
          }),
      }
    })
    return {
      party: this.party,
      neutral: this.neutral,
      pacts,
      heldHere: this.store.heldCount(),
      alarms: [...this.store.alarms(), ...this.views.alarms()],
    }
  }

  /** Resolves once everything held is folded into the views. */
  settled(): Promise<void> {
    return this.folding.settled()
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.cancelHints?.()
    for (const cancel of this.discovery) cancel()
    for (const requests of this.requests.values()) requests.close()
    await Promise.all([...this.channels.values()].map((channel) => channel.stop()))
    await this.folding.stop()
    await this.desk.close()
    await this.receipts.close()
    this.views.close()
    this.store.close()
  }

  // ── wiring ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private contextOf(pact: StoredPact, name: string): ChannelContext {
    return {
      identity: this.identity,
      around: this.around,
      receipts: this.receipts,
      cardOf: (party, root) => (party === this.party ? this.card : this.trusted.withRoot(party, root)),
      requestsTo: (card) => this.requestsTo(card),
      forcePin: (): Pin | undefined => this.views.force(pact.id, pact.version, name)?.receipt,
      onEntries: (origin) => this.folding.wake(origin),
      onContent: (origin) => this.folding.wake(origin),
      onReceipt: (receipt) => this.foldReceipt(receipt),
      onNews: () => this.hintPeers(),
      onAlarm: (code, subject, message) => this.alarm(code, subject, message),
      blank: (type, of) => this.blank(type, of),
    }
  }

  private foldReceipt(receipt: HeldReceipt): void {
    const { origin, by, size, time, digest } = receipt
    this.views.foldReceipt({ origin, by, size, time, digest })
    this.folding.wake()
    this.changed()
  }

  private hintPeers(): void {
    this.changed()
    this.cancelHints ??= this.around.after(LIMITS.hintGatherMs, () => {
      this.cancelHints = undefined
      for (const requests of this.requests.values()) void requests.hint()
    })
  }

  private requestsTo(card: Card): PeerRequests {
    const known = this.requests.get(card.party)
    if (known !== undefined) return known
    const requests = new PeerRequests(
      card.party,
      card.body.endpoints[0] ?? '',
      { party: this.party, signer: this.identity.keys.request },
      this.around,
    )
    this.requests.set(card.party, requests)
    return requests
  }

  private mustBeInForce(type: string, channel: Channel): Result<undefined> {
    if (typeNamed(type)?.beforeForce === true) return ok(undefined)
    if (this.views.force(channel.pact.id, channel.pact.version, channel.name) !== undefined) return ok(undefined)
    return refuse(
      'pact/not-in-force',
      `This agreement is not in force on “${channel.name}” yet; see who must still sign with: countersign pact show --dir ${this.dir}`,
    )
  }

  private blank(type: string, pact: StoredPact, marking?: SayRequest['marking'], mode?: Statement['mode']): Draft {
    const clear = ['log', 'pact', 'party'].includes(type.split('/')[0] ?? '')
    return {
      type,
      id: uuidv7({ msecs: this.now(), random: this.around.random(16) }),
      pact: { id: pact.id, version: pact.version },
      to: [],
      mode: mode ?? 'Actual',
      body: {},
      marking: (marking ?? { tlp: clear ? 'TLP:CLEAR' : 'TLP:AMBER' }) as Statement['marking'],
      re: [],
      content: [],
    }
  }

  private ourChannels(pact: StoredPact): Channel[] {
    return pact.agreement.channels
      .flatMap(({ name }) => this.channels.get(`${pact.id}/${name}`) ?? [])
      .filter((channel) => channel.isParty)
  }

  private othersOf(agreement: Agreement, channel: string): string[] {
    const parties = agreement.channels.find(({ name }) => name === channel)?.parties ?? []
    return parties.filter((party) => party !== this.party)
  }

  private readsChannel(agreement: Agreement, name: string): boolean {
    return (
      rolesOf(agreement, this.party).length > 0 ||
      (agreement.channels.find((one) => one.name === name)?.parties.includes(this.party) ?? false)
    )
  }

  private cardIn(agreement: Agreement, party: string): Card | undefined {
    const root = agreement.parties.find((one) => one.party === party)?.root ?? ''
    return this.trusted.withRoot(party, root)
  }

  private *origins(): Generator<string> {
    for (const channel of this.channels.values()) {
      if (channel.speaker !== undefined) yield channel.speaker.log.origin
      for (const { origin } of channel.peerLogs()) yield origin
    }
  }

  private alarm(code: string, subject: string, message: string): void {
    if (this.store.alarm(this.now(), code, subject, message))
      this.around.report('error', 'alarm', { code, subject, message })
    this.changed()
  }

  private privateFolder(name: string): string {
    const folder = join(this.dir, 'private', name)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return folder
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}

function noSuchPact(id: string) {
  return refuse('pact/unknown', `This node has no agreement ${id}; list them with: countersign pact show`)
}

/** At most a few generations of each channel: a peer's index is a peer's word. */
function* generationLines(lines: string[]): Generator<[string, string]> {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const match = /^([a-z][a-z0-9-]{0,31})\/([0-9a-f]{16})$/.exec(line)
    if (match?.[1] === undefined || match[2] === undefined) continue
    const count = (counts.get(match[1]) ?? 0) + 1
    counts.set(match[1], count)
    if (count <= LIMITS.generationsPerChannel) yield [match[1], match[2]]
  }
}

export { agreementDigest }
