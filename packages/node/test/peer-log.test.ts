import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createOwnLog,
  logFolder,
  type Mirror,
  nodeDisk,
  openMirror,
  openOwnLog,
  openReceipts,
} from '@countersign/ledger'
import { cosign, leafHash, TreeFrontier, tilePath, utf8, verifyCheckpoint } from '@countersign/log'
import { receiptKeyName } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, bravo, checkpointOf, entry, ORIGIN, opening, PACT, watch } from '../../../spec/vectors/samples.ts'
import { PeerLog, type PeerLogOptions } from '../src/hearing/peer-log.ts'
import { sealedBytesMax } from '../src/hearing/sealed-parts.ts'
import { KeptHeads } from '../src/own-logs/kept-heads.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { down, folder, logFiles, requestsTo, type Serve, value } from './served-files.ts'

const ALL = [opening(), ...Array.from({ length: 9 }, () => entry())]
const files = (prefix: string, entries: readonly Uint8Array[], served = entries): Serve => {
  const made = logFiles(prefix, entries, served)
  return (path) => made.get(path)
}

/** alfa's log, heard from alfa itself and from the depositary's mirror; `held` of it is here already. */
async function hearing(
  held: readonly Uint8Array[],
  serve: { author: Serve; depositary: Serve },
  more: Partial<PeerLogOptions> = {},
) {
  const dir = folder()
  const receipts = await openReceipts({ disk: nodeDisk(), dir })
  const contradictions: string[] = []
  let mirror: Mirror | undefined
  onTestFinished(() => mirror?.close())
  const open = async () => {
    await mirror?.close()
    mirror = value(await openMirror({ disk: nodeDisk(), dir, origin: ORIGIN, keys: alfa.card.keys.log }))
    const log = new PeerLog({
      origin: ORIGIN,
      author: alfa.card,
      mirror,
      sources: [
        { requests: requestsTo(alfa.card, (path) => serve.author(path)), prefix: 'own' },
        { requests: requestsTo(watch.card, (path) => serve.depositary(path)), prefix: 'mirror' },
      ],
      cosigners: [],
      us: { party: 'bravo.example', receipt: bravo.receipt },
      pact: PACT,
      role: 'recipient',
      limits: { partBytes: 1_000, parts: 1 },
      parties: 2,
      cosignSeconds: undefined,
      receipts,
      around: realSurroundings(),
      mayCountersign: () => true,
      pinnedSize: async () => undefined,
      onEntries() {},
      onContent() {},
      isDestroyed: () => false,
      onReceipt() {},
      onTooFarBehind() {},
      onContradiction: async (code) => void contradictions.push(code),
      ...more,
    })
    return { log, mirror }
  }
  const opened = await open()
  value(await opened.mirror.extend(held, checkpointOf(held)))
  return { ...opened, again: open, contradictions, receipts: () => receipts.given(ORIGIN).map(({ size }) => size) }
}

test('a fork that the depositary serves, while its author is down, is told as a fork and gets no receipt', async () => {
  const other = [ALL[0] ?? entry(), entry(), entry(), entry()]
  const { log, mirror, contradictions, receipts } = await hearing(ALL.slice(0, 3), {
    author: down,
    depositary: files('mirror', other),
  })
  await expect(log.round()).rejects.toThrow()
  expect(contradictions).toEqual(['mirror/fork'])
  expect([mirror.size, receipts()]).toEqual([3, []])
})

test('a depositary that forks below what is held is told as a fork too', async () => {
  const { log, contradictions } = await hearing(ALL, {
    author: down,
    depositary: files('mirror', [ALL[0] ?? entry(), entry()]),
  })
  await expect(log.round()).rejects.toThrow()
  expect(contradictions).toEqual(['mirror/fork'])
})

test('a depositary that lags behind contradicts nothing', async () => {
  const { log, mirror, contradictions } = await hearing(ALL, {
    author: down,
    depositary: files('mirror', ALL.slice(0, 4)),
  })
  await expect(log.round()).rejects.toThrow(/cannot be reached/)
  expect([mirror.size, contradictions]).toEqual([10, []])
})

test('garbage that the depositary serves under the head of the author says nothing about the author', async () => {
  const garbage = [...ALL.slice(0, 5), ...ALL.slice(5).map(() => utf8('garbage'))]
  const serve = { author: down, depositary: files('mirror', ALL, garbage) }
  const { log, mirror, contradictions } = await hearing(ALL.slice(0, 3), serve)
  await expect(log.round()).rejects.toThrow()
  expect([mirror.size, contradictions]).toEqual([3, []])
  serve.depositary = files('mirror', ALL)
  await log.round()
  expect(mirror.size).toBe(10)
})

