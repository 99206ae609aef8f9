// Taking in what was carried here by hand (spec/directory.md, “A carried directory”). A stick is one more source of the
// files that peers publish: what it brings goes through the very code that hears them over the network, so that it is
// verified, limited, countersigned and folded alike. Nothing of it is believed for lying there, and nothing that it lacks
// is an error of its author; what is missing is named, and the next trip brings it.

import { type CarriedFolder, originHash } from '@countersign/ledger'
import { fromUtf8, type Result } from '@countersign/log'
import { readersOf } from '@countersign/pact'
import { type Card, type Notice, originParts } from '@countersign/record'
import type { Channel } from '../channel/channel.ts'
import type { OwnState } from '../channel/own-side.ts'
import type { EngineParts } from '../engine-parts.ts'
import { generationLines } from '../hearing/index-looks.ts'
import type { LogSource } from '../hearing/log-source.ts'
import type { CarriedHearing } from '../hearing/peer-log.ts'
import { type PeerFiles, PeerUnreachable } from '../hearing/peer-requests.ts'
import { LIMITS } from '../limits.ts'
import type { StoredPact } from '../pacts.ts'
import { type CarriedInKeys, takeCards, takeNotices } from './carried-cards.ts'
import { CarriedFiles, RelayedReceipts } from './carried-files.ts'
import { compareOwn, type Stick } from './carried-own.ts'

export interface CarriedInLog {
  origin: string
  /** Entries taken, and records whose sealed content was taken. */
  entries: number
  content: number
  /** How much of the log is held here now, and the largest head that the stick shows; 0 where it shows none. */
  size: number
  carried: number
  /** `given` just now, `had` before; `none` where something lacks, or our own log must be compared first. */
  receipt: 'given' | 'had' | 'none'
  /** Files that are missing or damaged, by path below the stick's root. */
  missing: { path: string; why: string }[]
  missingTotal: number
  /** Why a part of the stick was not taken. */
  refused: string[]
}

export interface CarriedInReceipts {
  origin: string
  by: string
  /** New ones held here now. */
  taken: number
  /** How many entries of the log the largest of them covers; 0 where there is none. */
  covers: number
  /** They go on over more of the log than is held here. */
  waits: boolean
  missing: { path: string; why: string }[]
}

export interface CarriedIn {
  /** Members of our agreements of whom something lies there. */
  carriers: string[]
  keys: CarriedInKeys
  logs: CarriedInLog[]
  receipts: CarriedInReceipts[]
  /** Logs of ours that sign nothing yet, with the reason why what was carried here does not answer for each. */
  checks: { origin: string; state: OwnState; awaited: string[]; answers: { by: string; why: string }[] }[]
  /** Other folders on the stick, which were left alone: they are of no member, or hold no log of their name. */
  leftAlone: string[]
}

export interface CarryInOptions {
  pact?: string
  /** How long to wait, once a peer's copy has answered, until our log may sign. */
  readyMs?: number
  /** Keeps a notice that a root which is believed signed, and says it on; refuses any other. */
  takeNotice(notice: Notice): Promise<Result<unknown>>
  stopped(): boolean
  progress(done: number, total: number): void
}

