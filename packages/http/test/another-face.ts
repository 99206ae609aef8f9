// A party that shows each reader another log under one name, for the tests: alfa, through a proxy that serves by asker.

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk, openOwnLog, originHash } from '@countersign/ledger'
import { utf8 } from '@countersign/log'
import { loadIdentity, type Node } from '@countersign/node'
import { verifyForkEvidence } from '@countersign/record'
import { expect, onTestFinished } from 'vitest'
import { type Meddler, type Parties, type PartiesOptions, type Party, startParties, until, value } from './parties.ts'

export const WITHOUT_NEUTRAL: PartiesOptions = {
  withoutNeutral: true,
  yaml: (text) =>
    text
      .replace(/# The neutral both[^]*?(?=channels:)/, '')
      .replace('    name: Bravo CERT\n', '    name: Bravo CERT\n  - party: watch.example\n    name: The Watch\n')
      .replaceAll('[alfa.example, bravo.example]', '[alfa.example, bravo.example, watch.example]'),
}

/** With a proxy before alfa, which serves each reader what the test has it serve. */
export async function begin(options: PartiesOptions = {}): Promise<{ parties: Parties; meddler: { meddle: Meddler } }> {
  const meddler: { meddle: Meddler } = { meddle: () => undefined }
  const parties = await startParties({ ...options, meddler })
  onTestFinished(() => parties.close())
  return { parties, meddler }
}
const alarms = async (node: Node) => (await node.status()).alarms

/** alfa's other face of one log: as it is now, and so many entries more. */
export async function otherFace(
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

/** Each has the alarm and one file, and the file proves it to a stranger. */
export async function foundOut(deceived: readonly Party[], origin: string): Promise<void> {
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
