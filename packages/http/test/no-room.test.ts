// A whole node on a disk of its own that is really full: what it refuses, in which words, and what it goes on doing.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyCheckpoint } from '@countersign/log'
import { auditNode, loadIdentity, realSurroundings, signRequest } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, type Parties, startParties, until, value } from './parties.ts'

const mountPoint = mkdtempSync(join(tmpdir(), 'countersign-small-'))
const mounted = mount()
let parties: Parties

function mount(): boolean {
  try {
    execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', mountPoint], { stdio: 'ignore' })
    return true
  } catch {
    // Only some users may mount one; full-disk.test.ts hands in a disk that says it is full.
    return false
  }
}

beforeAll(async () => {
  if (mounted) parties = await startParties({ alfaDir: join(mountPoint, 'alfa.example') })
})
afterAll(async () => {
  await parties?.close()
  if (mounted) execFileSync('/usr/bin/umount', [mountPoint])
  rmSync(mountPoint, { recursive: true, force: true })
})

/** Takes all room there is, to the last byte. */
function fill() {
  const path = join(mountPoint, 'ballast')
  const file = openSync(path, 'w')
  for (let step = 1 << 20; step >= 1; ) {
    try {
      writeSync(file, Buffer.alloc(step))
    } catch {
      step >>= 1
    }
  }
  closeSync(file)
  return {
    giveOnePage: () => truncateSync(path, statSync(path).size - 4096),
    giveAll: () => unlinkSync(path),
  }
}

const call = (subject: string) => ({
  pact: parties.pact,
  type: 'hotline/message',
  body: { precedence: 'FLASH' },
  content: [
    {
      role: 'message',
      mediaType: MESSAGE_MEDIA_TYPE,
      bytes: new TextEncoder().encode(JSON.stringify({ subject, text: 'Please look.' })),
    },
  ],
  account: 'test',
})

test.skipIf(!mounted)('a node without room says why it cannot append, and goes on serving what it holds', async () => {
  const { alfa, bravo } = parties
  const before = value(await alfa.node.say(call('Before')))
  const asked = value(await bravo.node.say(call('Are you there?')))
  if (before.state !== 'said' || asked.state !== 'said') throw new Error('It was held here.')
  await delivered(alfa.node, before.record)
  await until('the call to be heard', async () => (await alfa.node.views.record(asked.record)) !== undefined)
  const { number } = (await alfa.node.views.record(asked.record))?.row.body as { number: number }
  const ballast = fill()

  // Content finds no room first: nothing was said, and the log is as it was.
  expect(await alfa.node.say(call('No room'))).toMatchObject({
    ok: false,
    code: 'ledger/disk-full',
    message: expect.stringContaining('The disk is full.'),
  })
  // What has no content comes as far as the journal, once there is room for what the node keeps of its own about it.
  const ack = { pact: parties.pact, type: 'hotline/ack', body: { number }, re: [asked.record], account: 'test' }
  let refused = await alfa.node.say(ack)
  for (let pages = 0; !refused.ok && refused.code === 'ledger/disk-full' && pages < 64; pages++) {
    ballast.giveOnePage()
    refused = await alfa.node.say(ack)
  }
  expect(refused).toMatchObject({ ok: false, code: 'ledger/stopped' })
  expect(refused.ok ? '' : refused.message).toMatch(
    /the disk is full.*may have been kept.*[Mm]ake room.*start the node/,
  )
  expect(await alfa.node.say(ack)).toMatchObject({ ok: false, code: 'node/not-ready' })
  const status = await alfa.node.status()
  expect(status.pacts[0]?.channels.find(({ name }) => name === 'line')?.state).toBe('stopped')
  expect(status.alarms.find(({ code }) => code === 'ledger/stopped')?.message).toContain('the disk is full')

  // It serves: its log and its content to its peer, its records to its officers, objects to its tools.
  const reader = value(await loadIdentity(bravo.dir))
  const get = (path: string) => {
    const url = new URL(path, alfa.url).href
    const nonce = randomBytes(18).toString('base64url')
    const headers = signRequest(
      { method: 'GET', url, nowMs: Date.now(), nonce },
      { party: reader.party, signer: reader.keys.request },
    )
    return fetch(url, { headers })
  }
  const origin = before.record.split('#')[0] ?? ''
  const served = await get(`logs/${origin.split('/').slice(1).join('/')}/checkpoint`)
  const keys = reader === undefined ? undefined : alfa.node.card.keys.log
  const head = verifyCheckpoint(new Uint8Array(await served.arrayBuffer()), {
    origin,
    ed25519PublicKey: keys?.ed25519 ?? new Uint8Array(),
    mldsa44PublicKey: keys?.mldsa44 ?? new Uint8Array(),
  })
  expect(value(head).size).toBeGreaterThan(Number(before.record.split('#')[1]))
  expect((await alfa.node.views.record(before.record))?.row.title).toBe('Before')
  const authorization = `Basic ${btoa(`${alfa.taxii.user}:${alfa.taxii.password}`)}`
  const accept = 'application/taxii+json;version=2.1'
  expect((await fetch(new URL('taxii2/', alfa.url), { headers: { authorization, accept } })).status).toBe(200)
  // And its peers go on without it.
  const meanwhile = value(await bravo.node.say(call('Meanwhile')))
  if (meanwhile.state !== 'said') throw new Error('It was held here.')
  await until('the alarm that it hears nothing', async () =>
    (await alfa.node.status()).alarms.some(({ code }) => code === 'ledger/mirror-failing'),
  )

  ballast.giveAll()
  await alfa.restart()
  await until('alfa to be ready', () => alfa.node.health().ready)
  expect((await alfa.node.status()).alarms.map(({ code }) => code)).not.toContain('ledger/stopped')
  const again = value(await alfa.node.say(call('Room again')))
  if (again.state !== 'said') throw new Error('It was held here.')
  await delivered(alfa.node, again.record)
  await until('what was said meanwhile', async () => (await alfa.node.views.record(meanwhile.record)) !== undefined)
  await alfa.stop()
  expect(value(await auditNode(alfa.dir, realSurroundings(), { views: true })).findings).toEqual([])
  await alfa.start()
})
