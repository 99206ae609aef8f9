// Passing on what a feed brought: into files of drafts, or into shares that go through the release gate like everything
// else. What belongs together is decided durably first, a share with its UUID, so that a run that was killed half-way is
// gone on with, and nothing is said twice: the log itself knows which shares were said. What the gate refuses is put among
// the drafts, each object with its reason, and the rest is asked for anew: one careless object holds up no feed.

import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { ok, type Refusal, type Result, refuse, utf8 } from '@countersign/log'
import type { ShareRequest } from '../saying/saying.ts'
import { type ShareResult, type ShareState, uuidOf } from '../saying/share.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Destination, Feed, FeedStore, WaitingObject } from './feed-store.ts'
import type { FeedLimits } from './limits.ts'
import { type PullReport, redactedIn } from './report.ts'

export interface DeliveringMeans {
  /** Of the drafts of all feeds. */
  folder: string
  disk: Disk
  store: FeedStore
  limits: FeedLimits
  random: Surroundings['random']
  share(request: ShareRequest): Promise<ShareResult>
  shareState(pact: string, share: string): Promise<ShareState>
  /** Puts objects into a round, each once however often it is asked for. */
  gather(
    place: { pact: string; channel?: string; to?: string[] },
    objects: { id: string; type: string; source: string }[],
    source: string,
  ): Promise<Result<{ added: number }>>
}

/** Refusals that are about the node, the agreement or the feed's settings, and not about what was brought. */
const NOT_OF_OBJECTS = /^(?:ledger|node|say|pact|not-found)\//

export class Delivering {
  private readonly means: DeliveringMeans

  constructor(means: DeliveringMeans) {
    this.means = means
  }

  /** All that waits; what cannot be passed on now goes on waiting, with the reason. */
  async deliver(feed: Feed, report: PullReport): Promise<Result<undefined>> {
    const { store, limits } = this.means
    const { name, settings } = feed
    const { destination } = settings
    const bounds = { objects: limits.batchObjects, bytes: limits.batchBytes }
    for (;;) {
      await this.writeFiles(name, report)
      if (destination.kind === 'drafts') {
        if (!store.beginFile(name, bounds)) return ok(undefined)
        continue
      }
      const begun = store.openShare(name)
      const share = begun ?? uuidOf(this.means.random(16))
      if (begun === undefined && !store.beginShare(name, share, bounds)) return ok(undefined)
      if (destination.kind === 'round') {
        const put = await this.putIntoRound(name, destination, share, report)
        if (!put.ok) return put
        continue
      }
      const said = await this.say(feed, destination, { share, isOld: begun !== undefined }, report)
      if (!said.ok) return said
    }
  }

  /** What a run that was killed had put there already is there once. */
  private async putIntoRound(
    name: string,
    place: Extract<Destination, { kind: 'round' }>,
    batch: string,
    report: PullReport,
  ): Promise<Result<undefined>> {
    const objects = this.means.store.ofShare(batch).map(({ id, source }) => {
      return { id, type: id.split('--')[0] ?? '', source: Buffer.from(source).toString('utf8') }
    })
    const put = await this.means.gather(place, objects, `feed ${name}`)
    if (!put.ok) return put
    this.means.store.endShare(batch)
    report.gathered += put.value.added
    return ok(undefined)
  }

