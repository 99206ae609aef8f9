// What a peer that cannot be trusted may try. alfa is the peer; everything it serves goes through a proxy that lies.

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk, openOwnLog, originHash } from '@countersign/ledger'
import { formatNote, makeVerifierKey, parseNote, signatureLine, toHex, utf8 } from '@countersign/log'
import { loadIdentity, openAge, sealAge } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE, parseEntry, type Statement, sealPart, signStatement } from '@countersign/record'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { saidOnLine } from './on-the-line.ts'
import { bytesInput, delivered, type Meddler, type Parties, startParties, until, value } from './parties.ts'

let parties: Parties
const meddler: { meddle: Meddler } = { meddle: () => undefined }
beforeEach(async () => {
  meddler.meddle = () => undefined
  parties = await startParties({ meddler })
})
afterEach(() => parties.close())

const say = (subject: string) => saidOnLine(parties.alfa.node, parties.pact, subject)
/** Something small on the other channel. */
const shareOne = async (): Promise<string> => {
  const created = '2026-02-01T00:00:00.000Z'
  const tool = { type: 'tool', spec_version: '2.1', id: `tool--${crypto.randomUUID()}`, created, modified: created }
  const bundle = { type: 'bundle', id: `bundle--${crypto.randomUUID()}`, objects: [{ ...tool, name: 'x' }] }
  const input = bytesInput(utf8(JSON.stringify(bundle)))
  return value(await parties.alfa.node.share({ pact: parties.pact, account: 'test', input })).records[0] ?? ''
}
const isLine = (path: string) => path.startsWith(`/logs/${parties.pact}/line/`)
const bravoAlarms = async () => (await parties.bravo.node.status()).alarms.map(({ code }) => code)
const mirrorSize = (origin: string) => parties.bravo.node.logOf(origin)?.size
const lineOrigin = async () =>
  (await parties.alfa.node.status()).pacts[0]?.channels.find(({ name }) => name === 'line')?.origin ?? ''

test.each<[string, Meddler]>([
  ['a bundle with one bit turned', (path, body) => (path.includes('/entries/') ? flip(body) : undefined)],
  ['a truncated bundle', (path, body) => (path.includes('/entries/') ? body.subarray(0, body.length - 3) : undefined)],
  ['a garbage checkpoint', (path) => (path.endsWith('/checkpoint') ? utf8('garbage\n') : undefined)],
  ['a checkpoint with one bit turned', (path, body) => (path.endsWith('/checkpoint') ? flip(body) : undefined)],
  ['no bundle at all', (path) => (path.includes('/entries/') ? 'missing' : undefined)],
])('%s is refused, the mirror stays as it was, and heals once the truth is served', async (_what, lie) => {
  const first = await say('before')
  await delivered(parties.alfa.node, first)
  const origin = await lineOrigin()
  const before = mirrorSize(origin)
  meddler.meddle = (path, body, status) => (isLine(path) ? lie(path, body, status, '') : undefined)
  // The depositary reads through the same proxy: nobody has the truth.
  const second = await say('while it lies')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(mirrorSize(origin)).toBe(before)
  expect((await parties.alfa.node.views.record(second))?.row.state).toBe('said')
  // The other channel is not held up.
  await delivered(parties.alfa.node, await shareOne())
  meddler.meddle = () => undefined
  await delivered(parties.alfa.node, second)
})

test('a bundle that never ends is broken off at the limit of a bundle, and the truth is taken once it is served', async () => {
  await delivered(parties.alfa.node, await say('before'))
  const sent: number[] = []
  async function* endless() {
    let bytes = 0
    try {
      for (; ; bytes += 65_536) yield new Uint8Array(65_536)
    } finally {
      sent.push(bytes)
    }
  }
  meddler.meddle = (path) => (isLine(path) && path.includes('/entries/') ? endless() : undefined)
  const second = await say('without end')
  await until('a reader to break it off', () => sent.length > 0)
  meddler.meddle = () => undefined
  // A bundle may hold 256 entries of 64 KiB; buffers on the way hold some more.
  expect(Math.max(...sent)).toBeLessThan(256 * 65_537 + 16_777_216)
  await delivered(parties.alfa.node, second)
})

test('a log that rewinds is refused with an alarm, and what contradicts it is kept', async () => {
  await delivered(parties.alfa.node, await say('one'))
  let old: Uint8Array | undefined
  meddler.meddle = (path, body) => {
    if (!isLine(path) || !path.endsWith('/checkpoint')) return undefined
    old ??= body
    return old
  }
  await until('the old head to be seen', () => old !== undefined)
  meddler.meddle = () => undefined
  await delivered(parties.alfa.node, await say('two'))
  const origin = await lineOrigin()
  const size = mirrorSize(origin)
  meddler.meddle = (path) => (isLine(path) && path.endsWith('/checkpoint') ? (old ?? 'missing') : undefined)
  await until('the alarm', async () => (await bravoAlarms()).includes('mirror/rewind'))
  expect(mirrorSize(origin)).toBe(size)
  expect(readdirSync(join(parties.bravo.dir, 'evidence')).length).toBe(1)
})

