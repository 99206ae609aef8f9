// Copying what a node publishes to a folder that is carried by hand (spec/directory.md, “A carried directory”): for each
// file the very bytes a peer would get over the network, and none that nobody it is for may read. It reads nothing but
// what is published, whether the node runs or not, and signs nothing. Files that never change go first, the checkpoint
// over them last: a stick pulled out half-way is at least what it was before. What is there and equal is not written
// again; what is there and differs, as a bit that turned, is mended.

import { join } from 'node:path'
import {
  type CarriedFolder,
  CarriedFolderFailed,
  type Disk,
  type Kept,
  logFolder,
  mirrorFolder,
  originHash,
  parseReceiptName,
} from '@countersign/ledger'
import {
  decodeEntryBundle,
  entryBundlePath,
  fromUtf8,
  ok,
  parseCheckpoint,
  parseNote,
  type Result,
  refuse,
  sha256,
  tilePath,
  tilesForSize,
  toHex,
  verifyCheckpoint,
} from '@countersign/log'
import { type Agreement, depositaryOf, readersOf } from '@countersign/pact'
import { originParts, parseCard, parseEntry } from '@countersign/record'
import { noSuchPact } from '../engine-parts.ts'
import { generationLines } from '../hearing/index-looks.ts'
import { loadMember, type Member } from '../keys/identity.ts'
import { TrustedCards } from '../keys/trust.ts'
import { LIMITS } from '../limits.ts'
import { Pacts } from '../pacts.ts'
import type { Surroundings } from '../surroundings.ts'

export interface CarriedOutLog {
  origin: string
  /** Entries up to the head on the stick. */
  size: number
  /** Sealed files of these entries that are on the stick for their readers. */
  content: number
  /** `later-there`: the stick has a later head of this log, which stays. `unreadable`: our published files are not whole. */
  state: 'carried' | 'later-there' | 'unreadable'
}

export interface CarriedOut {
  party: string
  /** For whom. */
  readers: string[]
  logs: CarriedOutLog[]
  receipts: number
  /** Files written for the first time, written again since they differed, and found equal. */
  files: Record<Kept, number>
}

export interface CarryOutOptions {
  dir: string
  to: string
  pact?: string
  /** One reader alone; otherwise all of each agreement. */
  reader?: string
  around: Pick<Surroundings, 'disk' | 'carriedFolder'>
  progress(done: number, total: number): void
}

/** Refuses `carry/…` where the stick, or what is to be carried, is not as it must be. */
export async function carryOut(options: CarryOutOptions): Promise<Result<CarriedOut>> {
  const member = loadMember(options.dir)
  return member.ok ? carryOutAs(member.value, options) : member
}

/** The same for a member that is known already. */
export async function carryOutAs(member: Member, options: CarryOutOptions): Promise<Result<CarriedOut>> {
  const { dir, to, around } = options
  const { disk } = around
  const us = member.party
  const stick = await around.carriedFolder(to, dir)
  if (!stick.ok) return stick
  const all = (await Pacts.open({ disk, dir })).all()
  if (options.pact !== undefined && !all.some(({ id }) => id === options.pact)) return noSuchPact(options.pact)
  const agreements = all
    .map(({ agreement }) => agreement)
    .filter(({ id }) => options.pact === undefined || id === options.pact)
  const others = new Set(agreements.flatMap(membersOf).filter((party) => party !== us))
  if (options.reader !== undefined && !others.has(options.reader)) {
    return refuse(
      'carry/no-reader',
      `${options.reader} is no other member of these agreements; nothing was carried out.`,
    )
  }
  const readers = options.reader === undefined ? [...others].sort() : [options.reader]
  const trusted = await TrustedCards.open(member, disk)
  const trip = new Trip({ dir, disk, stick: stick.value, us, readers, trusted, progress: options.progress })
  try {
    return ok(await trip.carry(agreements))
  } catch (cause) {
    if (cause instanceof CarriedFolderFailed) return refuse('carry/stick', cause.message)
    throw cause
  }
}

