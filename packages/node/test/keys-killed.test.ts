// A change of keys that is ended with -9 at its every step: the next start has the old card wholly, or the new one wholly.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtProcess } from '../../../tools/built-process/index.ts'
import { auditNode } from '../src/audit.ts'
import { initNode } from '../src/keys/identity.ts'
import { TrustedCards } from '../src/keys/trust.ts'
import { Node } from '../src/node.ts'
import { realSurroundings } from '../src/surroundings.ts'
import { value } from './served-files.ts'

const SOURCE = fileURLToPath(new URL('./changing-keys.ts', import.meta.url))
let built: string
const DEMO = readFileSync(new URL('../../../agreements/demo.yaml', import.meta.url), 'utf8')
/** Of the steps of one change, how many are tried in an ordinary run; in the nightly one all are. */
const TRIED = Number(process.env.COUNTERSIGN_STEPS ?? (process.env.COUNTERSIGN_NIGHTLY === undefined ? 6 : 10_000))
/** Everybody answers at once, and holds nothing. */
const around = { ...realSurroundings(), fetch: async () => new Response(null, { status: 404 }) }

const root = mkdtempSync(join(tmpdir(), 'countersign-keys-killed-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const base = join(root, 'alfa')

/** A node with an agreement proposed, so that it has two logs. */
beforeAll(async () => {
  built = await builtProcess(SOURCE, join(root, 'built'))
  const made = []
  for (const name of ['alfa', 'bravo', 'watch']) {
    const [dir, party, neutral] = [join(root, name), `${name}.example`, name === 'watch']
    made.push(value(await initNode({ dir, party, endpoint: `https://${party}/`, neutral }, around)))
  }
  const [alfa, ...others] = made
  if (alfa === undefined) throw new Error('There are three.')
  const trusted = await TrustedCards.open(alfa, around.disk)
  for (const { card } of others) value(await trusted.add(card.bytes, Date.now()))
  const node = value(await Node.open(base, around))
  value(await node.proposePact(DEMO))
  await node.stop()
}, 120_000)

const change = (dir: string, what: string, killAt: number) =>
  spawnSync(process.execPath, [built, dir, what, String(killAt)], { encoding: 'utf8' })

async function opened(dir: string): Promise<Node> {
  const node = value(await Node.open(dir, around))
  for (let i = 0; i < 600 && !node.health().ready; i++) await new Promise((resolve) => setTimeout(resolve, 50))
  return node
}

/** Until each log speaks with the card that the node has, which comes after the logs may be signed. */
async function upToDate(node: Node): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const { logs, waiting } = await node.keyStatus()
    const left = existsSync(join(node.dir, 'private', 'key-request.json'))
    if (!waiting && !left && logs.length === 2 && logs.every((log) => log.upToDate)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Not up to date: ${JSON.stringify(await node.keyStatus())}`)
}

test.each(['roles', 'stolen'])(
  'keys are changed (%s) and the process is killed at a step',
  {
    timeout: 3_600_000,
  },
  async (what) => {
    const whole = join(root, `whole-${what}`)
    cpSync(base, whole, { recursive: true })
    const { stdout, stderr } = change(whole, what, -1)
    const steps = Number(stdout)
    expect(steps, stderr).toBeGreaterThan(20)
    let before: number | undefined
    const every = Math.max(1, Math.floor(steps / TRIED))
    for (let at = 0; at < steps; at += every) {
      const dir = join(root, `${what}-${at}`)
      cpSync(base, dir, { recursive: true })
      const ended = change(dir, what, at)
      // What goes on beside a change has a step more in one run than in another: only the last few may not be reached.
      if (ended.signal === null)
        expect({ at: at >= steps - 4, done: Number(ended.stdout) <= at }).toEqual({ at: true, done: true })
      else expect(ended, `step ${at} of ${steps}`).toMatchObject({ signal: 'SIGKILL' })
      let node = await opened(dir)
      await upToDate(node)
      const status = await node.keyStatus()
      // Once a step is behind the decision, all that follow are.
      expect(status.serial, `step ${at} of ${steps}`).toBeGreaterThanOrEqual(before ?? 1)
      before = status.serial
      const isNew = status.serial === 2
      expect(status.cards.map(({ serial }) => serial)).toEqual(isNew ? [1, 2] : [1])
      expect(readdirSync(join(dir, 'cards')).length).toBe(isNew ? 4 : 3)
      expect(status.notices).toHaveLength(isNew && what === 'stolen' ? 1 : 0)
      expect(existsSync(join(dir, 'private', 'key-request.json'))).toBe(false)
      await node.settled()
      expect((await node.views.statistics()).void).toBe(0)
      expect(
        (await node.status()).alarms.map(({ code }) => code).filter((code) => /two-cards|two-roots|failed/.test(code)),
      ).toEqual([])

      // It can be changed again, whichever speaks, and the next start has that.
      expect(value(await node.rotateKeys({}))).toMatchObject({ state: 'accepted', serial: status.serial + 1 })
      await node.stop()
      node = await opened(dir)
      await upToDate(node)
      expect((await node.keyStatus()).serial).toBe(status.serial + 1)
      await node.stop()
      expect(value(await auditNode(dir, around, { views: true })), `step ${at} of ${steps}`).toMatchObject({
        ...{ findings: [], views: 'equal' },
      })
      rmSync(dir, { recursive: true })
    }
    expect(before).toBe(2)
  },
)