test('an author that serves other entries than it signed is told so, and not as a fork', async () => {
  const { log, contradictions } = await hearing(ALL.slice(0, 3), {
    author: files('own', ALL, [...ALL.slice(0, 9), utf8('garbage')]),
    depositary: down,
  })
  await expect(log.round()).rejects.toThrow()
  expect(contradictions).toEqual(['mirror/root'])
})

test('a head whose entries do not lead to it costs one reading of the whole log, however often it is served', async () => {
  const read: string[] = []
  const entries = files('own', ALL, [...ALL.slice(0, 9), utf8('garbage')])
  const author: Serve = (path) => {
    read.push(path)
    return entries(path)
  }
  const { log } = await hearing(ALL.slice(0, 3), { author, depositary: down })
  await expect(log.round()).rejects.toThrow()
  const first = read.length
  await expect(log.round()).rejects.toThrow()
  expect(read.length - first).toBeLessThan(first)
})

test('a neutral cosigns no head that it has from the depositary, and the same head once its author shows it', async () => {
  const serve = { author: down, depositary: files('mirror', ALL) }
  const neutral = { role: 'observer', cosignSeconds: 60 } as const
  const { log, mirror, receipts } = await hearing(ALL.slice(0, 3), serve, neutral)
  await log.round()
  expect([mirror.size, receipts()]).toEqual([10, []])
  serve.author = files('own', ALL)
  await log.round()
  expect(receipts()).toEqual([10])
})

test('a recipient countersigns what it has from the depositary', async () => {
  const { log, receipts } = await hearing([ALL[0] ?? entry()], { author: down, depositary: files('mirror', ALL) })
  await log.round()
  expect(receipts()).toEqual([10])
})

/** What the depositary gave as receipts on heads of these sizes. */
function receiptsOver(entries: readonly Uint8Array[], sizes: readonly number[]): Serve {
  const folderOf = `receipts/${createHash('sha256').update(ORIGIN).digest('hex')}`
  const signer = { name: receiptKeyName('watch.example', PACT), ...watch.receipt }
  const made = new Map(
    sizes.map((size) => [
      `${folderOf}/${size}-${T + size}`,
      cosign(checkpointOf(entries.slice(0, size)), signer, T + size),
    ]),
  )
  const index = utf8(sizes.map((size) => `${size}-${T + size}\n`).join(''))
  return (path) => (path === `${folderOf}/index` ? index : made.get(path))
}

const T = 1_700_000_000
const LONG = [opening(), ...Array.from({ length: 699 }, () => entry())]

const witnessAt = (serve: Serve) => {
  return { party: watch.party, keys: () => [watch.card.keys.receipt], requests: requestsTo(watch.card, serve) }
}

test.each([
  ['entries', { entriesPerStep: 150, bytesPerStep: 268_435_456 }],
  ['bytes', { entriesPerStep: 131_072, bytesPerStep: 256 * 5_500 }],
])(
  'a mirror that is further behind than memory bears in %s catches up in steps, over a restart',
  async (_what, step) => {
    const serve = { author: files('own', LONG), depositary: down, cosigner: down }
    serve.cosigner = receiptsOver(LONG, [1, 130, 256, 270, 400, 530, 660])
    const cosigners = [witnessAt((path) => serve.cosigner(path))]
    const tooFar: string[] = []
    const more: Partial<PeerLogOptions> = { step, cosigners, onTooFarBehind: (message) => tooFar.push(message) }
    const { log, mirror, receipts, again } = await hearing(LONG.slice(0, 5), serve, more)
    // The cosigner shows heads up to 270 only, and breaks off.
    const all = serve.cosigner
    serve.cosigner = receiptsOver(LONG, [1, 130, 256, 270])
    await expect(log.round()).rejects.toThrow(/nobody shows a head/)
    expect([mirror.size, receipts(), tooFar.length]).toEqual([270, [], 1])
    serve.cosigner = all
    const restarted = await again()
    await restarted.log.round()
    expect([restarted.mirror.size, restarted.mirror.root, receipts()]).toEqual([700, rootOf(LONG), [700]])
  },
)