/** The published files of a copy of alfa's node that says `entries` more on its line, as a second host would. */
async function secondHost(entries: readonly Uint8Array[]): Promise<Meddler> {
  const origin = await lineOrigin()
  await parties.alfa.stop()
  const copy = mkdtempSync(join(tmpdir(), 'countersign-fork-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(parties.alfa.dir, copy, { recursive: true })
  await parties.alfa.start()
  await until('alfa to be ready', () => parties.alfa.node.health().ready)
  const identity = value(await loadIdentity(copy))
  const fork = value(await openOwnLog({ disk: nodeDisk(), dir: copy, origin, signers: identity.keys.log }))
  fork.confirm()
  for (const entry of entries) await fork.append(entry)
  await fork.published()
  await fork.close()
  const folder = join(copy, 'logs', ...origin.split('/').slice(1))
  return (path) => {
    if (!isLine(path)) return undefined
    const file = join(folder, path.slice(`/logs/${origin.split('/').slice(1).join('/')}/`.length))
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : 'missing'
  }
}

test('a log that forks is refused with an alarm, gets no further receipt, and the honest channel goes on', async () => {
  await delivered(parties.alfa.node, await say('one'))
  const origin = await lineOrigin()
  const fork = await secondHost([0, 1, 2].map((i) => utf8(`another face ${i}`)))
  await delivered(parties.alfa.node, await say('two'))
  const given = () => readFileSync(join(parties.bravo.dir, 'receipts', originHash(origin), 'index'), 'utf8')
  const before = given()
  meddler.meddle = fork
  await until('the alarm', async () => (await bravoAlarms()).includes('mirror/fork'))
  await delivered(parties.alfa.node, await shareOne())
  expect(given()).toBe(before)
  const [evidence = ''] = readdirSync(join(parties.bravo.dir, 'evidence'))
  expect(evidence).toBe(originHash(origin))
})

test('a log that someone else signs with our key says no more, as soon as a cosigner shows it', async () => {
  await delivered(parties.alfa.node, await say('one'))
  const origin = await lineOrigin()
  const size = parties.alfa.node.logOf(origin)?.size ?? 0
  meddler.meddle = await secondHost([utf8('another face')])
  const alarms = async () => (await parties.alfa.node.status()).alarms.map(({ code }) => code)
  await until('the alarm', async () => (await alarms()).includes('log/longer-tail'))
  const line = (await parties.alfa.node.status()).pacts[0]?.channels.find(({ name }) => name === 'line')
  expect(line?.state).toBe('stopped')
  expect(parties.alfa.node.logOf(origin)?.size).toBe(size)
  expect(readdirSync(join(parties.alfa.dir, 'evidence', originHash(origin))).length).toBeGreaterThan(0)
  await delivered(parties.alfa.node, await shareOne())
})

test('a foreign line in a checkpoint costs at most its own receipt', async () => {
  meddler.meddle = (path, body, status) => {
    if (!isLine(path) || !path.endsWith('/checkpoint') || status !== 200) return undefined
    const { text, signatures } = value(parseNote(body))
    const foreign = signatureLine(makeVerifierKey('junk.example', 1, new Uint8Array(32).fill(9)), new Uint8Array(64))
    return formatNote(text, [...signatures.map(({ line }) => line), foreign])
  }
  const first = await say('with a foreign line')
  const origin = await lineOrigin()
  await until('bravo to hold it', () => (mirrorSize(origin) ?? 0) > Number(first.split('#')[1]))
  meddler.meddle = () => undefined
  await delivered(parties.alfa.node, await say('honest again'))
  await delivered(parties.alfa.node, first)
})

test('a hostile entry is void with its reason and stops nothing: the next honest record is delivered', async () => {
  const honest = await say('honest')
  await delivered(parties.alfa.node, honest)
  const origin = await lineOrigin()
  const identity = value(await loadIdentity(parties.alfa.dir))
  const entry = value(
    parseEntry((await parties.alfa.node.logOf(origin)?.entry(Number(honest.split('#')[1]))) ?? new Uint8Array()),
  )
  const base: Statement = {
    ...entry.statement,
    content: [],
    to: [],
    type: 'log/pin',
    body: {},
    marking: { tlp: 'TLP:CLEAR' },
  }
  const fresh = (more: Partial<Statement>): Statement => ({ ...base, id: uuid(), ...more })
  const envelope = (statement: Statement) =>
    JSON.parse(new TextDecoder().decode(signStatement(statement, identity.keys.statement)))
  const reSigned = (signatures: (all: unknown[]) => unknown[]) => {
    const made = envelope(fresh({}))
    return utf8(
      JSON.stringify({ payload: made.payload, payloadType: made.payloadType, signatures: signatures(made.signatures) }),
    )
  }
  const hostile: [string, Uint8Array][] = [
    ['entry/not-canonical', utf8('hello')],
    ['entry/envelope', reSigned((all) => all.slice(0, 1))],
    ['entry/envelope', reSigned((all) => [...all, all[0]])],
    ['statement/signature', signStatement(fresh({}), identity.keys.log)],
    [
      'statement/origin',
      signStatement(
        fresh({ origin: origin.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
        identity.keys.statement,
      ),
    ],
    ['statement/to', signStatement(fresh({ to: ['watch.example'] }), identity.keys.statement)],
    ['statement/id-reused', signStatement(fresh({ id: entry.statement.id }), identity.keys.statement)],
    ['statement/body', signStatement(fresh({ body: { x: 1 } }), identity.keys.statement)],
  ]
  await parties.alfa.stop()
  const log = value(await openOwnLog({ disk: nodeDisk(), dir: parties.alfa.dir, origin, signers: identity.keys.log }))
  log.confirm()
  const at: number[] = []
  for (const [, bytes] of hostile) at.push(await log.append(bytes))
  await log.close()
  await parties.alfa.start()
  await until('alfa to be ready', () => parties.alfa.node.health().ready)
  await delivered(parties.alfa.node, await say('honest again'))
  for (const [i, [code]] of hostile.entries()) {
    await until(
      'bravo to fold it',
      async () => (await parties.bravo.node.views.record(`${origin}#${at[i]}`)) !== undefined,
    )
    expect((await parties.bravo.node.views.record(`${origin}#${at[i]}`))?.row.validity).toMatchObject({
      kind: 'void',
      code,
    })
  }
})

test.each<
  [
    string,
    string,
    (
      plain: { file: Uint8Array; descriptor: Statement['content'][number] },
      seal: (bytes: Uint8Array) => Promise<Uint8Array>,
      make: (plaintext: Uint8Array) => Promise<{ file: Uint8Array; descriptor: Statement['content'][number] }>,
    ) => Promise<{ file: Uint8Array; descriptor: Statement['content'][number] }>,
  ]
>([
  ['a garbage age file', 'cannot-open', async ({ descriptor }) => named(utf8('no age file at all'), descriptor)],
  [
    'content that is not what its statement committed to',
    'commitment-mismatch',
    async ({ file, descriptor }) => ({ file, descriptor: { ...descriptor, commitment: '0'.repeat(64) } }),
  ],
  [
    'a frame that lies about its size',
    'size-mismatch',
    async ({ descriptor }, seal) => named(await seal(new Uint8Array(300)), descriptor),
  ],
  ['a message that is none', 'media-type', (_made, _seal, make) => make(utf8('{"foo":1}'))],
])('%s is rejected to its author in a record, and countersigned all the same', async (_what, reason, spoil) => {
  const origin = await lineOrigin()
  const honest = await say('honest')
  await delivered(parties.alfa.node, honest)
  const identity = value(await loadIdentity(parties.alfa.dir))
  const entry = value(
    parseEntry((await parties.alfa.node.logOf(origin)?.entry(Number(honest.split('#')[1]))) ?? new Uint8Array()),
  )
  const id = uuid()
  const recipients = [parties.alfa.node.card, parties.bravo.node.card].map((card) => card.keys.sealing.age)
  const desk = { seal: (bytes: Uint8Array) => sealAge(bytes, recipients) }
  const context = { id, origin, part: 0, role: 'message', mediaType: MESSAGE_MEDIA_TYPE }
  const make = (plaintext: Uint8Array) => sealPart({ context, plaintext, salt: new Uint8Array(32), recipients }, desk)
  const made = await make(utf8('{"subject":"x","text":"y"}'))
  expect(await openAge(made.file, identity.keys.sealing.identity)).toBeDefined()
  const { file, descriptor } = await spoil(made, desk.seal, make)
  const statement: Statement = {
    ...entry.statement,
    id,
    content: [descriptor],
    body: { precedence: 'ROUTINE', number: 99 },
  }
  await parties.alfa.stop()
  const log = value(await openOwnLog({ disk: nodeDisk(), dir: parties.alfa.dir, origin, signers: identity.keys.log }))
  log.confirm()
  await log.putAddendum(file)
  const index = await log.append(signStatement(statement, identity.keys.statement))
  await log.close()
  await parties.alfa.start()
  await until('alfa to be ready', () => parties.alfa.node.health().ready)
  const record = `${origin}#${index}`
  await delivered(parties.alfa.node, record)
  await until('bravo to reject it', async () => {
    const detail = await parties.alfa.node.views.record(record)
    return (
      detail?.answers.some(
        ({ type, body }) => type === 'content/rejected' && (body as { reason: string }).reason === reason,
      ) === true
    )
  })
})

function named(file: Uint8Array, descriptor: Statement['content'][number]) {
  const sealed = toHex(new Uint8Array(createHash('sha256').update(file).digest()))
  return { file, descriptor: { ...descriptor, sealed } }
}

function flip(body: Uint8Array): Uint8Array {
  const turned = Uint8Array.from(body)
  const middle = Math.floor(turned.length / 2)
  turned[middle] = (turned[middle] ?? 0) ^ 1
  return turned
}

let counter = 0
function uuid(): string {
  return `0195f3a0-7c11-7abc-8def-${String(++counter).padStart(12, '0')}`
}
