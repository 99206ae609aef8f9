// What the commands of feeds show.

import type { Discovered, FeedRow, PullReport, PushReport } from '@countersign/client'
import { note, plain, print, table } from '../output.ts'
import { some } from '../stix-input.ts'

/** `dir` and `signIn` are what was typed: the next command needs the same. */
export function tellFound({ title, roots, elsewhere, more }: Discovered, dir: string, signIn: string): void {
  if (title !== '') note(plain(title))
  const rows = roots.flatMap(({ collections }) => collections)
  if (rows.length > 0) {
    const may = (mayRead: boolean, mayWrite: boolean) =>
      [...(mayRead ? ['read'] : []), ...(mayWrite ? ['add'] : [])].join(', ') || 'nothing'
    const lines = rows.map((one) => [plain(one.title), may(one.mayRead, one.mayWrite), plain(one.url)])
    print(table([['COLLECTION', 'YOU MAY', 'ADDRESS'], ...lines]))
  }
  for (const { url, failure } of roots) if (failure !== undefined) note(`! ${plain(url)}: ${plain(failure)}`)
  for (const url of elsewhere)
    note(
      `It names ${plain(url)} too, on another server; ask there: countersign feed discover${dir} --url ${plain(url)}`,
    )
  if (more || roots.some((root) => root.more)) note('It has more than is shown here; ask one of its API roots.')
  const readable = rows.find(({ mayRead }) => mayRead)
  if (readable !== undefined) note(`Pull one: countersign feed add NAME${dir} --url ${plain(readable.url)}${signIn}`)
  else note('There is no collection here that may be read; ask the owner of the server for the right.')
}

export function lineOf(row: FeedRow): string[] {
  const { destination, paused, everyMinutes } = row
  const into =
    destination.kind === 'drafts'
      ? 'drafts'
      : `${destination.kind === 'round' ? 'round, ' : ''}${destination.channel ?? 'main'} of ${destination.pact.slice(0, 8)}`
  const waits = row.waitUntilMs !== null && row.waitUntilMs > (row.lastPullMs ?? 0) ? row.waitUntilMs : null
  const next = everyMinutes === 0 ? 'by hand' : row.nextTryMs === null ? 'soon' : time(row.nextTryMs)
  return [
    ...[row.name, into, row.lastPullMs === null ? 'never' : time(row.lastPullMs)],
    ...[String(row.lastNew), String(row.totalNew), String(row.waiting)],
    paused ? 'paused' : waits === null ? next : `not before ${time(waits)}`,
  ]
}

/** How what is pushed by itself stands, in one line. */
export function wordsOfPushes(name: string, pushes: NonNullable<FeedRow['pushes']>): string {
  const { pact, upTo, everyMinutes, lastMs, nextTryMs, taken, heldBack, error, stopped } = pushes
  const what = `${name}: the outbox of ${pact.slice(0, 8)} is pushed to it every ${some(everyMinutes, 'minute')}, up to ${upTo}`
  if (lastMs === undefined) return `  ${what}; not yet.`
  if (stopped !== undefined) return `! ${what}; stopped at ${time(lastMs)}: ${stopped}`
  const next = nextTryMs === undefined ? '' : `, the next at ${time(nextTryMs)}`
  if (error !== undefined) return `! ${what}; last at ${time(lastMs)}${next}: ${error}`
  return `  ${what}; last at ${time(lastMs)}${next}: ${some(taken, 'object')} taken, ${heldBack} held back.`
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

export function tellPull(report: PullReport, dir: string): void {
  const { feed, fresh, known, pages, unreadableTotal, heldBackTotal, failure, waiting } = report
  for (const record of report.records) print(record)
  for (const file of report.files) print(plain(file))
  const places = report.events === undefined ? some(pages, 'page') : some(report.events, 'event')
  const came = `${feed}: ${some(fresh, 'new object')} in ${places}`
  note(`${came}${known === 0 ? '' : `, ${known} known already`}${report.whole ? '' : '; the server has more'}.`)
  tellGone(report)
  if (report.shared > 0) note(`${some(report.shared, 'object')} shared in ${some(report.records.length, 'record')}.`)
  const isMisp = report.events !== undefined
  const why = isMisp ? 'could not be taken over' : 'are no STIX 2.1 and were left out'
  named(unreadableTotal, report.unreadable, why, isMisp ? 'thing' : 'object')
  named(heldBackTotal, report.heldBack, 'may not leave; they stand among the drafts, with the reasons')
  named(report.redactedTotal, report.redacted, 'were cut or left out by a rule of this house')
  if (report.gathered > 0)
    note(`${some(report.gathered, 'object')} put into the round: countersign round try --dir ${dir}`)
  if (report.toApprove > 0)
    note(`${some(report.toApprove, 'object')} wait until persons of this house approve them: countersign approvals`)
  if (report.files.length > 0) {
    note(
      `Look at a file of drafts: countersign gate try --dir ${dir} FILE; say it: countersign say intel/share --dir ${dir} FILE`,
    )
  }
  if (waiting > 0) note(`${some(waiting, 'object')} wait to be passed on; the next pull tries again.`)
  if (report.doubt !== undefined) note(plain(report.doubt))
  if (failure !== undefined)
    note(`countersign: ${plain(failure.message)} (${failure.code}) The next pull goes on there.`)
}

export function tellPush({ feed, taken, known, open, failure, ...report }: PushReport): void {
  named(report.heldBackTotal, report.heldBack, 'may not leave')
  named(report.redactedTotal, report.redacted, 'were cut or left out by a rule of this house')
  named(
    report.refusedTotal,
    report.refused,
    'were refused by the server',
    report.events === undefined ? 'object' : 'thing',
  )
  if (report.events !== undefined) {
    const { added, changed, known: there, deleted } = report.events
    note(`${some(added, 'event')} added, ${changed} changed, ${there} there already.`)
    if (deleted > 0) note(`${some(deleted, 'part')} of events deleted there, since taken back here.`)
    const { sightings = 0 } = report
    if (sightings > 0) note(`${some(sightings, 'sighting')} added to attributes that it has.`)
    if (added + changed > 0) note('They are not published: that is for the team of that MISP.')
  }
  if (open > 0) note(`Of ${some(open, 'object')} the server has not said yet whether it takes them; push again later.`)
  if (failure !== undefined) note(`countersign: ${plain(failure.message)} (${failure.code})`)
  note(`${feed}: ${some(taken, 'object')} taken${known === 0 ? '' : `, ${known} in an earlier push`}.`)
}

/** A MISP tells nobody that it deleted an event; that one is missing in its list is all there is. */
function tellGone({ gone = [], goneTotal = 0 }: PullReport): void {
  if (goneTotal === 0) return
  note(`${some(goneTotal, 'event')} that it gave before ${goneTotal === 1 ? 'is' : 'are'} not in its list any more:`)
  for (const uuid of gone) note(`  ${uuid}`)
  if (goneTotal > gone.length) note(`  And ${goneTotal - gone.length} more.`)
  note('If they were withdrawn there, take back what was shared of them: countersign revoke')
}

function named(
  total: number,
  list: readonly { object: string; message: string }[],
  what: string,
  one = 'object',
): void {
  if (total === 0) return
  note(`${some(total, one)} ${what}:`)
  for (const { object, message } of list) note(`  ${plain(object)}: ${plain(message)}`)
  if (total > list.length) note(`  And ${total - list.length} more.`)
}
