// What the demonstration does once: keys, cards, an agreement, a campaign shared and a call on the line. Everything
// goes the way it would go between real parties; only the comparing of words is left to nobody.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fromBase64, toBase64 } from '@countersign/log'
import { initNode, loadMember, realSurroundings, TrustedCards } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { must, Refused } from '../output.ts'
import type { DemoNode, Login, Member } from './members.ts'

const AGREEMENT = new URL('../../../../agreements/demo.yaml', import.meta.url)
const CAMPAIGN = new URL('../../../../examples/data/campaign-2015.json', import.meta.url)
const WAIT_MS_MAX = 120_000

export async function makeNodes(members: readonly Member[]): Promise<Record<string, Login>> {
  const around = realSurroundings()
  const logins: Record<string, Login> = {}
  for (const { party, name, neutral, dir, port } of members) {
    const endpoint = `http://127.0.0.1:${port}/`
    must(await initNode({ dir, party, name, neutral, endpoint }, around))
    const accounts = await (await import('@countersign/http')).openAccounts(dir, endpoint)
    const officer = { email: `duty@${party}`, password: randomBytes(9).toString('base64url') }
    must(await accounts.addOfficer(officer.email, `Duty officer of ${name}`, officer.password))
    logins[party] = { officer, ...(neutral ? {} : { taxii: must(accounts.tools.add('demo')) }) }
    accounts.close()
  }
  for (const { dir } of members) {
    const trusted = await TrustedCards.open(must(loadMember(dir)), around.disk)
    for (const other of members) {
      if (other.dir !== dir) must(await trusted.add(must(loadMember(other.dir)).card.bytes, around.now()))
    }
  }
  return logins
}

/** Proposed by the first, served by the neutral, signed by both parties. Gives the agreement's id once it is in force. */
export async function signAgreement(nodes: readonly DemoNode[]): Promise<string> {
  const [proposer] = nodes
  if (proposer === undefined) throw new Error('A demonstration has nodes.')
  const proposed = must(await proposer.client.propose(readFileSync(AGREEMENT, 'utf8')))
  const invitation = toBase64(fromBase64(proposed.invitation) ?? new Uint8Array())
  for (const { client } of [...nodes.filter(({ neutral }) => neutral), ...nodes.filter(({ neutral }) => !neutral)]) {
    must(await client.sign({ invitation }))
  }
  await until('the agreement to enter into force', async () => {
    for (const { client, neutral } of nodes) {
      const pact = must(await client.pacts()).find(({ id }) => id === proposed.pact)
      if (!neutral && pact?.channels.every(({ force }) => force !== null) !== true) return false
    }
    return true
  })
  return proposed.pact
}

/** Resolves once the share is delivered: countersigned by its recipient. */
export async function sayFirstRecords([alfa, bravo]: readonly DemoNode[], pact: string): Promise<void> {
  if (alfa === undefined || bravo === undefined) throw new Error('A demonstration has two parties.')
  const shared = must(await alfa.client.share({ pact, marking: { tlp: 'TLP:AMBER' } }, readFileSync(CAMPAIGN)))
  const message = {
    subject: 'Campaign against ministries: please look at your mail relays',
    text: 'We have shared what we hold on it. The documents were still being sent this morning; please tell us by this line whether you see them.',
  }
  const called = must(
    await alfa.client.say({
      pact,
      type: 'hotline/message',
      marking: { tlp: 'TLP:AMBER' },
      body: { precedence: 'PRIORITY', clause: '3' },
      content: [
        { role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: new TextEncoder().encode(JSON.stringify(message)) },
      ],
    }),
  )
  if (called.state !== 'said')
    throw new Refused({ code: 'demo/not-said', message: 'The call could not be said; start anew with --fresh.' })
  for (const record of [...shared.records, called.record]) {
    await until(`${record} to be delivered`, async () => {
      const detail = await alfa.client.record(record)
      return detail.ok && detail.value.row.state === 'delivered'
    })
  }
  await until('bravo to read the call', async () => {
    const detail = await bravo.client.record(called.record)
    return detail.ok && detail.value.row.title !== null
  })
  const acknowledged = must(await bravo.client.record(called.record))
  const { number } = acknowledged.row.body as { number: number }
  must(await bravo.client.say({ pact, type: 'hotline/ack', to: [alfa.party], body: { number }, re: [called.record] }))
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < WAIT_MS_MAX; waited += 50) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Refused({
    code: 'demo/waited',
    message: `The demonstration waited too long for ${what}; see the logs, then start anew with --fresh.`,
  })
}