export async function carryIn(parts: EngineParts, folder: CarriedFolder, options: CarryInOptions): Promise<CarriedIn> {
  const pacts = parts.pacts.all().filter(({ id }) => options.pact === undefined || id === options.pact)
  const { stick, leftAlone } = await lookAt(folder, parts, pacts)
  const channels = pacts.flatMap((pact) =>
    pact.agreement.channels.flatMap(({ name }) => parts.channels.get(`${pact.id}/${name}`) ?? []),
  )
  const keys: CarriedInKeys = { cards: [], notices: [], awaited: [], missing: [] }
  const report: CarriedIn = { carriers: stick.carriers, keys, logs: [], receipts: [], checks: [], leftAlone }
  let done = 0
  const step = () => options.progress(++done, 3 * channels.length)

  // Cards before all that is signed by the keys they name.
  await takeCards(parts, stick, keys)
  // Our own logs first of all logs: while one of them may not sign, no receipt of ours is given on its channel.
  for (const channel of channels) {
    if (channel.own.isChecking) report.checks.push(...(await compareOwn(parts, stick, channel)))
    else await compareOwn(parts, stick, channel)
    step()
  }
  await untilReady(parts, channels, options)
  report.checks = report.checks.flatMap((one) => {
    const channel = channels.find(({ own }) => own.speaker?.log.origin === one.origin)
    return channel?.own.state === 'ready'
      ? []
      : [{ ...one, state: channel?.own.state ?? 'stopped', awaited: channel?.awaited() ?? [] }]
  })
  // Said on in our own logs, where these may sign.
  await takeNotices(parts, stick, keys, options.takeNotice)
  for (const channel of channels) {
    for (const log of await logsOn(parts, stick, channel)) {
      if (options.stopped()) return report
      const heard = await hearOne(stick, channel, log)
      if (heard !== undefined) report.logs.push(heard)
      else report.leftAlone.push(...(await placesOf(log.sources)))
    }
    step()
  }
  for (const channel of channels) {
    if (options.stopped()) return report
    report.receipts.push(...(await takeReceipts(parts, stick, channel)))
    step()
  }
  await untilSaid(parts, channels, options)
  for (const channel of channels) await parts.caughtUp(channel)
  for (const { party, card } of await parts.views.cardsAwaited())
    if (!keys.awaited.some((one) => one.card === card)) keys.awaited.push({ party, card })
  return report
}

/** What was kept unsigned is said now that it may be, so that it goes out with what is carried out next. */
async function untilSaid(parts: EngineParts, channels: readonly Channel[], options: CarryInOptions): Promise<void> {
  const { around, store } = parts
  const until = around.now() + LIMITS.carriedReadyMs
  const maySay = channels.every(({ own }) => own.state === 'ready' || own.state === 'none')
  while (maySay && store.heldCount() > 0 && around.now() < until && !options.stopped()) await pause(around)
}

function pause(around: EngineParts['around']): Promise<void> {
  return new Promise((resolve) => {
    around.after(25, resolve)
  })
}

async function lookAt(
  folder: CarriedFolder,
  { identity }: EngineParts,
  pacts: readonly StoredPact[],
): Promise<{ stick: Stick; leftAlone: string[] }> {
  const members = new Set<string>()
  for (const { agreement } of pacts)
    for (const { party } of [...agreement.parties, ...agreement.neutrals]) members.add(party)
  members.delete(identity.party)
  const carriers: string[] = []
  for (const party of members) if ((await folder.list(party, 1)).length > 0) carriers.push(party)
  const leftAlone = (await folder.list('.', LIMITS.carriedNamesListed))
    .filter((name) => !members.has(name) && name !== identity.party && !name.startsWith('.'))
    .sort()
    .slice(0, LIMITS.carriedPathsNamed)
  return { stick: { folder, carriers }, leftAlone }
}

/** Gives the others their time to answer, too, where a peer's copy answered; without any there is nothing to wait for. */
async function untilReady(parts: EngineParts, channels: readonly Channel[], options: CarryInOptions): Promise<void> {
  const { around } = parts
  const until = around.now() + (options.readyMs ?? LIMITS.carriedReadyMs)
  const mayBeReady = (channel: Channel) =>
    channel.own.isChecking && channel.awaited().length < othersOn(parts, channel).length
  while (channels.some(mayBeReady) && around.now() < until && !options.stopped()) {
    await pause(around)
  }
}

function othersOn({ identity }: EngineParts, { pact, name }: Channel): string[] {
  return readersOf(pact.agreement, name).filter((party) => party !== identity.party)
}

interface CarriedLog {
  origin: string
  author: Card
  sources: LogSource[]
  /** Held here, or named by its author's index on the stick: then it is missed where it is not there. */
  isExpected: boolean
}

