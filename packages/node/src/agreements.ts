// Proposing, signing and taking part in agreements: opening our logs for one, and hearing the others.

import { dirname, join } from 'node:path'
import { generationsFile, mirrorFolder, recordGeneration } from '@countersign/ledger'
import { fromUtf8, ok, type Result, refuse, toHex } from '@countersign/log'
import {
  type Agreement,
  agreementDigest,
  agreementFromYaml,
  type DraftFault,
  makeInvitation,
  parseInvitation,
  rolesOf,
} from '@countersign/pact'
import type { Card } from '@countersign/record'
import { Channel } from './channel/channel.ts'
import type { ChannelContext } from './channel/context.ts'
import type { Succeeded } from './channel/own-side.ts'
import { blankRecord, type EngineParts, noSuchPact, othersOf } from './engine-parts.ts'
import { isMirrored } from './hearing/generations.ts'
import { generationLines, type IndexLooks } from './hearing/index-looks.ts'
import { PeerUnreachable } from './hearing/peer-requests.ts'
import { LIMITS } from './limits.ts'
import type { StoredPact } from './pacts.ts'

export interface Proposed {
  pact: string
  version: string
  /** To be carried by hand to the other parties and the neutrals. */
  invitation: Uint8Array
}

export interface Signed {
  pact: string
  version: string
  /** A neutral signs nothing: it agrees to serve. */
  as: 'party' | 'neutral'
}

export class Agreements {
  private readonly parts: EngineParts
  private readonly contextOf: (pact: StoredPact, channel: string) => ChannelContext
  private readonly indexes: IndexLooks
  private readonly onReady: () => void

  constructor(
    parts: EngineParts,
    contextOf: (pact: StoredPact, channel: string) => ChannelContext,
    indexes: IndexLooks,
    onReady: () => void,
  ) {
    this.parts = parts
    this.contextOf = contextOf
    this.indexes = indexes
    this.onReady = onReady
  }

  /** Drafts an agreement from YAML, opens our logs for it, says the proposal and writes the invitation. */
  async propose(yaml: string): Promise<{ ok: true; value: Proposed } | DraftFault> {
    const { around, identity, trusted, pacts } = this.parts
    const drafted = agreementFromYaml(yaml, {
      id: toHex(around.random(16)),
      nowMs: around.now(),
      roots: new Map([identity.card, ...trusted.all()].map((card) => [card.party, card.rootDigest])),
    })
    if (!drafted.ok) return drafted
    const agreement = drafted.value
    if (!agreement.parties.some(({ party }) => party === identity.party)) {
      return refuse('pact/not-ours', `${identity.party} is no party of this agreement; only a party proposes it.`)
    }
    const cards: Card[] = [identity.card]
    for (const { party, root } of [...agreement.parties, ...agreement.neutrals]) {
      if (party === identity.party) continue
      const card = this.trustedCard(party, root)
      if (!card.ok) return card
      cards.push(card.value)
    }
    const pact = await pacts.keep(agreement)
    // Its id was drawn just now: nobody holds a log of ours under it.
    await this.join(pact, { fresh: true })
    const opened = await this.openLogs(pact, { fresh: true })
    if (!opened.ok) return opened
    const said = await this.sayOnEach(pact, 'pact/propose', () => ({ agreement }))
    if (!said.ok) return said
    const origins = this.ourOrigins(pact)
    const invitation = makeInvitation({ agreement, cards: cards.map(({ bytes }) => bytes), origins })
    return ok({ pact: pact.id, version: pact.version, invitation })
  }

  /** Signs the agreement of an invitation, or of an id this node holds. A neutral agrees to serve it instead. */
  async sign(invitation: Uint8Array | string): Promise<Result<Signed>> {
    const { identity, around, pacts, views } = this.parts
    const found = this.draftOf(invitation)
    if (!found.ok) return found
    const agreement = found.value
    const members = [...agreement.parties, ...agreement.neutrals]
    const ours = members.find(({ party }) => party === identity.party)
    if (ours === undefined) {
      return refuse('pact/not-ours', `${identity.party} is neither party nor neutral of this agreement.`)
    }
    if (this.parts.trusted.withRoot(identity.party, ours.root) === undefined) {
      return refuse('pact/other-root', 'This agreement pins another root for our party than ours; ask for a new draft.')
    }
    for (const { party, root } of members) {
      const card = party === identity.party ? ok(identity.card) : this.trustedCard(party, root)
      if (!card.ok) return card
    }
    if (Date.parse(agreement.offer.expires) <= around.now()) {
      return refuse('pact/expired', `This offer expired on ${agreement.offer.expires}; ask for a new proposal.`)
    }
    const known = pacts.get(agreement.id)
    // Whoever signs was shown the text of the invitation: that text is signed, or none.
    if (known !== undefined && known.version !== agreementDigest(agreement)) {
      return refuse(
        'pact/other-version',
        `Another text stands under this agreement’s id here (version ${known.version.slice(0, 16)}…), and this node takes part in that one; nothing was signed. Ask for a new proposal, under an id of its own.`,
      )
    }
    const pact = known ?? (await pacts.keep(agreement))
    await this.join(pact)
    if (rolesOf(agreement, identity.party).length > 0)
      return ok({ pact: pact.id, version: pact.version, as: 'neutral' })
    const opened = await this.openLogs(pact)
    if (!opened.ok) return opened
    const origins = this.ourOrigins(pact).sort()
    const signed = new Set<string>()
    for (const { name } of this.ourChannels(pact)) {
      if (await views.hasSigned(pact.id, pact.version, name, identity.party)) signed.add(name)
    }
    const said = await this.sayOnEach(pact, 'pact/sign', () => ({ base: agreement.base, origins }), signed)
    return said.ok ? ok({ pact: pact.id, version: pact.version, as: 'party' }) : said
  }

