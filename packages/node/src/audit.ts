// The audit of a whole node: every log and mirror byte for byte, both signatures of every statement, every receipt, and
// the views against views folded anew from nothing but what is on disk. Of the node it writes nothing but that its views
// are first brought up to what is on disk, as a start would.

import { join } from 'node:path'
import {
  auditLog,
  commonSizeKept,
  type Disk,
  isShownForked,
  journalFolder,
  openReceipts,
  type ReadableLog,
  type Receipts,
  readPublishedLog,
} from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import {
  type Card,
  mayFollow,
  parseEntry,
  parseOrigin,
  parseReceipt,
  type Statement,
  verifyEntry,
} from '@countersign/record'
import { openViews, preparedWhenRun, type Views } from '@countersign/views'
import { Folding } from './folding/folding.ts'
import { type Identity, loadIdentity } from './keys/identity.ts'
import { TrustedCards } from './keys/trust.ts'
import { LIMITS } from './limits.ts'
import { logsOf } from './logs-on-disk.ts'
import { Pacts } from './pacts.ts'
import type { Surroundings } from './surroundings.ts'

export interface AuditedLog {
  origin: string
  /** A peer's log that we hold, not our own. */
  mirror: boolean
  entries: number
  /** Entries that are no statement of their author's: kept, and folded to nothing. */
  void: number
  receipts: number
  addenda: number
}

export interface NodeAudit {
  party: string
  logs: AuditedLog[]
  /** Whether the views equal what the logs say; `skipped` where they were not compared. */
  views: 'equal' | 'different' | 'skipped'
  findings: { path: string; message: string }[]
}

export interface AuditOptions {
  /** Whether the views are compared too: not while the node runs. */
  views: boolean
  /** Of the keys; content is opened with them. */
  passphrase?: string
  progress?(done: number, total: number): void
}

/** Refuses a folder that holds no node, and one whose node runs where the views are to be compared. */
export async function auditNode(dir: string, around: Surroundings, options: AuditOptions): Promise<Result<NodeAudit>> {
  const loaded = await loadIdentity(dir, options.passphrase)
  return loaded.ok ? auditAs(loaded.value, around, options) : loaded
}

/** The same for an identity that is known already. */
export async function auditAs(
  identity: Identity,
  around: Surroundings,
  options: AuditOptions,
): Promise<Result<NodeAudit>> {
  const { dir } = identity
  const release = options.views ? around.disk.lock(join(dir, 'private', 'node.lock')) : () => {}
  if (release === undefined) {
    return refuse('node/locked', `Another process runs the node in ${dir}; end it first, then audit again.`)
  }
  try {
    return ok(await audit(identity, around, options))
  } finally {
    release()
  }
}

async function audit(identity: Identity, around: Surroundings, options: AuditOptions): Promise<NodeAudit> {
  const { dir, party } = identity
  const trusted = await TrustedCards.open(identity, around.disk)
  const receipts = await openReceipts({ disk: around.disk, dir })
  const findings: NodeAudit['findings'] = []
  const logs: AuditedLog[] = []
  const readable = new Map<string, ReadableLog>()
  for (const { origin, mirror, folder } of await logsOf(around.disk, dir, party)) {
    // The views were folded from what is durable, and it may have ended before it published that.
    const log = await readPublishedLog({ disk: around.disk, folder, origin, journal: journalFolder(dir, origin) })
    if (log.ok) readable.set(origin, log.value)
    // It may also have ended between a receipt and what it was given for being published; the journal holds that then.
    const countersigned = Math.max(0, ...[...receipts.given(origin), ...receipts.held(origin)].map(({ size }) => size))
    const covers = log.ok ? log.value.size >= countersigned : countersigned === 0
    if (covers && (await isUnpublished(around.disk, folder, log.ok))) continue
    const author = await openedWith(around.disk, folder, origin, trusted)
    if (author === undefined) {
      findings.push({ path: folder, message: 'The card by which its author opened it is not held.' })
      continue
    }
    let voids = 0
    let inForce = author
    const audited = await auditLog(
      { disk: around.disk, folder, origin, keys: author.keys.log },
      {
        ...(options.progress === undefined ? {} : { progress: options.progress }),
        entry(index, bytes) {
          const entry = parseEntry(bytes)
          if (entry.ok && verifyEntry(entry.value, inForce.keys.statement)) {
            inForce = next(entry.value.statement, inForce, trusted)
            return
          }
          voids++
          // A peer may write what it likes into its own log; we never do.
          if (!mirror) findings.push({ path: `${folder}#${index}`, message: 'This entry of our own does not verify.' })
        },
      },
    )
    for (const { path, message } of audited.findings) findings.push({ path: join(folder, path), message })
    const checked = await checkReceipts(origin, author, { receipts, trusted, party })
    findings.push(...checked.findings)
    logs.push({ origin, mirror, entries: audited.size, void: voids, receipts: checked.count, addenda: audited.addenda })
  }
  if (!options.views || findings.length > 0) return { party, logs, views: 'skipped', findings }
  const other = await differingTables(identity, around, trusted, receipts, readable)
  if (other.length > 0) {
    findings.push({
      path: join(dir, 'views.db'),
      message: `The views are not what the logs say (${other.join(', ')}); delete the file and start the node: it folds them anew.`,
    })
  }
  return { party, logs, views: other.length > 0 ? 'different' : 'equal', findings }
}

