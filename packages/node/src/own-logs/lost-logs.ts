// A folder that may be a copy may lack whole logs of ours: those that were opened after it was copied or backed up. Every
// reader of the channel is asked which logs of ours it holds (spec/directory.md, `mirrors/…/index`), and each that our key
// signed comes back, with what the folder lacks of those that it knows and that do not speak; the one that speaks is
// compared by its own start-up check. Nothing is believed of a reader's word: a log is ours where a head of it is signed
// by the log keys of one of our cards, its entries lead to that head, and the first of them opens it.
//
// It is over once every reader has answered for every log that any of them named. Those that two officers gave up are
// waited for a little, as a start waits for those who are late.

import type { LogFiles } from '@countersign/ledger'
import { equalBytes, fromUtf8, leafHash, parseCheckpoint, parseNote, type Result, TreeFrontier } from '@countersign/log'
import { type Card, type KeyPair, parseEntry, type SignerPair } from '@countersign/record'
import {
  freshEntries,
  type LogSource,
  pathOfMirror,
  readAgain,
  type SignedHead,
  signedHeadIn,
} from '../hearing/log-source.ts'
import { type PeerFiles, PeerUnreachable } from '../hearing/peer-requests.ts'
import type { Cosigner } from '../hearing/signed-heads.ts'
import { LIMITS } from '../limits.ts'
import type { Surroundings } from '../surroundings.ts'
import { Pieces } from './pieces.ts'
import { nextStep } from './tail-steps.ts'

/** A log of ours that signs nothing now, and takes what others serve back. */
export interface TakenLog extends LogFiles {
  adopt(entries: readonly Uint8Array[], note: Uint8Array, keys: KeyPair): Promise<Result<undefined>>
}

export interface LostLogsOptions {
  us: string
  pact: string
  channel: string
  /** Everybody else who reads the channel. */
  readers: readonly { party: string; requests: PeerFiles }[]
  cosigners: readonly Cosigner[]
  around: Surroundings
  /** Readers whom two officers gave up waiting for. */
  without(): ReadonlySet<string>
  /** Logs that others see to: the one that speaks, by its start-up check, and those that were confirmed by theirs. */
  seenTo(): ReadonlySet<string>
  /** Logs that are in this folder and do not speak, each with the card by whose log keys it is kept. */
  silent(): Promise<{ log: TakenLog; card: Card }[]>
  /** Every card of ours that is held here. */
  cards(): readonly Card[]
  /** By whose keys a log that was opened by that card is signed, where they are here. */
  signersOf?(card: Card): SignerPair | undefined
  /** Asks the others for a card of ours. */
  findCard(digest: string): Promise<boolean>
  /** Begins a log that is in no folder yet; it is one of the silent ones from then on. */
  begin(origin: string, card: Card): Promise<TakenLog>
  /** The first entries of it are durable. */
  begun(origin: string): Promise<void>
  grown(origin: string): void
  contradicted(origin: string, by: string, message: string): void
  stopped(): boolean
  step?: { entriesPerStep: number; bytesPerStep: number }
}

const RETRY_MS = 500
const LOOK_MS = 200
const GENERATION = /^[0-9a-f]{16}$/

export class LostLogs {
  /** Resolves once all is known, but for what those say who were given up; or it is stopped. Rejects where the disk fails. */
  readonly known: Promise<void>
  /** Resolves once they, too, have answered. */
  readonly ended: Promise<void>
  private readonly options: LostLogsOptions
  /** By reader: the logs of ours that it named, and those of which its copy was compared. */
  private readonly named = new Map<string, Set<string>>()
  private readonly compared = new Map<string, Set<string>>()
  /** Named by what others said, with who holds it. */
  private readonly hints = new Map<string, Set<string>>()
  private readonly passedOver = new Set<string>()
  private readonly pieces = new Pieces()
  private readonly looks = new Map<string, number>()
  /** Logs in this folder that do not speak. */
  private inFolder = new Set<string>()
  /** Each log is written by one at a time. */
  private readonly turns = new Map<string, Promise<unknown>>()
  private isOver = false

  constructor(options: LostLogsOptions, hints: readonly { origin: string; by: string }[] = []) {
    this.options = options
    for (const { origin, by } of hints) this.hint(origin, by)
    const known = Promise.withResolvers<void>()
    this.known = known.promise
    this.ended = this.run(known.resolve)
    this.ended.then(known.resolve, known.reject)
  }

  /** `by` holds a log of ours of that name. */
  hint(origin: string, by: string): void {
    const ofReader = this.hints.get(by) ?? new Set()
    this.hints.set(by, ofReader.add(origin))
  }

  /** Whose answer is awaited. */
  awaited(): string[] {
    const without = this.options.without()
    return this.unanswered().filter((party) => !without.has(party))
  }

  private unanswered(): string[] {
    return this.options.readers.flatMap(({ party }) => (this.hasAnswered(party) ? [] : [party]))
  }

  private hasAnswered(party: string): boolean {
    return this.named.has(party) && this.open(party).length === 0
  }