test('a cosigner that is silent or shows another log on the way stands in nobody’s way', async () => {
  const other = [opening(), ...LONG.slice(1)]
  const garbage = receiptsOver(other, [140])
  const cosigners = [witnessAt(down), witnessAt((path) => (path.endsWith('index') ? garbage(path) : utf8('garbage')))]
  const honest = receiptsOver(LONG, [130, 260, 390, 520, 650])
  const more = {
    step: { entriesPerStep: 150, bytesPerStep: 268_435_456 },
    cosigners: [...cosigners, witnessAt(honest)],
  }
  const { log, mirror } = await hearing(LONG.slice(0, 5), { author: files('own', LONG), depositary: down }, more)
  await log.round()
  expect(mirror.size).toBe(700)
})

test('a mirror far behind needs no cosigner where the author kept the heads on the way', async () => {
  const author = logFiles('own', LONG)
  author.set('own/heads/index', utf8('140\n280\n420\n560\n'))
  for (const size of [140, 280, 420, 560]) author.set(`own/heads/${size}`, checkpointOf(LONG.slice(0, size)))
  const step = { entriesPerStep: 150, bytesPerStep: 268_435_456 }
  const serve = { author: (path: string) => author.get(path), depositary: down }
  const { log, mirror } = await hearing(LONG.slice(0, 5), serve, { step })
  await log.round()
  expect(mirror.size).toBe(700)
})

test('an author keeps the heads of its log on the way, and goes on where it was after a restart', async () => {
  const dir = folder()
  const at = { disk: nodeDisk(), dir, origin: ORIGIN, signers: alfa.log }
  const around = realSurroundings()
  const log = value(await createOwnLog(at))
  let heads = await KeptHeads.open(dir, log, around, 10)
  const say = async (upTo: number, to = log) => {
    while (to.size < upTo) await to.append(LONG[to.size] ?? entry())
    heads.look()
    await heads.settled()
  }
  for (const size of [9, 12, 20, 25]) await say(size)
  await log.close()
  const again = value(await openOwnLog(at))
  again.confirm()
  heads = await KeptHeads.open(dir, again, around, 10)
  for (const size of [30, 35]) await say(size, again)
  await again.close()
  const kept = join(logFolder(dir, ORIGIN), 'heads')
  expect(readFileSync(join(kept, 'index'), 'utf8')).toBe('12\n25\n35\n')
  for (const size of [12, 25, 35]) {
    const note = new Uint8Array(readFileSync(join(kept, String(size))))
    const keys = { ed25519PublicKey: alfa.card.keys.log.ed25519, mldsa44PublicKey: alfa.card.keys.log.mldsa44 }
    expect(verifyCheckpoint(note, { origin: ORIGIN, ...keys })).toMatchObject({
      value: { size, root: rootOf(LONG.slice(0, size)) },
    })
  }
})

const carriedFrom = (serve: Serve, carried: 'author' | 'mirror' = 'author') => {
  const card = carried === 'author' ? alfa.card : watch.card
  return { requests: requestsTo(card, serve), prefix: carried === 'author' ? 'own' : 'mirror', carried }
}

test('an older folder that is carried here contradicts nothing, though it is its author’s own', async () => {
  const { log, mirror, contradictions, receipts } = await hearing(ALL, { author: down, depositary: down })
  const heard = await log.hearCarried([carriedFrom(files('own', ALL.slice(0, 4)))], [])
  expect(heard).toMatchObject({ carried: 4, entries: 0, faults: [], receipt: 'given' })
  expect([mirror.size, receipts(), contradictions]).toEqual([10, [10], []])
})

test('two logs under one name are a fork wherever the second lies, and get no receipt', async () => {
  for (const other of [
    [ALL[0] ?? entry(), entry(), entry(), entry()],
    [opening(), ...ALL.slice(1, 3)],
  ]) {
    const { log, mirror, contradictions, receipts } = await hearing(ALL.slice(0, 3), { author: down, depositary: down })
    const heard = await log.hearCarried([carriedFrom(files('own', other))], [])
    expect(heard).toMatchObject({ entries: 0, receipt: 'none' })
    expect([mirror.size, receipts(), contradictions]).toEqual([3, [], ['mirror/fork']])
  }
})

