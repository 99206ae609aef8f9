// Signing an agreement between whole nodes: what is signed is what the invitation says.

import { canonicalJson } from '@countersign/record'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Parties, startParties, until, value } from './parties.ts'

let parties: Parties
beforeAll(async () => {
  parties = await startParties({ signed: false })
})
afterAll(() => parties.close())

test('signs the version the invitation carries, and no other', async () => {
  const { alfa, bravo, watch, invitation } = parties
  const signed = value(await bravo.node.signPact(invitation))
  const parsed = JSON.parse(new TextDecoder().decode(invitation))
  const other = canonicalJson({
    ...parsed,
    agreement: { ...parsed.agreement, title: 'Another text under the same id' },
  })
  const signatures = async () => value(await bravo.node.views.records({ type: 'pact/sign' })).total
  await until('its signatures to be folded', async () => (await signatures()) === 2)
  expect(await bravo.node.signPact(other)).toMatchObject({ ok: false, code: 'pact/other-version' })
  expect(await signatures()).toBe(2)
  // Each on its own: the neutral serves the first text it was given, and the others may still sign that one.
  expect(value(await watch.node.signPact(invitation)).version).toBe(signed.version)
  expect(await watch.node.signPact(other)).toMatchObject({ ok: false, code: 'pact/other-version' })
  expect(value(await bravo.node.signPact(invitation))).toEqual(signed)
  expect(value(await alfa.node.signPact(invitation)).version).toBe(signed.version)
  await until('it to be in force', async () =>
    (await bravo.node.views.pacts()).some(({ version, state }) => version === signed.version && state === 'in-force'),
  )
})