  /** Logs of which a reader's copy was not compared yet. */
  private open(party: string): string[] {
    const done = this.compared.get(party)
    return this.origins(party).filter((origin) => done?.has(origin) !== true)
  }

  private origins(party: string): string[] {
    const seenTo = this.options.seenTo()
    const ofAll = [...this.inFolder, ...(this.named.get(party) ?? []), ...(this.hints.get(party) ?? [])]
    return [...new Set(ofAll)].filter((origin) => !seenTo.has(origin) && !this.passedOver.has(`${party} ${origin}`))
  }

  private async run(onKnown: () => void): Promise<void> {
    const { readers, around } = this.options
    await this.lookAtFolder()
    const from = around.now()
    const asking = Promise.all(readers.map((reader) => this.ask(reader)))
    const looking = (async () => {
      while (!this.options.stopped()) {
        await this.lookAtFolder()
        if (this.unanswered().length === 0) break
        if (this.awaited().length === 0 && around.now() - from >= LIMITS.startupGraceMs) onKnown()
        await Promise.race([pause(around, LOOK_MS), failed(asking)])
      }
      this.isOver = true
    })()
    try {
      await Promise.all([asking, looking])
    } finally {
      this.isOver = true
    }
  }

  /** Which logs are here that do not speak: one that spoke may have been found to be succeeded. */
  private async lookAtFolder(): Promise<void> {
    this.inFolder = new Set((await this.options.silent()).map(({ log }) => log.origin))
  }

  private async ask(reader: { party: string; requests: PeerFiles }): Promise<void> {
    const { around, stopped } = this.options
    const { party } = reader
    while (!stopped() && !this.isOver) {
      try {
        if (!this.named.has(party)) this.named.set(party, await logsNamedBy(reader.requests, this.options))
        for (const origin of this.open(party)) {
          await this.inTurn(origin, () =>
            this.compare(origin, { requests: reader.requests, prefix: pathOfMirror(origin) }),
          )
          this.compared.set(party, (this.compared.get(party) ?? new Set()).add(origin))
          if (stopped()) return
        }
        await pause(around, LOOK_MS)
      } catch (cause) {
        if (!(cause instanceof PeerUnreachable)) throw cause
        around.report('info', 'lost-logs-asked', { party, message: cause.message })
        await pause(around, RETRY_MS)
      }
    }
  }

  private async inTurn(origin: string, work: () => Promise<void>): Promise<void> {
    const before = this.turns.get(origin) ?? Promise.resolve()
    const turn = before.then(work)
    this.turns.set(
      origin,
      turn.catch(() => {}),
    )
    await turn
  }

  /** Takes what a copy has beyond what is held here. Throws PeerUnreachable where it is not given, or is no copy. */
  private async compare(origin: string, source: LogSource): Promise<void> {
    const { requests, prefix } = source
    if (this.options.seenTo().has(origin)) return
    const here = (await this.options.silent()).find(({ log }) => log.origin === origin)
    const fetched = await requests.get(`${prefix}/checkpoint`, LIMITS.noteBytes)
    if (fetched.kind === 'refused') throw new PeerUnreachable(`${requests.party} answered ${fetched.status}`)
    if (fetched.kind === 'missing') {
      if (here !== undefined) return
      throw new PeerUnreachable(`${requests.party} names a log of ours that it does not show`)
    }
    const taken = here ?? (await this.takeFirst(origin, source, fetched.bytes))
    if (taken === undefined) return
    const head = signedHeadIn(fetched.bytes, origin, [taken.card])
    if (head === undefined) throw new PeerUnreachable(`${requests.party} serves a copy of our log that we did not sign`)
    await this.follow(taken, source, head)
  }

  /** Begins a log that a reader shows; undefined where it is none of ours. */
  private async takeFirst(
    origin: string,
    source: LogSource,
    note: Uint8Array,
  ): Promise<{ log: TakenLog; card: Card } | undefined> {
    const signed = await this.signedBy(origin, source, note)
    if (signed === undefined) return this.passOver(origin, source)
    const { head: served, card } = signed
    const { first, entries, head } = await nextStep(this.tailOf(origin, card, source), 0, served)
    const tree = new TreeFrontier()
    for (const entry of entries) tree.append(leafHash(entry))
    // Nothing is made of a log in this folder before it is shown to be one.
    if (first !== 0 || entries.length !== head.size || !equalBytes(tree.root(), head.root)) {
      throw new PeerUnreachable(`${source.requests.party} serves entries that do not lead to the head that we signed`)
    }
    if (!this.opens(origin, entries[0])) return this.passOver(origin, source)
    const log = await this.options.begin(origin, card)
    if (log.size === 0) {
      const adopted = await log.adopt(entries, head.note, card.keys.log)
      if (!adopted.ok) throw new Error(adopted.message)
    }
    await this.options.begun(origin)
    await this.lookAtFolder()
    // Where it speaks now, its own start-up check brings the rest.
    return (await this.options.silent()).find((one) => one.log.origin === origin)
  }