test('entries that were harmed on the way blame nobody, and what lies before them is taken under a signed head', async () => {
  const harmed = LONG.map((one, i) => (i === 600 ? entry() : one))
  const made = logFiles('own', LONG, harmed)
  made.set('own/heads/index', utf8('300\n500\n'))
  for (const size of [300, 500]) made.set(`own/heads/${size}`, checkpointOf(LONG.slice(0, size)))
  for (const [index, width] of [
    [0, 256],
    [1, 256],
    [2, 188],
  ] as const) {
    const hashes = LONG.slice(index * 256, index * 256 + width).map((one) => leafHash(one))
    made.set(`own/${tilePath(0, index, width === 256 ? undefined : width)}`, Buffer.concat(hashes))
  }
  const { log, mirror, contradictions, receipts } = await hearing(LONG.slice(0, 5), { author: down, depositary: down })
  const heard = await log.hearCarried([carriedFrom((path) => made.get(path))], [])
  expect(heard).toMatchObject({ carried: 700, entries: 495, receipt: 'given' })
  expect(heard.faults[0]?.damages).toMatchObject([{ path: 'own/tile/entries/002.p/188' }])
  expect([mirror.size, mirror.root, receipts()]).toEqual([500, rootOf(LONG.slice(0, 500)), [500]])
  expect(contradictions).toEqual([])
  // The next trip brings the whole.
  const whole = await log.hearCarried([carriedFrom(files('own', LONG))], [])
  expect([whole.entries, mirror.root, receipts()]).toEqual([200, rootOf(LONG), [500, 700]])
})

test('of neutrals only a depositary countersigns what was carried: once, and from its author’s own folder', async () => {
  const neutral = { cosignSeconds: 0, us: { party: 'watch.example', receipt: watch.receipt } }
  const observer = await hearing([], { author: down, depositary: down }, { ...neutral, role: 'observer' })
  await observer.log.hearCarried([carriedFrom(files('own', ALL))], [])
  expect([observer.mirror.size, observer.receipts()]).toEqual([10, []])
  const depositary = await hearing([], { author: down, depositary: down }, { ...neutral, role: 'depositary' })
  await depositary.log.hearCarried([carriedFrom(files('mirror', ALL), 'mirror')], [])
  expect([depositary.mirror.size, depositary.receipts()]).toEqual([10, []])
  for (let trips = 0; trips < 2; trips++) await depositary.log.hearCarried([carriedFrom(files('own', ALL))], [])
  expect(depositary.receipts()).toEqual([10])
})

test('what was carried while our own log was still compared is countersigned later, though nobody can be reached', async () => {
  let may = false
  const { log, receipts } = await hearing([], { author: down, depositary: down }, { mayCountersign: () => may })
  expect(await log.hearCarried([carriedFrom(files('own', ALL))], [])).toMatchObject({ entries: 10, receipt: 'none' })
  may = true
  await expect(log.round()).rejects.toThrow()
  expect(receipts()).toEqual([10])
})

function rootOf(entries: readonly Uint8Array[]): Uint8Array {
  const tree = new TreeFrontier()
  for (const one of entries) tree.append(leafHash(one))
  return tree.root()
}

/** Alfa's log with signed heads of these sizes on the way. */
const withHeads = (entries: readonly Uint8Array[], sizes: readonly number[]): Serve => {
  const made = logFiles('own', entries)
  made.set('own/heads/index', utf8(sizes.map((size) => `${size}\n`).join('')))
  for (const size of sizes) made.set(`own/heads/${size}`, checkpointOf(entries.slice(0, size)))
  return (path) => made.get(path)
}

test('what is over the limits of a day is left, what fits gets its receipt, and it is told once it stays so', async () => {
  const room = { entries: 4, bytes: 1_000_000 }
  const over: boolean[] = []
  const { log, mirror, receipts } = await hearing(
    ALL.slice(0, 1),
    { author: withHeads(ALL, [3, 6]), depositary: down },
    {
      room: async () => ({ entries: room.entries - (log.mirror.size - 1), bytes: room.bytes }),
      onOverLimits: (isOver) => over.push(isOver),
    },
  )
  await log.round()
  expect([mirror.size, receipts(), over]).toEqual([3, [3], []])
  await log.round()
  expect([mirror.size, receipts(), over]).toEqual([3, [3], [true]])
  room.entries = 20
  await log.round()
  expect([mirror.size, receipts(), over]).toEqual([10, [3, 10], [true, false]])
})