function membersOf(agreement: Agreement): string[] {
  return [...agreement.parties, ...agreement.neutrals].map(({ party }) => party)
}

interface Plan {
  origin: string
  /** Where it lies here, and its path below the node's root. */
  folder: string
  path: string
  note: Uint8Array
  size: number
  /** Below the log's folder, in the order in which they are written. */
  files: string[]
  content: string[]
}

class Trip {
  private readonly of: {
    dir: string
    disk: Disk
    stick: CarriedFolder
    us: string
    readers: readonly string[]
    trusted: TrustedCards
    progress(done: number, total: number): void
  }
  private readonly files: Record<Kept, number> = { new: 0, replaced: 0, same: 0 }
  private done = 0
  private total = 0

  constructor(of: Trip['of']) {
    this.of = of
  }

  async carry(agreements: readonly Agreement[]): Promise<CarriedOut> {
    const { us, readers } = this.of
    await this.carryKeys(new Set(agreements.flatMap(membersOf)))
    const logs: CarriedOutLog[] = []
    const plans: { plan: Plan; agreement: Agreement }[] = []
    for (const agreement of agreements) {
      for (const origin of await this.originsOf(agreement)) {
        const plan = await this.plan(agreement, origin)
        if (plan === undefined) logs.push({ origin, size: 0, content: 0, state: 'unreadable' })
        else plans.push({ plan, agreement })
      }
    }
    // Of what is large: cards were few, and are there already.
    this.done = 0
    this.total = plans.reduce((sum, { plan }) => sum + plan.files.length + plan.content.length, 0)
    let receipts = 0
    for (const { plan, agreement } of plans) {
      logs.push(await this.carryLog(agreement, plan))
      receipts += await this.carryReceipts(plan.origin)
    }
    // The names of our logs, once what they name is there.
    for (const { id } of agreements) await this.copyGrowing(`logs/${id}/index`)
    return { party: us, readers: [...readers], logs, receipts, files: this.files }
  }

  /** Cards of the members and notices about them, before what is signed by the keys they name; then our newest card. */
  private async carryKeys(members: ReadonlySet<string>): Promise<void> {
    const { trusted, us, stick, dir, disk } = this.of
    const cards = trusted.every().filter(({ party }) => members.has(party) || party === us)
    const notices = trusted.notices().filter(({ body }) => members.has(body.party))
    await this.copyAll([
      ...cards.map(({ digest }) => `cards/${digest}`),
      ...notices.map(({ bytes }) => `notices/${toHex(sha256(bytes))}`),
    ])
    const newest = await disk.read(join(dir, 'card'))
    if (newest === undefined) return
    // A later one stays, as where this folder is an old copy: it is ours where our root signed it.
    const there = await stick.part(`${us}/card`, LIMITS.cardFileBytes, 0)
    const later = there.kind === 'part' ? parseCard(there.bytes) : undefined
    const ours = parseCard(newest)
    const isLater = later?.ok === true && ours.ok && later.value.body.serial > ours.value.body.serial
    if (!isLater || later.value.party !== us || trusted.reaches(later.value) !== 'reaches')
      await this.keep('card', newest)
  }

  /** Of our own logs and our mirrors on the channels that somebody it is for may read. */
  private async originsOf(agreement: Agreement): Promise<string[]> {
    const { disk, dir, us } = this.of
    const { id } = agreement
    const origins: string[] = []
    for (const { name, parties } of agreement.channels) {
      if (this.readersOf(agreement, name).length === 0) continue
      const index = await disk.read(join(dir, 'logs', id, 'index'))
      const own = generationLines(fromUtf8(index ?? new Uint8Array()) ?? '')
      for (const [channel, generation] of own) if (channel === name) origins.push(`${us}/${id}/${name}/${generation}`)
      for (const party of parties) {
        const mirrors = await this.listed(`mirrors/${id}/${name}/${party}`, (generation) =>
          /^[0-9a-f]{16}$/.test(generation),
        )
        for (const generation of mirrors) origins.push(`${party}/${id}/${name}/${generation}`)
      }
    }
    return origins
  }