  /** By which of our cards its head is signed; a card that is not held yet is looked for. */
  private async signedBy(
    origin: string,
    source: LogSource,
    note: Uint8Array,
  ): Promise<{ head: SignedHead; card: Card } | undefined> {
    const held = this.cardOf(origin, note)
    if (held !== undefined) return held
    const digest = await this.cardNamed(source, note)
    if (digest === undefined || this.options.cards().some((card) => card.digest === digest)) return undefined
    await this.options.findCard(digest)
    const found = this.cardOf(origin, note)
    if (found !== undefined) return found
    if (this.options.cards().some((card) => card.digest === digest)) return undefined
    throw new PeerUnreachable(`${source.requests.party} holds a log that names a card of ours which nobody shows`)
  }

  private cardOf(origin: string, note: Uint8Array): { head: SignedHead; card: Card } | undefined {
    for (const card of this.options.cards()) {
      const head = signedHeadIn(note, origin, [card])
      if (head !== undefined && head.size > 0) return { head, card }
    }
    return undefined
  }

  /** The card that the first entry names, of a log whose head nothing vouches for yet. */
  private async cardNamed(source: LogSource, note: Uint8Array): Promise<string | undefined> {
    const parsed = parseNote(note)
    const head = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
    // A power cut may have torn it there.
    if (head?.ok !== true) throw new PeerUnreachable(`${source.requests.party} shows no checkpoint of a log it names`)
    if (head.value.size === 0) return undefined
    const width = Math.min(256, head.value.size)
    const [first] = await freshEntries(source, 0, { width, skip: 0, offset: 0 })
    const entry = first === undefined ? undefined : parseEntry(first)
    if (entry?.ok !== true || entry.value.statement.type !== 'log/open') return undefined
    const { card } = entry.value.statement.body
    return typeof card === 'string' ? card : undefined
  }

  private opens(origin: string, first: Uint8Array | undefined): boolean {
    const entry = first === undefined ? undefined : parseEntry(first)
    if (entry?.ok !== true) return false
    const { type, from, origin: named } = entry.value.statement
    return type === 'log/open' && from === this.options.us && named === origin
  }

  /** No log of ours: it is looked at no more after a few times, for what came may have been harmed on its way. */
  private passOver(origin: string, { requests }: LogSource): undefined {
    const key = `${requests.party} ${origin}`
    const looks = (this.looks.get(key) ?? 0) + 1
    this.looks.set(key, looks)
    if (looks < LIMITS.unbackedLooks) {
      throw new PeerUnreachable(`${requests.party} shows a log under our name that we did not sign`)
    }
    this.passedOver.add(key)
    this.options.around.report('warn', 'no-log-of-ours', { origin, shown: requests.party })
    return undefined
  }

  private async follow(
    { log, card }: { log: TakenLog; card: Card },
    source: LogSource,
    head: SignedHead,
  ): Promise<void> {
    const { contradicted, grown, stopped } = this.options
    const { party } = source.requests
    const tell = () =>
      contradicted(
        log.origin,
        party,
        `${party} holds a checkpoint of ${head.size} entries that we signed and that contradicts our log.`,
      )
    const before = log.size
    try {
      while (log.size < head.size && !stopped()) {
        const step = await nextStep(this.tailOf(log.origin, card, source), log.size, head)
        const adopted = await log.adopt(step.entries, step.head.note, card.keys.log)
        if (adopted.ok) continue
        if ((await readAgain(source, head, { size: log.size, root: log.root })) === 'forks') return tell()
        throw new PeerUnreachable(`${party} serves other entries than those of the head that we signed`)
      }
    } finally {
      if (log.size > before) grown(log.origin)
    }
    if (head.size <= log.size && !equalBytes(await log.rootAt(head.size), head.root)) tell()
  }

  private tailOf(origin: string, author: Card, source: LogSource) {
    const { pact, cosigners, step, signersOf } = this.options
    const { pieces } = this
    return {
      origin,
      author,
      pact,
      source,
      cosigners,
      pieces,
      signers: signersOf?.(author),
      ...(step === undefined ? {} : { step }),
    }
  }
}

/** The logs of ours that a reader of the channel names. Throws PeerUnreachable where it does not answer. */
export async function logsNamedBy(
  requests: PeerFiles,
  { us, pact, channel }: { us: string; pact: string; channel: string },
): Promise<Set<string>> {
  const fetched = await requests.get(`mirrors/${pact}/${channel}/${us}/index`, LIMITS.indexBytes)
  if (fetched.kind === 'refused') throw new PeerUnreachable(`${requests.party} does not know us yet`)
  const lines = fetched.kind === 'bytes' ? (fromUtf8(fetched.bytes) ?? '').split('\n') : []
  const generations = lines.filter((line) => GENERATION.test(line)).slice(0, LIMITS.generationsPerChannel)
  return new Set(generations.map((generation) => `${us}/${pact}/${channel}/${generation}`))
}

/** Never resolves, but rejects where the work does. */
function failed(work: Promise<unknown>): Promise<never> {
  return work.then(() => new Promise<never>(() => {}))
}

function pause(around: Surroundings, ms: number): Promise<void> {
  return new Promise((resolve) => {
    around.after(ms, resolve)
  })
}
