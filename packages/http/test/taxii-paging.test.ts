// Paging under concurrent writes, hammered: seeded runs of tools that post at once while pollers go through the collection
// by `next` and by `added_after`, with pages of every size. Nobody meets an object twice, and nobody misses one.

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Parties, startParties } from './parties.ts'
import { TAXII, taxii } from './taxii-client.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties()
})
afterAll(() => parties.close())

const SEED = 20_261_130
const RUNS = 6

/** Objects of one run have a type of their own, so that pages hold theirs alone and others lie between. */
const objectOf = (run: number, post: number, n: number) => {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  const id = `x-run-${run}--00000000-0000-4000-8000-${hex(post, 6)}${hex(n, 6)}`
  return {
    type: `x-run-${run}`,
    spec_version: '2.1',
    id,
    created: '2026-02-01T00:00:00.000Z',
    modified: '2026-02-01T00:00:00.000Z',
  }
}

interface Page {
  more: boolean
  next?: string
  objects?: { id: string; date_added: string }[]
}

async function ask(query: Record<string, string>): Promise<{ page: Page; last: string }> {
  const path = `${parties.pact}/collections/outbox/manifest/?${new URLSearchParams(query)}`
  const answer = await taxii(parties.alfa, path)
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
  return { page: (await answer.json()) as Page, last: answer.headers.get('x-taxii-date-added-last') ?? '' }
}

async function post(objects: readonly unknown[]): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': TAXII }, body: JSON.stringify({ objects }) }
  const answer = await taxii(parties.alfa, `${parties.pact}/collections/outbox/objects/`, init)
  let status = (await answer.json()) as { id: string; status: string; failure_count: number }
  while (status.status !== 'complete') {
    await new Promise((resolve) => setTimeout(resolve, 20))
    status = (await (await taxii(parties.alfa, `${parties.pact}/status/${status.id}/`)).json()) as typeof status
  }
  expect(status.failure_count).toBe(0)
}

/** Goes on until writing has ended and a whole look from there on brought nothing more. */
async function poll(by: 'next' | 'added_after', run: number, limit: number, hasEnded: () => boolean) {
  const query = { 'match[type]': `x-run-${run}`, 'match[version]': 'all', limit: String(limit) }
  const met: { id: string; date_added: string }[] = []
  for (let after = '1970-01-01T00:00:00.000000Z', next = ''; ; ) {
    const ended = hasEnded()
    const { page, last } = await ask({ ...query, added_after: after, ...(next === '' ? {} : { next }) })
    met.push(...(page.objects ?? []))
    expect((page.objects ?? []).length).toBeLessThanOrEqual(limit)
    if (page.more && by === 'next') {
      next = page.next ?? ''
      continue
    }
    next = ''
    after = last
    if (!page.more && (page.objects ?? []).length === 0 && ended) return met
  }
}

test('pollers by next and by added_after meet every object once, in one order, while tools post at once', {
  timeout: 240_000,
}, async () => {
  let run = 0
  const shape = fc.record({
    posts: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 6 }),
    limits: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(shape, async ({ posts, limits }) => {
      const mine = ++run
      let ended = false
      const wanted = posts.flatMap((count, at) => Array.from({ length: count }, (_, n) => objectOf(mine, at, n)))
      const polled = limits.flatMap((limit) =>
        (['next', 'added_after'] as const).map((by) => poll(by, mine, limit, () => ended)),
      )
      // All at once: what one puts into its batch and what the others do has no order of its own.
      await Promise.all(posts.map((count, at) => post(Array.from({ length: count }, (_, n) => objectOf(mine, at, n)))))
      ended = true
      const [first = [], ...others] = await Promise.all(polled)
      expect(first.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort())
      const times = first.map(({ date_added }) => date_added)
      expect(times).toEqual([...new Set(times)].sort())
      for (const met of others) expect(met).toEqual(first)
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  )
})
