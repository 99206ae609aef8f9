// Alfa's views of what the three share, and whether alfa may pass it on.

import { leafHash, toHex } from '@countersign/log'
import type { Statement } from '@countersign/record'
import { expect } from 'vitest'
import type { ConsentGone, Views } from '../src/index.ts'
import {
  bundle,
  CAROL,
  IN_FORCE,
  LOGS,
  object,
  openAll,
  others,
  seenBy,
  shares,
  three,
  VERSION,
} from './three-parties.ts'
import { feed, fresh, know, opens, said, signs } from './two-parties.ts'

export const BEACON = object('indicator', { id: 'aa', name: 'Beacon' })
export const at = (time: string) => ({ time: `2026-11-30T${time}.000Z` })
export const seconds = (time: string) => Date.parse(`2026-11-30T${time}.000Z`) / 1000
export const seen = (of: string, sizes: Record<string, number>): Statement['seen'] => {
  const { logs, receipts } = seenBy(of)
  return { logs: logs.map((one) => ({ ...one, size: sizes[one.origin] ?? one.size })), receipts }
}

/** Another log of carol’s, on the other channel. */
export const CAROLS_LINE = CAROL.replace('/main/', '/line/')

/** Everything that each log said, folded when it is asked for. */
export class Sharers {
  private readonly logs = new Map<string, Uint8Array[]>([
    ...LOGS.map((origin, i) => [origin, [...(openAll[i] ?? [])]] as [string, Uint8Array[]]),
    [CAROLS_LINE, [opens(CAROLS_LINE, VERSION), signs(CAROLS_LINE, VERSION, others(CAROL))]],
  ])
  readonly views: Views

  private constructor(views: Views) {
    this.views = views
  }

  static async start(): Promise<Sharers> {
    const views = await fresh()
    await know([three], views)
    return new Sharers(views)
  }

  /** The index of the entry. */
  say(origin: string, more: Partial<Statement> = {}): number {
    return this.log(origin).push(shares(origin, more)) - 1
  }

  /** A record of another type about entries of the same log. */
  sayOf(origin: string, type: string, indexes: number[], more: Partial<Statement> = {}): number {
    const re = indexes.map((index) => ({
      ...{ origin, index },
      leaf: toHex(leafHash(this.log(origin)[index] ?? new Uint8Array())),
    }))
    const record = { type, to: others(origin), body: {}, re, seen: seenBy(origin) }
    return this.log(origin).push(said(origin, VERSION, { ...record, ...more })) - 1
  }

  async fold(...contents: [origin: string, index: number, ...objects: ReturnType<typeof object>[]][]): Promise<void> {
    for (const [origin, log] of this.logs) expect(await feed(origin, log, this.views)).toBe(true)
    await this.views.foldReceipts(IN_FORCE)
    for (const [origin, index, ...objects] of contents) {
      await this.views.foldObjects(`${origin}#${index}`, 0, bundle(...objects))
    }
    while (await this.views.settle()) continue
  }

  /** The parties whose consent is missing, in order. */
  async lacking(going: { pact: string | null; to: string[] | null }, object = BEACON): Promise<string[]> {
    const { id, version, source } = object
    const [passage] = await this.views.passages([{ id, version, texts: () => [source] }], going)
    return (passage?.lacking ?? []).map(({ party }) => party)
  }

  /** By whose consents it goes. */
  async goneBy(going: { pact: string | null; to: string[] | null }, object = BEACON): Promise<ConsentGone[]> {
    const { id, version, source } = object
    const [passage] = await this.views.passages([{ id, version, texts: () => [source] }], going)
    expect(passage?.lacking).toEqual([])
    return passage?.by ?? []
  }

  private log(origin: string): Uint8Array[] {
    return this.logs.get(origin) ?? []
  }
}
