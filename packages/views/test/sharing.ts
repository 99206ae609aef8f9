// STIX objects as two parties in force share them, and take them back.

import { leafHash, toHex } from '@countersign/log'
import { expect } from 'vitest'
import { agreement } from '../../../spec/vectors/samples.ts'
import type { ObjectToFold, Views } from '../src/index.ts'
import { ALFA, BRAVO, feed, fresh, know, opens, receipt, said, shares, signs, VERSION } from './two-parties.ts'

export const SINCE = 1_790_000_000
export const inForce = [ALFA, BRAVO].map((origin) => receipt('watch', origin, 2, SINCE))
/** The log of BRAVO; the third entry is a share. */
export const bravo = [opens(BRAVO), signs(BRAVO), shares(BRAVO, inForce)]

/** The views of alfa; the third entry in the log of each is a share. */
export async function inForceViews(): Promise<Views> {
  const views = await fresh()
  await know([agreement], views)
  expect(await feed(ALFA, [opens(ALFA), signs(ALFA), shares(ALFA, inForce)], views)).toBe(true)
  expect(await feed(BRAVO, bravo, views)).toBe(true)
  await views.foldReceipts(inForce)
  return views
}

export const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
export type Said = Record<string, unknown> & { type: string; id: string }
export const object = (type: string, n: number, more: Record<string, unknown> = {}): Said => ({
  type,
  id: id(type, n),
  ...more,
})

/** Folds what stands in a record of these; without `modified` they have no version. */
export async function foldShared(views: Views, objects: readonly Said[], record: string): Promise<void> {
  const folded = objects.map(
    (one, position): ObjectToFold => ({
      ...{ position, source: JSON.stringify(one), id: one.id, type: one.type },
      ...{ specVersion: '2.1', tlp: null, warnings: [] },
      version: typeof one['modified'] === 'string' ? one['modified'] : null,
      name: typeof one['name'] === 'string' ? one['name'] : null,
      revoked: one['revoked'] === true,
    }),
  )
  for (let at = 0; at < folded.length; at += 200) await views.foldObjects(record, 0, folded.slice(at, at + 200))
  while (await views.settle()) continue
}

/** BRAVO takes back all of its share, by the fourth entry of its log. */
export async function takeBack(views: Views): Promise<void> {
  const revoke = said(BRAVO, VERSION, {
    ...{ type: 'intel/revoke', to: ['alfa.example'], body: { reason: 'mistake', objects: null } },
    seen: {
      logs: [{ origin: ALFA, size: 2, root: '5'.repeat(64) }],
      receipts: inForce.map(({ by, origin, size, digest }) => ({ by, origin, size, digest })),
    },
    re: [{ origin: BRAVO, index: 2, leaf: toHex(leafHash(bravo[2] ?? new Uint8Array())) }],
  })
  expect(await feed(BRAVO, [...bravo, revoke], views)).toBe(true)
  while (await views.settle()) continue
}
