// A witness that is ended with -9 amid many requests at once, each for another branch of one log, has cosigned one history.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { originHash } from '@countersign/ledger'
import { type KeyPair, toHex, verifyCosignatures } from '@countersign/log'
import { afterAll, expect, test } from 'vitest'
import { SampleLog, signersOf } from '../../log/test/sample-log.ts'
import { initWitness, policyFile } from '../src/index.ts'

const PROCESS = fileURLToPath(new URL('./process.ts', import.meta.url))
const NAME = 'witness.example/w1'
const ORIGIN = 'log.example/one'
const ROUNDS = process.env.COUNTERSIGN_NIGHTLY === undefined ? 16 : 1_000
const BRANCHES = 12
const dir = mkdtempSync(join(tmpdir(), 'countersign-witness-kill-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Running {
  child: ChildProcess
  url: string
  exited: Promise<unknown>
}

async function start(): Promise<Running> {
  const child = spawn(process.execPath, [PROCESS, dir], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    let [out, err] = ['', '']
    child.stderr.on('data', (chunk) => (err += chunk))
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (out.endsWith('\n')) resolve(out.trim())
    })
    child.once('exit', () => reject(new Error(err)))
  })
  return { child, url, exited }
}

/** Every cosignature that anybody was shown: the root of each size. Two roots of one size end the test. */
class Shown {
  readonly roots = new Map<number, string>()
  private readonly keys: KeyPair

  constructor(keys: KeyPair) {
    this.keys = keys
  }

  note(bytes: Uint8Array): { size: number; time: number; root: string } {
    const verified = verifyCosignatures(bytes, NAME, this.keys)
    if (!verified.ok) throw new Error(verified.message)
    const { size, time } = verified.value
    const root = toHex(verified.value.root)
    expect(this.roots.get(size) ?? root, `two roots of ${size}`).toBe(root)
    this.roots.set(size, root)
    return { size, time, root }
  }
}

test(`ended with -9 ${ROUNDS} times amid requests for many branches, it has cosigned one history`, {
  timeout: 1_800_000,
}, async () => {
  const made = await initWitness(dir, NAME, (bytes) => randomBytes(bytes))
  if (!made.ok) throw new Error(made.message)
  const [four, six] = made.value.keys
  if (four === undefined || six === undefined) throw new Error('A witness has two keys.')
  const shown = new Shown({ ed25519: four.publicKey, mldsa44: six.publicKey })
  /** The history that the witness holds, and what was sent to it since. */
  let trunk = new SampleLog(ORIGIN, signersOf(1)).grow(1)
  let branches: SampleLog[] = []
  let time = 0
  writeFileSync(policyFile(dir), `${trunk.policyLines()}quorum none\n`)

  /** What it says that it cosigned last: never before what it said earlier, and something that it was sent. */
  const follow = async (url: string): Promise<number> => {
    const held = await fetch(`${url}${originHash(ORIGIN)}/checkpoint`)
    if (held.status === 404) return 0
    const head = shown.note(Buffer.from(await held.arrayBuffer()))
    expect(head.time).toBeGreaterThanOrEqual(time)
    expect(head.size).toBeGreaterThanOrEqual(Math.max(...shown.roots.keys()))
    time = head.time
    const sent = [trunk, ...branches].find(
      (one) => one.size >= head.size && toHex(one.at(head.size).root) === head.root,
    )
    if (sent === undefined) throw new Error('The witness holds a tree that nobody sent.')
    trunk = sent.upTo(head.size)
    return head.size
  }

  let killedAmid = 0
  for (let round = 0; round < ROUNDS; round++) {
    const { child, url, exited } = await start()
    const from = await follow(url)
    branches = Array.from({ length: BRANCHES }, (_, i) => trunk.fork().grow(1 + (i % 3), `${round} ${i}`))
    let answered = 0
    const answer = () => {
      if (answered++ === round % (2 * BRANCHES)) setTimeout(() => child.kill('SIGKILL'), (round * 7) % 5)
    }
    const asked = branches.map(async (branch) => {
      for (let old = from; ; branch.grow(1, `${round} more`)) {
        const size = branch.size
        const body = Uint8Array.from(branch.request(old, size))
        const got = await fetch(`${url}add-checkpoint`, { method: 'POST', body })
        const lines = Buffer.from(await got.arrayBuffer())
        if (got.status === 200) shown.note(Buffer.concat([branch.note(size), lines]))
        answer()
        if (got.status !== 200) return
        old = size
      }
    })
    const ends = await Promise.allSettled(asked)
    child.kill('SIGKILL')
    await exited
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(TypeError)
    if (ends.some(({ status }) => status === 'rejected')) killedAmid++
  }
  expect(killedAmid).toBeGreaterThan(ROUNDS / 2)
  expect(shown.roots.size).toBeGreaterThan(ROUNDS / 2)

  const { child, url, exited } = await start()
  const size = await follow(url)
  for (const [one, root] of shown.roots) {
    expect(one).toBeLessThanOrEqual(size)
    expect(toHex(trunk.at(one).root), `what was cosigned at ${one} is of another history`).toBe(root)
  }
  child.kill('SIGKILL')
  await exited
})
