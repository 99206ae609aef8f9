// Whatever of the gate breaks, nothing leaves: every look at the rules, and every access to the private copies that are
// judged and said, is broken in turn under a real node, and then the same share is said whole.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Disk } from '@countersign/ledger'
import { realSurroundings } from '@countersign/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesInput, type Parties, startParties, until, value } from './parties.ts'

/** Which access is broken, counted from the beginning of a share; none while undefined. */
let broken: number | undefined
let accesses = 0
function access(path: string): void {
  if (!/\/(?:rules|spool)(?:\/|$)/.test(path)) return
  if (accesses++ === broken) throw Object.assign(new Error(`EIO: ${path}`), { code: 'EIO' })
}

function breaking(disk: Disk): Disk {
  return {
    ...disk,
    read: async (path) => (access(path), disk.read(path)),
    list: async (path) => (access(path), disk.list(path)),
    remove: async (path) => (access(path), disk.remove(path)),
    open: async (path) => {
      access(path)
      const file = await disk.open(path)
      return {
        ...file,
        read: async (position, length) => (access(path), file.read(position, length)),
        write: async (bytes, position) => (access(path), file.write(bytes, position)),
      }
    },
  }
}

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
  const around = realSurroundings()
  await parties.alfa.restart({ ...around, disk: breaking(around.disk) })
})
afterAll(() => parties.close())

test('nothing leaves where any access to the rules or to what is judged fails, and all of it once none does', async () => {
  const { alfa, pact } = parties
  const rules = join(alfa.dir, 'rules')
  mkdirSync(join(rules, 'lists'), { recursive: true })
  writeFileSync(join(rules, 'lists', 'own.txt'), '192.0.2.0/24')
  writeFileSync(
    join(rules, 'house.cedar'),
    `@id("own") forbid (principal, action, resource) when { resource.lists.contains("own") };
     @id("cases") @redact("x_case") forbid (principal, action, resource);`,
  )
  const id = 'ipv4-addr--00000000-0000-4000-8000-000000000001'
  const text = `{"objects":[{"type":"ipv4-addr","spec_version":"2.1","id":"${id}","value":"198.51.100.1","x_case":"17"}]}`
  const share = () => {
    accesses = 0
    return alfa.node.share({ pact, account: 'test', input: bytesInput(Buffer.from(text)) })
  }
  const said = async () => {
    await alfa.node.settled()
    return value(await alfa.node.views.records({ pact, party: alfa.party, type: 'intel/share' })).total
  }
  // Until the start-up check is over a share is kept under another name.
  await until('alfa to speak again', async () => {
    const { pacts } = await alfa.node.status()
    return pacts.every(({ channels }) => channels.every(({ state }) => state === 'ready'))
  })
  for (broken = 0; ; broken++) {
    const shared = await share().catch((cause: Error) => cause)
    if (accesses <= broken) break
    expect(shared).not.toMatchObject({ ok: true })
    expect(await said()).toBe(0)
  }
  // The rules of three scopes with their terms, the lists, and two private copies written and read.
  expect(accesses).toBeGreaterThan(15)
  await until('it to be shown', async () => (await said()) === 1)
})
