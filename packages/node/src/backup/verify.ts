// Verifying a backup without restoring it: that it is whole and what its manifest lists, and that each log in it would
// open. Nothing of it is written anywhere.

import { createHash } from 'node:crypto'
import { ok, type Result } from '@countersign/log'
import { type Card, parseCard } from '@countersign/record'
import { LIMITS } from '../limits.ts'
import { LogCheck } from './log-check.ts'
import { type ReadBackup, readBackup } from './read.ts'

export interface VerifiedBackup extends ReadBackup {
  logs: { origin: string; entries: number; addenda: number }[]
  findings: { path: string; message: string }[]
}

const JOURNAL = /^private\/journals\/(?<origin>[^/]+\/[^/]+\/[^/]+\/[^/]+)\/[0-9]+\.journal$/
const LOG = /^logs\/(?<log>[^/]+\/[^/]+\/[^/]+)\/(?<file>.+)$/
const MIRROR = /^mirrors\/(?<channel>[^/]+\/[^/]+)\/(?<party>[^/]+)\/(?<generation>[^/]+)\/(?<file>.+)$/
const CARD = /^(?:card|cards\/[0-9a-f]{64}|private\/trusted\/[^/]+\.json)$/
const LOG_INDEX = /^logs\/[^/]+\/index$/

/** Refuses what `readBackup` refuses; what is wrong with a log in it stands among the findings. */
export async function verifyBackup(
  source: AsyncIterable<Uint8Array>,
  passphrase: string | undefined,
  progress: (bytes: number) => void = () => {},
): Promise<Result<VerifiedBackup>> {
  const logs = new Map<string, LogCheck>()
  const cards = new Map<string, Card[]>()
  const findings: VerifiedBackup['findings'] = []
  let party = ''
  const checkOf = (origin: string) => {
    const known = logs.get(origin) ?? new LogCheck(origin)
    logs.set(origin, known)
    return known
  }

  async function look(path: string, size: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const journal = JOURNAL.exec(path)?.groups
    const log = LOG_INDEX.test(path) ? undefined : LOG.exec(path)?.groups
    const mirror = MIRROR.exec(path)?.groups
    const file = log?.file ?? mirror?.file
    const origin =
      log === undefined ? `${mirror?.party}/${mirror?.channel}/${mirror?.generation}` : `${party}/${log.log}`
    const isLogFile = file !== undefined && /^(?:checkpoint|tile\/.+)$/.test(file)
    if (CARD.test(path) && size <= LIMITS.noteBytes * 4) {
      const card = parseCard(await gathered(chunks))
      if (!card.ok) findings.push({ path, message: card.message })
      else cards.set(card.value.party, [...(cards.get(card.value.party) ?? []), card.value])
      if (card.ok && path === 'card') party = card.value.party
    } else if (journal?.origin !== undefined && size <= LIMITS.journalBytes) {
      checkOf(journal.origin).journal(await gathered(chunks))
    } else if (isLogFile && size <= LIMITS.bundleBytes) {
      checkOf(origin).file(file, await gathered(chunks))
    } else if (file?.startsWith('addenda/')) {
      checkOf(origin).addendum(file.slice('addenda/'.length), await digestOf(chunks))
    } else if (isLogFile || journal !== undefined || CARD.test(path)) {
      findings.push({ path, message: 'This file is larger than it can be.' })
      await digestOf(chunks)
    } else await digestOf(chunks)
  }

  const read = await readBackup(source, {
    passphrase,
    async file(path, size, chunks) {
      await look(path, size, chunks)
      progress(size)
    },
  })
  if (!read.ok) return read
  if (party !== read.value.header.party) {
    findings.push({ path: 'card', message: `This is not the card of ${read.value.header.party}.` })
  }
  for (const [origin, log] of logs) {
    log.end(cards.get(origin.slice(0, origin.indexOf('/'))) ?? [])
    for (const message of log.findings) findings.push({ path: origin, message })
  }
  const summary = [...logs.values()].map(({ origin, size, addenda }) => ({ origin, entries: size, addenda }))
  return ok({ ...read.value, logs: summary, findings })
}

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}
