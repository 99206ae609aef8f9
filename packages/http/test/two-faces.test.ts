// A party that shows each reader another log under one name: alfa, through a proxy that serves by asker. What the readers
// exchange (their receipts, what they say they had seen, their mirrors) finds it out, and leaves each with the proof.

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk, openOwnLog, originHash } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { loadIdentity, type Node } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE, verifyForkEvidence } from '@countersign/record'
import { expect, onTestFinished, test } from 'vitest'
import {
  delivered,
  type Meddler,
  type Parties,
  type PartiesOptions,
  type Party,
  startParties,
  until,
  value,
} from './parties.ts'

const WITHOUT_NEUTRAL: PartiesOptions = {
  withoutNeutral: true,
  yaml: (text) =>
    text
      .replace(/# The neutral both[^]*?(?=channels:)/, '')
      .replace('    name: Bravo CERT\n', '    name: Bravo CERT\n  - party: watch.example\n    name: The Watch\n')
      .replaceAll('[alfa.example, bravo.example]', '[alfa.example, bravo.example, watch.example]'),
}

async function begin(options: PartiesOptions = {}): Promise<{ parties: Parties; meddler: { meddle: Meddler } }> {
  const meddler: { meddle: Meddler } = { meddle: () => undefined }
  const parties = await startParties({ ...options, meddler })
  onTestFinished(() => parties.close())
  return { parties, meddler }
}
const say = async (node: Node, pact: string, subject: string): Promise<string> => {
  const content = [
    { role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes: utf8(JSON.stringify({ subject, text: 'x' })) },
  ]
  const body = { precedence: 'ROUTINE' }
  const said = value(await node.say({ pact, type: 'hotline/message', body, content, account: 'test' }))
  if (said.state !== 'said') throw new Error('It was held here.')
  return said.record
}
const alarms = async (node: Node) => (await node.status()).alarms

/** alfa's other face on its line: as it is now, and so many entries more. */
async function otherFace(
  parties: Parties,
  origin: string,
  entries: number,
): Promise<(path: string) => Uint8Array | 'missing' | undefined> {
  await parties.alfa.stop()
  const copy = mkdtempSync(join(tmpdir(), 'countersign-face-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(parties.alfa.dir, copy, { recursive: true })
  const identity = value(await loadIdentity(copy))
  const face = value(await openOwnLog({ disk: nodeDisk(), dir: copy, origin, signers: identity.keys.log }))
  face.confirm()
  for (let i = 0; i < entries; i++) await face.append(utf8(`another face ${i}`))
  await face.published()
  await face.close()
  const prefix = `/logs/${origin.split('/').slice(1).join('/')}/`
  const folder = join(copy, 'logs', ...origin.split('/').slice(1))
  return (path) => {
    if (!path.startsWith(prefix)) return undefined
    const file = join(folder, path.slice(prefix.length))
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : 'missing'
  }
}

/** Both have the alarm and one file, and the file proves it to a stranger. */
async function foundOut(deceived: readonly Party[], origin: string): Promise<void> {
  for (const { node, dir, party } of deceived) {
    await until(`${party} to raise the alarm`, async () =>
      (await alarms(node)).some(({ code }) => code === 'mirror/fork'),
    )
    const file = join(dir, 'evidence', originHash(origin), 'fork.evidence')
    await until(`${party} to keep the proof`, () => existsSync(file))
    const fork = value(verifyForkEvidence(new Uint8Array(readFileSync(file))))
    expect(fork).toMatchObject({ origin, party: 'alfa.example' })
    // The smaller head shows by itself that both had parted before its last entry.
    const last = `${origin}#${fork.heads[0].size - 1}`
    await until(`${party} to mark what stands after the split`, async () => {
      return (await node.views.record(last))?.row.afterSplit === true
    })
  }
}

test.each<[string, PartiesOptions, { bravo: number; watch: number }]>([
  ['of one size', {}, { bravo: 1, watch: 1 }],
  ['of two sizes, the neutral behind', {}, { bravo: 3, watch: 1 }],
  ['of two sizes, the party behind', {}, { bravo: 1, watch: 3 }],
  ['of two sizes, without a neutral', WITHOUT_NEUTRAL, { bravo: 1, watch: 3 }],
])('two faces %s are found out by both whom they deceive', async (_what, options, entries) => {
  const { parties, meddler } = await begin(options)
  const { alfa, bravo, watch, pact } = parties
  const common = await say(alfa.node, pact, 'common')
  await delivered(alfa.node, common)
  const [origin = ''] = common.split('#')
  const size = alfa.node.logOf(origin)?.size ?? 0
  const face = await otherFace(parties, origin, entries.watch)
  // Until both faces are there, nobody is shown anything of the line.
  meddler.meddle = (path) => (path.includes('/line/') ? 'missing' : undefined)
  await alfa.start()
  await until('alfa to be ready', () => alfa.node.health().ready)
  for (let i = 0; i < entries.bravo; i++) await say(alfa.node, pact, `for bravo ${i}`)
  meddler.meddle = (path, _body, _status, asker) => (asker === watch.party ? face(path) : undefined)
  await foundOut([bravo, watch], origin)
  expect(bravo.node.logOf(origin)?.size).toBeGreaterThanOrEqual(size)
  // Whoever found it goes on saying and hearing everything else.
  const word = await say(bravo.node, pact, 'an honest word')
  await until(
    'watch to hold it',
    () => (watch.node.logOf(word.split('#')[0] ?? '')?.size ?? 0) > Number(word.split('#')[1]),
  )
})