  private readersOf(agreement: Agreement, channel: string): string[] {
    return readersOf(agreement, channel).filter((party) => this.of.readers.includes(party))
  }

  /** What of a log is carried, up to the head it has now. Undefined where its published files are not whole. */
  private async plan(agreement: Agreement, origin: string): Promise<Plan | undefined> {
    const { dir, disk, us } = this.of
    const isOwn = origin.startsWith(`${us}/`)
    const folder = isOwn ? logFolder(dir, origin) : mirrorFolder(dir, origin)
    const note = await disk.read(join(folder, 'checkpoint'))
    const size = note === undefined ? undefined : sizeOf(note, origin)
    if (note === undefined || size === undefined) return undefined
    const files = tilesForSize(size).flatMap(({ level, index, width }) => {
      const narrow = width === 256 ? undefined : width
      const tile = tilePath(level, index, narrow)
      return level === 0 ? [entryBundlePath(index, narrow), tile] : [tile]
    })
    // Narrow ones first: they may go once the log has grown.
    files.sort((a, b) => Number(b.includes('.p/')) - Number(a.includes('.p/')))
    const content = await this.contentOf(agreement, origin, folder, size)
    return content && { origin, folder, path: folder.slice(dir.length + 1), note, size, files, content }
  }

  /** Sealed files that somebody it is for may have, and that are here. */
  private async contentOf(
    agreement: Agreement,
    origin: string,
    folder: string,
    size: number,
  ): Promise<string[] | undefined> {
    const { party: author, channel } = originParts(origin)
    const readers = this.readersOf(agreement, channel)
    const whole = readers.includes(author) || readers.includes(depositaryOf(agreement)?.party ?? '')
    const wanted = new Set<string>()
    for (let bundle = 0; bundle * 256 < size; bundle++) {
      const width = Math.min(256, size - bundle * 256)
      const bytes = await this.of.disk.read(join(folder, entryBundlePath(bundle, width === 256 ? undefined : width)))
      const decoded = bytes === undefined ? undefined : decodeEntryBundle(bytes, width)
      if (decoded?.ok !== true) return undefined
      for (const entry of decoded.value) {
        const parsed = parseEntry(entry)
        if (!parsed.ok) continue
        const { to, content } = parsed.value.statement
        if (!whole && !to.some((party) => readers.includes(party))) continue
        for (const { sealed } of content) wanted.add(sealed)
      }
    }
    const held = new Set(await this.of.disk.list(join(folder, 'addenda')))
    return [...wanted].filter((sealed) => held.has(sealed))
  }

  private async carryLog(agreement: Agreement, planned: Plan): Promise<CarriedOutLog> {
    let plan: Plan | undefined = planned
    for (let tries = 0; plan !== undefined && tries < LIMITS.carriedPlansTried; tries++) {
      const { origin, size, path, note, files, content } = plan
      if (await this.hasLater(plan)) return { origin, size, content: content.length, state: 'later-there' }
      const below = (name: string) => `${path}/${name}`
      if ((await this.copyAll(files.map(below))) === files.length) {
        await this.copyAll(content.map((sealed) => below(`addenda/${sealed}`)))
        await this.copyHeads(path)
        await this.keep(below('checkpoint'), note)
        return { origin, size, content: content.length, state: 'carried' }
      }
      // It grew meanwhile, so far that what was narrow is gone.
      plan = await this.plan(agreement, origin)
    }
    return { origin: planned.origin, size: planned.size, content: planned.content.length, state: 'unreadable' }
  }

  /** Whether the stick has a head of the log, signed by its author, beyond ours. */
  private async hasLater({ origin, path, size }: Plan): Promise<boolean> {
    const { stick, us, trusted } = this.of
    const there = await stick.part(`${us}/${path}/checkpoint`, LIMITS.noteBytes, 0)
    if (there.kind !== 'part') return false
    // A log keeps the key it was opened with, when its author has changed to others long since.
    return trusted.set.all(origin.slice(0, origin.indexOf('/'))).some(({ keys: { log } }) => {
      const keys = { ed25519PublicKey: log.ed25519, mldsa44PublicKey: log.mldsa44 }
      const head = verifyCheckpoint(there.bytes, { origin, ...keys })
      return head.ok && head.value.size > size
    })
  }

