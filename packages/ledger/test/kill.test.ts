import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ed25519, mldsa44 } from '@countersign/log'
import { afterAll, expect, test } from 'vitest'
import { auditLog, logFolder, nodeDisk, openOwnLog } from '../src/index.ts'

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url))
const ORIGIN = `alfa.example/${'a'.repeat(32)}/main/${'b'.repeat(16)}`
/**
 * Calls that are struck one by one (crash.test.ts) and many writers at once on the modelled disk (power-cut.test.ts) show
 * most of it. Only here real processes write at once, end at any moment, also between two calls, and find again and again
 * what the one before left; a few lives of one log show that, the nightly run many.
 */
const ROUNDS = process.env.COUNTERSIGN_NIGHTLY === undefined ? 24 : 2000
const seed = (n: number) => new Uint8Array(32).fill(n)
const signers = { ed25519: ed25519.signer(seed(1)), mldsa44: mldsa44.signer(seed(2)) }
const keys = { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey }
const dir = mkdtempSync(join(tmpdir(), 'countersign-kill-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Starts the writer, ends it with -9 after `ms` of work, and gives what it had acknowledged. */
function writeUntilKilled(round: number, ms: number): Promise<Map<number, string>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRITER, dir, ORIGIN, String(round)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stderr.on('data', (chunk) => (err += chunk))
    child.stdout.on('data', (chunk) => {
      if (out === '') setTimeout(() => child.kill('SIGKILL'), ms)
      out += chunk
    })
    child.on('exit', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(err))
      // The last line may be cut off: it was acknowledged, and not told whole.
      const lines = out.split('\n').slice(0, -1)
      const acknowledged = new Map<number, string>()
      for (const line of lines) {
        const match = /^([0-9]+) ([0-9a-f]{64})$/.exec(line)
        if (match?.[2] !== undefined) acknowledged.set(Number(match[1]), match[2])
      }
      return resolve(acknowledged)
    })
  })
}

test(`a writer ended with -9 ${ROUNDS} times at random moments loses nothing it acknowledged`, {
  timeout: 1_800_000,
}, async () => {
  const all = new Map<number, string>()
  for (let round = 0; round < ROUNDS; round++) {
    // Moments spread evenly over what a batch, its sync and its publishing take.
    const ms = (round * 7919) % 61
    for (const [index, digest] of await writeUntilKilled(round, ms)) {
      expect(all.has(index), `entry ${index} was acknowledged twice`).toBe(false)
      all.set(index, digest)
    }
  }
  expect(all.size).toBeGreaterThan(ROUNDS)
  const opened = await openOwnLog({ disk: nodeDisk(), dir, origin: ORIGIN, signers })
  if (!opened.ok) throw new Error(opened.message)
  const log = opened.value
  let index = 0
  let found = 0
  for await (const entry of log.entries(0, log.size)) {
    const digest = all.get(index++)
    if (digest === undefined) continue
    expect(createHash('sha256').update(entry).digest('hex')).toBe(digest)
    found++
  }
  expect(found).toBe(all.size)
  await log.published()
  await log.close()
  const audit = await auditLog({ disk: nodeDisk(), folder: logFolder(dir, ORIGIN), origin: ORIGIN, keys })
  expect(audit.findings).toEqual([])
  expect(audit.size).toBe(log.size)
})