/** Every log of a peer on this channel that lies on the stick, whole or not, or that its author's index there names. */
async function logsOn(parts: EngineParts, { folder, carriers }: Stick, channel: Channel): Promise<CarriedLog[]> {
  const { identity, trusted } = parts
  const { id, agreement } = channel.pact
  const readers = readersOf(agreement, channel.name)
  if (!readers.includes(identity.party)) return []
  const logs: CarriedLog[] = []
  for (const { party, root } of agreement.parties) {
    const author = trusted.withRoot(party, root)
    if (party === identity.party || !readers.includes(party) || author === undefined) continue
    const atAuthor = new CarriedFiles(folder, party)
    const index = carriers.includes(party) ? await atAuthor.part(`logs/${id}/index`, LIMITS.indexBytes, 0) : undefined
    const named = generationLines(index?.kind === 'part' ? (fromUtf8(index.bytes) ?? '') : '')
    const generations = new Set(named.filter(([name]) => name === channel.name).map(([, generation]) => generation))
    const expected = new Set(generations)
    const others = carriers.filter((one) => one !== party && readers.includes(one))
    const places = [
      `${party}/logs/${id}/${channel.name}`,
      ...others.map((carrier) => `${carrier}/mirrors/${id}/${channel.name}/${party}`),
    ]
    for (const place of places) {
      const fitting = (await folder.list(place, LIMITS.carriedNamesListed)).filter((name) =>
        /^[0-9a-f]{16}$/.test(name),
      )
      for (const generation of fitting.sort()) {
        // Anybody can make a folder: what is neither named by its author nor shown by a checkpoint is no log.
        const isShown = (await folder.part(`${place}/${generation}/checkpoint`, 0, 0)).kind === 'part'
        if (isShown && generations.size < LIMITS.generationsPerChannel) generations.add(generation)
      }
    }
    for (const { origin } of channel.peers.logs()) {
      // A log that is held: of an author whose logs of this agreement lie there, it is missed.
      const { party: by, generation } = originParts(origin)
      if (by !== party || (await folder.list(`${party}/logs/${id}`, 1)).length === 0) continue
      generations.add(generation)
      expected.add(generation)
    }
    for (const generation of generations) {
      const origin = `${party}/${id}/${channel.name}/${generation}`
      const atOthers = others.map(
        (carrier): LogSource => ({
          requests: new CarriedFiles(folder, carrier),
          prefix: `mirrors/${id}/${channel.name}/${party}/${generation}`,
          carried: 'mirror',
        }),
      )
      const sources: LogSource[] = [
        { requests: atAuthor, prefix: `logs/${id}/${channel.name}/${generation}`, carried: 'author' },
        ...atOthers,
      ]
      logs.push({ origin, author, sources, isExpected: expected.has(generation) })
    }
  }
  return logs
}

/** Undefined where it is no log of that name, and none is missed. */
async function hearOne(
  { folder, carriers }: Stick,
  channel: Channel,
  { origin, author, sources, isExpected }: CarriedLog,
): Promise<CarriedInLog | undefined> {
  const cosigners = channel.members
    .cosignersOf(author.party)
    .filter(({ party }) => carriers.includes(party))
    .map((cosigner) => ({ ...cosigner, requests: new CarriedFiles(folder, cosigner.party) }))
  let hearing: CarriedHearing | undefined
  const refused: string[] = []
  try {
    hearing = await channel.peers.hearCarried(origin, author, sources, cosigners)
  } catch (cause) {
    if (!(cause instanceof PeerUnreachable)) throw cause
    refused.push(cause.message)
  }
  if (hearing === undefined && !isExpected) return undefined
  const [first] = sources
  const size = channel.sizeOf(origin)
  const missing: CarriedInLog['missing'] = []
  const isShown = (await placesOf(sources)).length > 0
  if (first !== undefined && !isShown) missing.push(missingAt(first, `${first.prefix}/checkpoint`))
  if (hearing === undefined && isShown && refused.length === 0) {
    refused.push('No checkpoint of it there verifies, or our copy of it cannot be opened; see the alarms of this node.')
  }
  const { carried = 0, entries = 0, content = 0, lacking = [], faults = [], receipt = 'none' } = hearing ?? {}
  // What another source on the stick made up for is no matter any more.
  for (const { source, message, damages } of size < carried || carried === 0 ? faults : []) {
    refused.push(message)
    for (const { path, why } of damages) missing.push({ path: pathOf(source, path), why })
  }
  for (const sealed of lacking) {
    if (first !== undefined) missing.push(missingAt(first, `${first.prefix}/addenda/${sealed}`))
  }
  return {
    ...{ origin, entries, content, size, carried, receipt, refused },
    missing: missing.slice(0, LIMITS.carriedPathsNamed),
    missingTotal: missing.length,
  }
}

