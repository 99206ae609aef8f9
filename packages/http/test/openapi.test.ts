// The description of the API, as a node serves it.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIMITS } from '../src/limits.ts'
import { OPERATIONS } from '../src/operations.ts'
import { type Parties, startParties } from './parties.ts'

interface Described {
  openapi: string
  paths: Record<string, Record<string, { parameters?: { name: string; schema: unknown }[]; requestBody?: unknown }>>
}

let parties: Parties
let described: Described
beforeAll(async () => {
  parties = await startParties({ signed: false })
  described = await (await fetch(`${parties.alfa.url}api/openapi.json`)).json()
})
afterAll(() => parties.close())

test('every operation that is described is there, behind the sign-in', async () => {
  for (const { method, path } of OPERATIONS) {
    const answer = await fetch(new URL(path, parties.alfa.url), { method })
    expect([path, answer.status]).toEqual([path, 401])
    expect(described.paths[path]?.[method.toLowerCase()]).toBeDefined()
  }
  expect(Object.keys(described.paths)).toHaveLength(new Set(OPERATIONS.map(({ path }) => path)).size)
})

test('its limits stand in it', () => {
  expect(described.openapi).toBe('3.1.0')
  const limit = described.paths['/api/records']?.get?.parameters?.find(({ name }) => name === 'limit')
  expect(limit?.schema).toMatchObject({ minimum: 1, maximum: LIMITS.pageMax, default: LIMITS.pageDefault })
  expect(JSON.stringify(described.paths['/api/share']?.post?.requestBody)).toContain(String(LIMITS.shareBodyBytes))
})