/** Begun, and ended before its first checkpoint was published: the next start goes on with it. */
async function isUnpublished(disk: Disk, folder: string, isInJournal: boolean): Promise<boolean> {
  if (await disk.exists(join(folder, 'checkpoint'))) return false
  return isInJournal || (await disk.list(join(folder, 'tile'))).length === 0
}

/** The card that a log names as it opens, where it is held: by its keys the log is kept. */
async function openedWith(
  disk: Disk,
  folder: string,
  origin: string,
  trusted: TrustedCards,
): Promise<Card | undefined> {
  const party = origin.slice(0, origin.indexOf('/'))
  const log = await readPublishedLog({ disk, folder, origin })
  const opening = log.ok && log.value.size > 0 ? parseEntry(await log.value.entry(0)) : undefined
  const named = opening?.ok === true ? opening.value.statement.body.card : undefined
  return typeof named === 'string' ? trusted.set.of(named) : trusted.of(party)
}

/** The card in force after a statement that verified. */
function next({ type, body, from: party }: Statement, inForce: Card, trusted: TrustedCards): Card {
  const { card, serial } = body
  if (type !== 'party/keys' || typeof card !== 'string' || typeof serial !== 'number') return inForce
  const following = mayFollow(trusted.set, inForce, { card, serial, party })
  return 'ok' in following && following.ok ? following.value : inForce
}

async function checkReceipts(
  origin: string,
  author: Card,
  by: { receipts: Receipts; trusted: TrustedCards; party: string },
): Promise<{ count: number; findings: NodeAudit['findings'] }> {
  const { receipts, trusted, party } = by
  const findings: NodeAudit['findings'] = []
  const pact = parseOrigin(origin)
  const all = [...receipts.given(origin).map((receipt) => ({ cosigner: party, ...receipt })), ...receipts.held(origin)]
  for (const { cosigner, size, time, file, digest } of all) {
    const path = `${origin} ${file} by ${cosigner}`
    const keys = trusted.set.all(cosigner).map((card) => card.keys.receipt)
    const bytes = await receipts.read(origin, cosigner === party ? undefined : cosigner, digest)
    if (keys.length === 0 || bytes === undefined || !pact.ok) {
      findings.push({ path, message: 'This receipt, or the card of who gave it, is missing.' })
      continue
    }
    const parsed = parseReceipt(bytes, {
      author: author.keys.log,
      origin,
      by: { party: cosigner, pact: pact.value.pact, keys },
    })
    if (!parsed.ok) findings.push({ path, message: parsed.message })
    else if (parsed.value.size !== size || parsed.value.time !== time) {
      findings.push({ path, message: 'This receipt is filed under another size or time than its own.' })
    }
  }
  return { count: all.length, findings }
}

/** Folds everything on disk into fresh views in memory, and names the tables of those kept that are not as theirs. */
async function differingTables(
  identity: Identity,
  around: Surroundings,
  trusted: TrustedCards,
  receipts: Receipts,
  logs: ReadonlyMap<string, ReadableLog>,
): Promise<string[]> {
  const { dir, party } = identity
  const means = {
    ...{ party, now: () => around.now() },
    open: (path: string) => preparedWhenRun(around.database(path)),
  }
  const kept = await openViews({ ...means, path: join(dir, 'views.db') })
  const fresh = await openViews({ ...means, path: ':memory:' })
  const desk = around.sealingDesk(identity.keys.sealing.identity)

  async function foldInto(views: Views): Promise<void> {
    const folding = new Folding({
      us: party,
      views,
      desk,
      around,
      card: (digest) => trusted.set.of(digest),
      awaitsCard: () => {},
      log: (origin) => logs.get(origin),
      rejected: () => {},
      caughtUp: () => {},
      changed: () => {},
      giveWay: around.turn,
    })
    for (const card of trusted.every()) await views.knowCard(card.bytes)
    for (const pact of (await Pacts.open({ disk: around.disk, dir })).all()) await views.knowAgreement(pact.bytes)
    for (const origin of logs.keys()) {
      const all = [
        ...receipts.given(origin).map((receipt) => ({ origin, by: party, ...receipt })),
        ...receipts.held(origin).map(({ cosigner, ...receipt }) => ({ origin, by: cosigner, ...receipt })),
      ]
      for (let from = 0; from < all.length; from += LIMITS.receiptsPerFold) {
        await views.foldReceipts(all.slice(from, from + LIMITS.receiptsPerFold))
      }
      folding.wake(origin)
      await folding.lookForContent(origin)
    }
    for (const origin of logs.keys()) {
      const at = { disk: around.disk, dir }
      const common = (await isShownForked(at, origin)) ? await commonSizeKept(at, origin) : undefined
      if (common !== undefined) await views.foldSplit(origin, common)
    }
    await folding.settled()
    await folding.stop()
    // What was destroyed is removed by whoever runs the node; here it is only seen what is gone. It may have been removed
    // before what now bars it was known.
    for (const { origin, index, part, sealed } of await views.partsExcused()) {
      if ((await logs.get(origin)?.readAddendum(sealed)) !== undefined) continue
      while (await views.forgetContent(`${origin}#${index}`, part)) await around.turn()
    }
  }

  try {
    // A node may have ended before it had folded what it held: the next start would do what is done here.
    await foldInto(kept)
    await foldInto(fresh)
    const wanted = await fresh.digests()
    return [...(await kept.digests())].flatMap(([table, digest]) => (wanted.get(table) === digest ? [] : [table]))
  } finally {
    await desk.close()
    await kept.close()
    await fresh.close()
  }
}
