// A witness on a disk that loses power, is killed, or fails, at any call: whatever it ever answered is of one history.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { originHash } from '@countersign/ledger'
import { type KeyPair, toHex, verifyCosignatures } from '@countersign/log'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fault, PowerCutDisk, PowerIsCut, randomOf } from '../../ledger/test/power-cut.ts'
import { SampleLog, signersOf } from '../../log/test/sample-log.ts'
import { initWitness, loadWitness, policyFile, Witness } from '../src/index.ts'

const NAME = 'witness.example/w1'
const SEEDS = process.env.COUNTERSIGN_NIGHTLY === undefined ? 60 : 3_000
const LIVES = 5
const dir = mkdtempSync(join(tmpdir(), 'countersign-witness-power-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const base = new SampleLog('log.example/one', signersOf(1)).grow(1)

/** A machine with the folder of a witness, as `init` leaves it. */
async function prepared(seed: number): Promise<PowerCutDisk> {
  const machine = new PowerCutDisk(randomOf(seed))
  await machine.disk.makeFolder(join(dir, 'private'), true)
  await machine.disk.makeFolder(join(dir, 'logs'), true)
  await machine.disk.replace(policyFile(dir), Buffer.from(`${base.policyLines()}quorum none\n`), true)
  return machine.afterCut()
}

/** One witness through several lives, each ended by a fault or by its owner. */
async function lives(seed: number): Promise<{ answered: number; struck: number }> {
  const random = randomOf(seed)
  const below = (count: number) => Math.floor(random() * count)
  const fault = (): Fault => ({
    at: below([6, 20, 60][below(3)] ?? 60),
    kind: (['cut', 'kill', 'fail'] as const)[below(3)] ?? 'cut',
  })
  let machine = await prepared(seed)

  let trunk = base
  let now = 1_800_000_000
  const sent: SampleLog[] = [base]
  const shown: { size: number; root: string; time: number }[] = []
  let struck = 0
  for (let life = 0; life < LIVES; life++) {
    machine = below(2) === 0 ? machine.afterCut([fault()]) : machine.afterKill([fault()])
    const show = (note: Uint8Array) => {
      const verified = verifyCosignatures(note, NAME, keys)
      if (!verified.ok) throw new Error(verified.message)
      const { size, root, time } = verified.value
      shown.push({ size, root: toHex(root), time })
    }
    await live(
      machine,
      () => (now += below(3)),
      async (witness) => {
        const held = await witness.checkpoint(originHash(base.origin))
        if (held.status === 200) show(Buffer.from(held.body))
        // What is asked goes on from what is known to be cosigned, as an honest log would.
        const last = shown.at(-1)
        trunk = sent.find((one) => last !== undefined && holds(one, last))?.upTo(last?.size ?? 1) ?? base
        const branches = Array.from({ length: 1 + below(4) }, (_, i) => trunk.fork().grow(1 + below(3), `${life} ${i}`))
        sent.push(...branches)
        const ends = await Promise.allSettled(
          branches.map(async (branch) => {
            for (const old of [trunk.size, 0]) {
              const size = branch.size
              const answer = await witness.addCheckpoint(branch.request(old, size))
              if (answer.status === 200) show(Buffer.concat([branch.note(size), Buffer.from(answer.body)]))
            }
          }),
        )
        for (const end of ends) if (end.status === 'rejected') endedByFault(end.reason)
      },
    )
    if (machine.struck) struck++
  }

  machine = machine.afterCut()
  const witness = await Witness.open(dir, { disk: machine.disk, now: () => now, report: () => undefined })
  if (!witness.ok) throw new Error(witness.message)
  const conflict = await witness.value.addCheckpoint(base.fork().grow(40, 'nobody’s').request(1))
  const held = conflict.status === 409 ? Number(conflict.body) : 0
  for (const [i, one] of shown.entries()) {
    expect(one.size, `seed ${seed}: the witness forgot what it cosigned`).toBeLessThanOrEqual(held)
    expect(one.time).toBeGreaterThanOrEqual(shown[i - 1]?.time ?? 0)
  }
  const history = sent.some((log) => shown.every((one) => holds(log, one)))
  expect(shown.length === 0 || history, `seed ${seed}: two histories were cosigned`).toBe(true)
  await witness.value.close()
  return { answered: shown.length, struck }
}

async function live(
  machine: PowerCutDisk,
  now: () => number,
  work: (witness: Witness) => Promise<void>,
): Promise<void> {
  try {
    const witness = await Witness.open(dir, { disk: machine.disk, now, report: () => undefined })
    if (!witness.ok) throw new Error(witness.message)
    await work(witness.value)
    await witness.value.close()
  } catch (cause) {
    endedByFault(cause)
  }
}

function holds(log: SampleLog, { size, root }: { size: number; root: string }): boolean {
  return log.size >= size && toHex(log.at(size).root) === root
}

/** Anything else is a defect, and ends the test. */
function endedByFault(cause: unknown): void {
  if (cause instanceof PowerIsCut || (cause instanceof Error && /EIO|ENOSPC|killed|cut|fault/i.test(cause.message)))
    return
  throw cause
}

let keys: KeyPair
beforeAll(async () => {
  const made = await initWitness(dir, NAME, (bytes) => randomBytes(bytes))
  const identity = made.ok ? await loadWitness(dir) : made
  if (!identity.ok) throw new Error(identity.message)
  const [four, six] = identity.value.keys
  if (four === undefined || six === undefined) throw new Error('A witness has two keys.')
  keys = { ed25519: four.publicKey, mldsa44: six.publicKey }
})

test(`${SEEDS} seeded witnesses on a disk that fails at any call cosign one history each, and forget nothing`, {
  timeout: 3_600_000,
}, async () => {
  let [answered, struck] = [0, 0]
  for (let seed = 1; seed <= SEEDS; seed++) {
    const lived = await lives(seed)
    answered += lived.answered
    struck += lived.struck
  }
  expect(answered).toBeGreaterThan(SEEDS)
  expect(struck).toBeGreaterThan(SEEDS)
})

test('what a failed sync left on the disk is kept anew before the next run shows it to anyone', async () => {
  let shown = 0
  for (let seed = 1; seed <= 40; seed++) {
    const grown = base.fork().grow(3)
    const hash = originHash(base.origin)
    const secondLife = async (faults: Fault[]) => {
      const first = await prepared(seed)
      await live(
        first,
        () => 1_800_000_000,
        async (witness) => {
          expect(await witness.addCheckpoint(base.request(0))).toMatchObject({ status: 200 })
        },
      )
      const second = first.afterKill(faults)
      await live(
        second,
        () => 1_800_000_001,
        async (witness) => {
          expect(await witness.addCheckpoint(grown.request(1))).toMatchObject({
            status: faults.length === 0 ? 200 : 500,
          })
        },
      )
      return second
    }
    // The new state has its name, and the last sync, which is to make that durable, fails.
    const { trace } = await secondLife([])
    const failing = await secondLife([
      { at: trace.findLastIndex((call) => call.startsWith('syncFolder')), kind: 'fail' },
    ])
    const next = failing.afterKill()
    let size = 0
    await live(
      next,
      () => 1_800_000_002,
      async (witness) => {
        const answer = await witness.checkpoint(hash)
        size = Number(answer.body.split('\n')[1])
      },
    )
    if (size === grown.size) shown++
    await live(
      next.afterCut(),
      () => 1_800_000_003,
      async (witness) => {
        const answer = await witness.checkpoint(hash)
        expect(Number(answer.body.split('\n')[1]), `seed ${seed}`).toBeGreaterThanOrEqual(size)
      },
    )
  }
  expect(shown).toBeGreaterThan(0)
})