test('over the limits of a day a depositary gives a deposit for what fits, once, and another neutral cosigns nothing', async () => {
  const neutral = { cosignSeconds: 0, us: { party: 'watch.example', receipt: watch.receipt } }
  for (const role of ['depositary', 'observer'] as const) {
    const room = { entries: 4, bytes: 1_000_000 }
    const kinds: [number, string][] = []
    const { log } = await hearing(
      ALL.slice(0, 1),
      { author: withHeads(ALL, [3, 6]), depositary: down },
      {
        ...neutral,
        role,
        room: async () => ({ entries: room.entries - (log.mirror.size - 1), bytes: room.bytes }),
        onReceipt: ({ size, isDeposit }) => kinds.push([size, isDeposit ? 'deposit' : 'receipt']),
      },
    )
    for (let rounds = 0; rounds < 2; rounds++) await log.round()
    expect(kinds).toEqual(role === 'depositary' ? [[3, 'deposit']] : [])
    room.entries = 20
    await log.round()
    expect(kinds.at(-1)).toEqual([10, 'receipt'])
  }
})

test('room that other logs of its author took while entries were on their way is not given twice', async () => {
  const left = { entries: 9 }
  const served = withHeads(ALL, [3, 6])
  let turns = 0
  const { log, mirror, receipts } = await hearing(
    ALL.slice(0, 1),
    {
      // It answers once it has seen that all its logs were given the room of the day.
      author(path) {
        if (path.includes('entries')) left.entries = 4
        return served(path)
      },
      depositary: down,
    },
    {
      room: async () => ({ entries: left.entries - (log.mirror.size - 1), bytes: 1_000_000 }),
      inTurn(work) {
        turns++
        return work()
      },
    },
  )
  await log.round()
  expect([mirror.size, receipts(), turns]).toEqual([3, [3], 2])
})

test('parts that weigh too much for the day leave out their entry, and what comes after it', async () => {
  const part = (size: number) => ({
    ...{ role: 'text', mediaType: 'text/plain', size },
    ...{ sealed: '0'.repeat(64), commitment: '0'.repeat(64) },
  })
  const heavy = entry({ to: ['watch.example'], content: [part(1_088)] })
  const entries = [ALL[0] ?? opening(), heavy, heavy, heavy, entry()]
  const { log, mirror, receipts } = await hearing(
    entries.slice(0, 1),
    { author: withHeads(entries, [2, 3, 4]), depositary: down },
    {
      room: async () => ({ entries: 100, bytes: 2.5 * (heavy.length + 1_088) - heavy.length * (log.mirror.size - 1) }),
    },
  )
  await log.round()
  expect([mirror.size, receipts()]).toEqual([3, [3]])
})

test('a neutral that left something of an author countersigns what it took, and does not date that head anew', async () => {
  const room = { entries: 2 }
  let seconds = 1_800_000_000
  const around = { ...realSurroundings(), now: () => seconds * 1000 }
  const { log, receipts } = await hearing(
    ALL.slice(0, 1),
    { author: withHeads(ALL, [3, 6]), depositary: down },
    {
      ...{ role: 'depositary', cosignSeconds: 60, around },
      room: async () => ({ entries: room.entries - (log.mirror.size - 1), bytes: 1_000_000 }),
    },
  )
  await log.round()
  expect(receipts()).toEqual([3])
  seconds += 3_600
  await log.round()
  expect(receipts()).toEqual([3])
  room.entries = 20
  await log.round()
  seconds += 3_600
  await log.round()
  expect(receipts()).toEqual([3, 10, 10])
})

test('a sealed file longer than sealing makes it is not taken: it weighs on the day of its author no more than it names', async () => {
  const padded = 256
  const contentOf = (file: Uint8Array) => [
    { role: 'message', mediaType: 'text/plain', size: padded, sealed: sha256Of(file), commitment: '0'.repeat(64) },
  ]
  // To a party of the channel; and, void, to sixty that are none.
  const strangers = Array.from({ length: 60 }, (_, i) => `x${i + 10}.example`)
  for (const to of [['bravo.example'], ['bravo.example', ...strangers]]) {
    const [longest, longer] = [sealedBytesMax(padded, 2), sealedBytesMax(padded, 2) + 1].map((n) => new Uint8Array(n))
    for (const [file, isTaken] of [
      [longest, true],
      [longer, false],
    ] as const) {
      if (file === undefined) throw new Error()
      const log = [opening(), entry({ to, content: contentOf(file) })]
      const made = logFiles('own', log)
      made.set(`own/addenda/${sha256Of(file)}`, file)
      const { log: heard, mirror, receipts } = await hearing([], { author: (path) => made.get(path), depositary: down })
      await heard.round().catch(() => {})
      expect([mirror.size, await mirror.hasAddendum(sha256Of(file)), receipts()]).toEqual([
        2,
        isTaken,
        isTaken ? [2] : [],
      ])
    }
  }
})

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