  /** Takes part in an agreement: opens what we have of it and starts hearing the others. */
  async join(pact: StoredPact, { fresh = false } = {}): Promise<void> {
    const { channels, identity, trusted, views } = this.parts
    const { agreement } = pact
    if (channels.has(`${pact.id}/${agreement.channels[0]?.name}`)) return
    for (const card of trusted.every()) await views.knowCard(card.bytes)
    await views.knowAgreement(pact.bytes)
    for (const { name } of agreement.channels) {
      channels.set(`${pact.id}/${name}`, new Channel(pact, name, this.contextOf(pact, name)))
    }
    if (!fresh && (await this.mayHaveForgotten(pact))) {
      for (const { name } of agreement.channels) channels.get(`${pact.id}/${name}`)?.peers.forgot()
    }
    const ours = await this.ownGenerations(pact.id)
    // Before anybody is heard: of what lies here nobody's word is needed.
    for (const [name, generations] of ours) channels.get(`${pact.id}/${name}`)?.own.know(generations)
    const opened = Promise.withResolvers<void>()
    for (const channel of this.ourChannels(pact)) channel.own.lost.waitFor(opened.promise)
    await this.hearSigners(pact)
    for (const channel of this.ourChannels(pact)) {
      if (fresh || !channel.context.mayBeCopy()) continue
      channel.own.lost.begin()
      if (!ours.has(channel.name)) void channel.own.ready().then(this.onReady)
    }
    for (const [name, generations] of ours) {
      const channel = channels.get(`${pact.id}/${name}`)
      await channel?.own.open(generations)
      void channel?.own.ready().then(this.onReady)
    }
    opened.resolve()
    for (const { party, root } of agreement.parties) {
      if (party !== identity.party) this.indexes.begin(pact, party, root)
    }
  }

  /** Whether this folder was set back once, and holds nothing that anybody said under the agreement: it may have held it before. */
  private async mayHaveForgotten({ id, agreement }: StoredPact): Promise<boolean> {
    const { around, channels, identity } = this.parts
    const mayLack = agreement.channels.some(({ name }) => channels.get(`${id}/${name}`)?.context.mayLack())
    return mayLack && (await around.disk.list(join(identity.dir, 'mirrors', id))).length === 0
  }

  /**
   * Opens the logs by which the agreement is in force as we hold them, before anything is said: a record that had not
   * seen them would be void, and their authors may not answer for long. What is not held is left to the looks at the indexes: nobody
   * is asked here, for a node starts whether its peers answer or not.
   */
  private async hearSigners(pact: StoredPact): Promise<void> {
    const { around, channels, identity, trusted, views } = this.parts
    const held = { disk: around.disk, dir: identity.dir }
    for (const { name } of pact.agreement.channels) {
      const covers = views.force(pact.id, pact.version, name)?.covers.map(({ origin }) => origin)
      for (const origin of covers ?? (await this.mirrored(pact, name))) {
        const author = pact.agreement.parties.find(({ party }) => origin.startsWith(`${party}/`))
        if (author === undefined || author.party === identity.party || !(await isMirrored(held, origin))) continue
        const card = trusted.withRoot(author.party, author.root)
        if (card === undefined) continue
        try {
          await channels.get(`${pact.id}/${name}`)?.peers.hear(origin, card)
        } catch (cause) {
          // Nothing of it is whole here that says by which card it is kept: its author is asked again and again.
          if (!(cause instanceof PeerUnreachable)) throw cause
        }
      }
    }
  }

  private async mirrored(pact: StoredPact, channel: string): Promise<string[]> {
    const { around, identity } = this.parts
    const origins: string[] = []
    for (const { party } of pact.agreement.parties) {
      const folder = dirname(mirrorFolder(identity.dir, `${party}/${pact.id}/${channel}/${'0'.repeat(16)}`))
      for (const generation of await around.disk.list(folder)) {
        if (/^[0-9a-f]{16}$/.test(generation)) origins.push(`${party}/${pact.id}/${channel}/${generation}`)
      }
    }
    return origins
  }