  private async say(
    { name, settings }: Feed,
    destination: Extract<Destination, { kind: 'share' }>,
    { share, isOld }: { share: string; isOld: boolean },
    report: PullReport,
  ): Promise<Result<undefined>> {
    const { store, shareState } = this.means
    const { kind: _, ...place } = destination
    if (isOld) {
      const state = await shareState(place.pact, share)
      // What waits for a second person, or was not approved, is no matter of the feed any more.
      if (state !== 'unknown' && state !== 'held-here') return ok(store.endShare(share) as undefined)
      if (state === 'held-here') return heldHere()
    }
    const objects = store.ofShare(share)
    const asked = { ...place, share, account: `feed ${name}, added by ${settings.account}` }
    const shared = await this.means.share({ ...asked, input: bundleOf(objects, this.uuid()) })
    if (shared.ok) {
      // It may still be refused when it is said; until then it is not forgotten.
      if (shared.value.state === 'held-here') return heldHere()
      store.endShare(share)
      if (shared.value.state === 'waits') {
        report.toApprove += shared.value.objects
        return ok(undefined)
      }
      report.records.push(...shared.value.records)
      const { redacted, redactedTotal, objects: shown } = shared.value
      report.shared += shown
      report.redactedTotal += redactedTotal
      report.redacted.push(
        ...redactedIn(redacted, this.means.limits).slice(0, this.means.limits.told - report.redacted.length),
      )
      return ok(undefined)
    }
    const reasons = new Map<number, string>()
    for (const { object, message, code } of shared.refusals ?? []) {
      const { n } = objects[object?.index ?? -1] ?? {}
      if (n !== undefined) reasons.set(n, `${reasons.has(n) ? `${reasons.get(n)} ` : ''}${message} (${code})`)
    }
    if (reasons.size > 0) {
      this.holdBack(name, objects, reasons, report)
      store.renameShare(share, this.uuid(), objects.length)
      return ok(undefined)
    }
    const isOfObjects = shared.refusals === undefined && !NOT_OF_OBJECTS.test(shared.code)
    if (!isOfObjects) return refuse(shared.code, shared.message)
    // It names no object: each half is tried by itself, down to the one that it is about.
    if (objects.length > 1) store.renameShare(share, this.uuid(), Math.ceil(objects.length / 2))
    else this.holdBack(name, objects, new Map(objects.map(({ n }) => [n, wordsOf(shared)])), report)
    return ok(undefined)
  }

  private holdBack(
    name: string,
    objects: readonly WaitingObject[],
    reasons: ReadonlyMap<number, string>,
    report: PullReport,
  ): void {
    const { store, limits } = this.means
    store.holdBack(
      name,
      [...reasons].map(([n, why]) => ({ n, why })),
    )
    report.heldBackTotal += reasons.size
    for (const { n, id } of objects) {
      const message = reasons.get(n)
      if (message !== undefined && report.heldBack.length < limits.told) report.heldBack.push({ object: id, message })
    }
  }

  /** Those that an earlier run had begun, too: the same file with the same bytes. */
  private async writeFiles(name: string, report: PullReport): Promise<void> {
    const { disk, folder, store } = this.means
    for (;;) {
      const open = store.openFile(name)
      if (open === undefined) return
      const { file, objects } = open
      await disk.makeFolder(join(folder, name), true)
      const path = join(folder, name, fileName(file))
      const reasons = objects.filter(({ why }) => why !== null).map(({ id, why }) => `${id} ${why}\n`)
      if (reasons.length > 0) await disk.replace(`${path.slice(0, -5)}.reasons.txt`, utf8(reasons.join('')), true)
      const pieces: Uint8Array[] = []
      for await (const piece of bundleOf(objects, bundleIdOf(file))) pieces.push(piece)
      await disk.replace(path, Buffer.concat(pieces), true)
      store.endFile(name, file)
      report.files.push(path)
    }
  }

  private uuid(): string {
    return uuidOf(this.means.random(16))
  }
}

export function fileName(file: number): string {
  return `${String(file).padStart(6, '0')}.json`
}

/** The number in the name of a file of drafts; 0 for another file. */
export function numberOfFile(name: string): number {
  return Number(/^([0-9]{6,9})\.json$/.exec(name)?.[1] ?? 0)
}

/** Told apart by its number, and the same whenever the file is written again. */
function bundleIdOf(file: number): string {
  return `00000000-0000-4000-8000-${String(file).padStart(12, '0')}`
}

/** Each object byte for byte as it came. */
async function* bundleOf(objects: readonly WaitingObject[], uuid: string): AsyncGenerator<Uint8Array> {
  yield utf8(`{"type":"bundle","id":"bundle--${uuid}","objects":[`)
  for (const [i, { source }] of objects.entries()) {
    if (i > 0) yield utf8(',')
    yield source
  }
  yield utf8(']}\n')
}

function heldHere(): Refusal {
  return refuse(
    'feed/held-here',
    'What it brought is kept here unsigned, and said once our log was compared with its peers’ copies.',
  )
}

function wordsOf({ code, message }: Pick<Refusal, 'code' | 'message'>): string {
  return `${message} (${code})`
}
