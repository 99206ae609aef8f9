// A whole day of the public client of the standard's authors against a real server, as far as a reading of its source
// goes (reference-client.ts): so also where its Python package is not installed (taxii2client.test.ts).

import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRight } from '../src/taxii/rights.ts'
import { type Parties, startParties, until, value } from './parties.ts'
import { ApiRoot, asPages, Collection, Connection, Server } from './reference-client.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

const idOf = (n: number) => `tool--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const tool = (n: number, modified = '2026-02-01T00:00:00.000Z') => ({
  ...{
    type: 'tool',
    spec_version: '2.1',
    id: idOf(n),
    created: '2026-02-01T00:00:00.000Z',
    modified,
    name: `tool ${n}`,
  },
})
const idsIn = (envelope: Record<string, unknown>) =>
  ((envelope['objects'] ?? []) as { id: string }[]).map(({ id }) => id)

async function collectionsOf(auth: ConstructorParameters<typeof Connection>[0], party = parties.alfa) {
  const connection = new Connection(auth)
  const server = await new Server(`${party.url}taxii2/`, connection).refresh()
  expect(server.default).toBeInstanceOf(ApiRoot)
  expect(await server.default?.information()).toMatchObject({ versions: ['application/taxii+json;version=2.1'] })
  const collections = (await server.default?.collections()) ?? []
  const [inbox, outbox] = collections
  if (!(inbox instanceof Collection) || !(outbox instanceof Collection)) throw new Error('There are two collections.')
  return { connection, root: server.default as ApiRoot, inbox, outbox }
}

test('it finds its way from the discovery, adds and waits for the status, reads one, all, by pages, the manifest and versions', async () => {
  const { outbox, root } = await collectionsOf(parties.alfa.taxii)
  const objects = Array.from({ length: 23 }, (_, n) => tool(n))
  const status = await outbox.addObjects(JSON.stringify({ objects }), 20)
  expect(status.info).toMatchObject({ status: 'complete', success_count: 23, failure_count: 0 })
  expect((await root.status(String(status.info['id']))).info).toEqual(status.info)
  expect(idsIn(await outbox.getObjects())).toEqual(objects.map(({ id }) => id))
  expect(idsIn(await outbox.getObject(idOf(7)))).toEqual([idOf(7)])
  await outbox.addObjects(JSON.stringify({ objects: [tool(7, '2026-03-01T00:00:00.000Z')] }), 20)
  expect(await outbox.objectVersions(idOf(7))).toMatchObject({
    versions: ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  })
  for (const get of [outbox.getObjects, outbox.getManifest]) {
    const met: string[] = []
    for await (const page of asPages(get, 5, { type: ['tool', 'malware'], version: 'all' })) met.push(...idsIn(page))
    expect(met).toEqual([...objects.map(({ id }) => id), idOf(7)])
  }
})

test('what is refused comes to it as a status that it takes, with each object in it', async () => {
  const { outbox } = await collectionsOf(parties.alfa.taxii)
  const other = { ...tool(3), name: 'another content' }
  const { info } = await outbox.addObjects(JSON.stringify({ objects: [tool(60), other] }), 20)
  expect(info).toMatchObject({ status: 'complete', total_count: 2, failure_count: 2 })
  expect(info['failures']).toMatchObject([
    { id: idOf(60) },
    { id: idOf(3), message: expect.stringContaining('Another content') },
  ])
})

test('with its token authentication it polls the other side by added_after, and removes there what it does not want', async () => {
  const { bravo } = parties
  const rights = ['read:inbox', 'write:inbox', 'read:outbox'].map((text) => value(parseRight(text)))
  const { password } = value(bravo.accounts.tools.add('poller', rights))
  const { inbox } = await collectionsOf({ key: password }, bravo)
  const met = new Set<string>()
  let after = '1970-01-01T00:00:00Z'
  await until('all to arrive', async () => {
    const manifest = await inbox.getManifest({ added_after: after, version: 'all', limit: 4 })
    const records = (manifest['objects'] ?? []) as { id: string; version: string; date_added: string }[]
    for (const { id, version } of records) {
      expect(met).not.toContain(`${id} ${version}`)
      met.add(`${id} ${version}`)
    }
    after = records.at(-1)?.date_added ?? after
    return met.size === 24
  })
  await inbox.deleteObject(idOf(9))
  await expect(inbox.getObject(idOf(9))).rejects.toThrow('404')
})