  /** Opens a log that succeeds ours on a channel (spec/succession.md). */
  async succeed(pact: StoredPact, name: string): Promise<Result<Succeeded>> {
    const channel = this.parts.channels.get(`${pact.id}/${name}`)
    if (channel === undefined || !channel.isParty) {
      return refuse('log/not-open', `This node speaks on no channel “${name}” of that agreement.`)
    }
    const opened = await channel.own.succeed(toHex(this.parts.around.random(8)))
    if (opened.ok) this.onReady()
    return opened
  }

  private draftOf(invitation: Uint8Array | string): Result<Agreement> {
    if (typeof invitation === 'string') {
      const pact = this.parts.pacts.get(invitation)
      return pact === undefined ? noSuchPact(invitation) : ok(pact.agreement)
    }
    const parsed = parseInvitation(invitation)
    return parsed.ok ? ok(parsed.value.agreement) : parsed
  }

  private trustedCard(party: string, root: string): Result<Card> {
    const card = this.parts.trusted.withRoot(party, root)
    if (card !== undefined) return ok(card)
    return refuse(
      'pact/untrusted',
      `The card of ${party} that this agreement pins is not trusted here; compare its words by telephone, then: countersign trust --dir ${this.parts.identity.dir} CARD`,
    )
  }

  private ourChannels(pact: StoredPact): Channel[] {
    return pact.agreement.channels
      .flatMap(({ name }) => this.parts.channels.get(`${pact.id}/${name}`) ?? [])
      .filter(({ isParty }) => isParty)
  }

  private ourOrigins(pact: StoredPact): string[] {
    return this.ourChannels(pact).flatMap(({ own }) => own.speaker?.log.origin ?? [])
  }

  /** The same record on every channel of ours: its readers differ, so each log stands for itself. */
  private async sayOnEach(
    pact: StoredPact,
    type: string,
    body: () => Record<string, unknown>,
    except: ReadonlySet<string> = new Set(),
  ): Promise<Result<undefined>> {
    const { around, identity } = this.parts
    for (const channel of this.ourChannels(pact)) {
      if (except.has(channel.name)) continue
      const ready = await this.readyInTime(channel)
      if (!ready.ok) return ready
      const to = othersOf(pact.agreement, channel.name, identity.party)
      const said = await channel.own.speaker?.say({ ...blankRecord(around, type, pact), to, body: body() })
      if (said?.ok === false) return said
    }
    return ok(undefined)
  }

  /** The peers that our log is compared with may be silent for long, or reached by a stick alone. */
  private readyInTime(channel: Channel): Promise<Result<undefined>> {
    return this.inTime(channel, channel.own.ready())
  }

  private async inTime(channel: Channel, work: Promise<void>): Promise<Result<undefined>> {
    const { after } = this.parts.around
    const late = Promise.withResolvers<Result<undefined>>()
    const cancel = after(LIMITS.signReadyMs, () => {
      const message = `Our log of the channel ${channel.name} signs nothing before it was compared with the copies of ${channel.awaited().join(', ') || 'its peers'}; do this again once they answered, or once what they carried out was taken in.`
      late.resolve(refuse('node/not-ready', message))
    })
    const ready = await Promise.race([work.then(() => ok(undefined)), late.promise])
    cancel()
    return ready
  }

  /**
   * Opens a log on each of our channels that has none. Where this folder may lack logs that we opened before, those who
   * would hold one are asked first.
   */
  private async openLogs(pact: StoredPact, { fresh = false } = {}): Promise<Result<undefined>> {
    const { around, identity, caughtUp } = this.parts
    for (const channel of this.ourChannels(pact)) {
      if (!fresh && channel.context.mayLack()) {
        if (channel.own.state === 'none') channel.own.lost.begin()
        const known = await this.inTime(channel, channel.own.lost.known())
        if (!known.ok) return known
        // What came back may hold our signature.
        if (channel.own.speaker !== undefined) await caughtUp(channel)
      }
      if (channel.own.state !== 'none') continue
      const generation = toHex(around.random(8))
      const speaker = await channel.own.create(generation)
      const body = { card: identity.card.digest, predecessor: null }
      const said = await speaker.say({ ...blankRecord(around, 'log/open', pact), body })
      if (!said.ok) throw new Error(said.message)
      await recordGeneration({ disk: around.disk, dir: identity.dir }, pact.id, channel.name, generation)
    }
    return ok(undefined)
  }

  /** By channel, each in the order in which they were begun. */
  private async ownGenerations(pact: string): Promise<Map<string, string[]>> {
    const { around, identity } = this.parts
    const index = await around.disk.read(generationsFile(identity.dir, pact))
    const lines = index === undefined ? [] : generationLines(fromUtf8(index) ?? '')
    const byChannel = Map.groupBy(lines, ([name]) => name)
    return new Map([...byChannel].map(([name, of]) => [name, of.map(([, generation]) => generation)]))
  }
}