/** Folders that hold a checkpoint, whatever it is worth. */
async function placesOf(sources: readonly LogSource[]): Promise<string[]> {
  const places: string[] = []
  for (const source of sources) {
    const { requests, prefix } = source
    if (requests instanceof CarriedFiles && (await requests.has(`${prefix}/checkpoint`))) {
      places.push(pathOf(source, prefix))
    }
  }
  return places
}

function missingAt({ requests }: LogSource, path: string): { path: string; why: string } {
  return requests instanceof CarriedFiles
    ? { path: requests.pathOf(path), why: requests.outcome(path) }
    : { path, why: 'is missing' }
}

function pathOf({ requests }: LogSource, path: string): string {
  return requests instanceof CarriedFiles ? requests.pathOf(path) : path
}

/** Receipts on every log of the channel: from each cosigner's own folder, and from whoever holds one and carries it. */
async function takeReceipts(parts: EngineParts, stick: Stick, channel: Channel): Promise<CarriedInReceipts[]> {
  const origins = [...channel.own.origins(), ...channel.peers.logs().map(({ origin }) => origin)]
  const taken: CarriedInReceipts[] = []
  for (const origin of origins) {
    const author = origin.slice(0, origin.indexOf('/'))
    for (const { party } of channel.members.cosignersOf(author)) {
      const receipts = await takeReceiptsOf(parts, stick, channel, origin, party)
      if (receipts.taken > 0 || receipts.waits || receipts.missing.length > 0) taken.push(receipts)
    }
  }
  return taken
}

async function takeReceiptsOf(
  { receipts }: EngineParts,
  { folder, carriers }: Stick,
  channel: Channel,
  origin: string,
  by: string,
): Promise<CarriedInReceipts> {
  const hash = originHash(origin)
  const before = new Set(receipts.held(origin, by).map(({ digest }) => digest))
  const own = new CarriedFiles(folder, by)
  const sources: PeerFiles[] = carriers.includes(by) ? [own] : []
  for (const carrier of carriers) {
    const relayed = (await folder.list(`${carrier}/held/${hash}/${by}`, 1)).length > 0
    if (carrier !== by && relayed) sources.push(new RelayedReceipts(folder, carrier, hash, by))
  }
  const missing = new Map<string, string>()
  let waits = false
  for (const source of sources) {
    try {
      const outcome = await channel.feeds.takeCarried(origin, by, source, (name) => {
        const path = `receipts/${hash}/${name}`
        if (source === own && missing.size < LIMITS.carriedPathsNamed) missing.set(own.pathOf(path), own.outcome(path))
      })
      waits ||= outcome?.waits === true
    } catch (cause) {
      if (!(cause instanceof PeerUnreachable)) throw cause
      if (source === own) missing.set(own.pathOf(`receipts/${hash}/index`), 'is damaged')
    }
  }
  const held = receipts.held(origin, by)
  return {
    ...{ origin, by, waits },
    taken: held.filter(({ digest }) => !before.has(digest)).length,
    covers: Math.max(0, ...held.map(({ size }) => size)),
    missing: [...missing].map(([path, why]) => ({ path, why })),
  }
}