  private async copyHeads(path: string): Promise<void> {
    const index = await this.of.disk.read(join(this.of.dir, path, 'heads', 'index'))
    if (index === undefined) return
    const sizes = linesOf(index).filter((line) => /^[1-9][0-9]{0,14}$/.test(line))
    await this.copyAll(sizes.map((size) => `${path}/heads/${size}`))
    await this.keepGrowing(`${path}/heads/index`, index)
  }

  /** Those we gave on a log, then those of others that we hold. */
  private async carryReceipts(origin: string): Promise<number> {
    const { dir, disk } = this.of
    const hash = originHash(origin)
    let count = 0
    const index = await disk.read(join(dir, 'receipts', hash, 'index'))
    if (index !== undefined) {
      const names = linesOf(index).filter((line) => parseReceiptName(line) !== undefined)
      count += await this.copyAll(names.map((name) => `receipts/${hash}/${name}`))
      await this.keepGrowing(`receipts/${hash}/index`, index)
    }
    for (const cosigner of await this.listed(`held/${hash}`, (name) => /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name))) {
      const names = await this.listed(`held/${hash}/${cosigner}`, (name) => parseReceiptName(name) !== undefined)
      count += await this.copyAll(names.map((name) => `held/${hash}/${cosigner}/${name}`))
    }
    return count
  }

  /** How many of them there were. A few at a time: a stick is slow to sync, and quicker for several at once. */
  private async copyAll(paths: readonly string[]): Promise<number> {
    let [next, count] = [0, 0]
    const worker = async () => {
      for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
        if (await this.copy(path)) count++
        this.of.progress(Math.min(++this.done, this.total), this.total)
      }
    }
    // A failure ends them all, and none is left writing behind it.
    const ended = await Promise.allSettled(Array.from({ length: LIMITS.carriedAtOnce }, worker))
    for (const one of ended) if (one.status === 'rejected') throw one.reason
    await this.of.stick.settle()
    return count
  }

  /** Names in a folder below the node's root. */
  private async listed(path: string, isWanted: (name: string) => boolean): Promise<string[]> {
    return (await this.of.disk.list(join(this.of.dir, path))).filter(isWanted)
  }

  private async copy(path: string): Promise<boolean> {
    const { stick, us, dir } = this.of
    const kept = await stick.copy(`${us}/${path}`, join(dir, path))
    if (kept !== undefined) this.files[kept]++
    return kept !== undefined
  }

  private async keep(path: string, bytes: Uint8Array): Promise<void> {
    const { stick, us } = this.of
    this.files[await stick.keep(`${us}/${path}`, bytes)]++
    await stick.settle()
  }

  private async copyGrowing(path: string): Promise<void> {
    const bytes = await this.of.disk.read(join(this.of.dir, path))
    if (bytes !== undefined) await this.keepGrowing(path, bytes)
  }

  /** An index that goes on after ours, as one of a later time does, stays. */
  private async keepGrowing(path: string, bytes: Uint8Array): Promise<void> {
    const there = await this.of.stick.part(`${this.of.us}/${path}`, bytes.length, 0)
    if (there.kind === 'part' && there.total > bytes.length && Buffer.from(bytes).equals(there.bytes)) {
      this.files.same++
      return
    }
    await this.keep(path, bytes)
  }
}

/** Of a note that our own disk holds; undefined where it is torn. */
function sizeOf(note: Uint8Array, origin: string): number | undefined {
  const parsed = parseNote(note)
  const head = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined
  return head?.ok === true && head.value.origin === origin ? head.value.size : undefined
}

/** Whole lines. */
function linesOf(index: Uint8Array): string[] {
  return (fromUtf8(index) ?? '').split('\n').slice(0, -1)
}
