// What takes two officers: asked by one with a reason, confirmed by another; told apart by their accounts.

import { type Act, realSurroundings } from '@countersign/node'
import { expect, onTestFinished, test } from 'vitest'
import { raiseAlarm, startParties, until, value } from './parties.ts'

const PASSWORD = 'a password of some length'

test('one officer alone opens no successor and acknowledges no alarm; two do, and it lasts over a restart', async () => {
  const parties = await startParties()
  onTestFinished(() => parties.close())
  const { alfa, watch, pact } = parties
  for (const name of ['first', 'second']) value(await alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  const officer = async (name: string, password = PASSWORD) => alfa.accounts.officerOf(`${name}@alfa.example`, password)
  expect(await officer('first', 'another password')).toMatchObject({ code: 'account/officer' })
  expect(await alfa.accounts.officer(new Headers())).toBeUndefined()

  await alfa.stop()
  await watch.stop()
  const subject = `bravo.example/${pact}/line/${'0'.repeat(16)}`
  raiseAlarm(alfa.dir, 'mirror/fork', subject, 'x')
  await alfa.start({ ...realSurroundings(), host: () => 'another machine' })
  const status = () => alfa.node.status()
  const line = async () => (await status()).pacts[0]?.channels.find(({ name }) => name === 'line')
  await until('bravo to answer', async () => (await line())?.awaited.join() === 'watch.example')
  const [first, second] = [value(await officer('first')), value(await officer('second'))]

  const pins = await alfa.node.officers.offeredSuccession(pact, 'line')
  if (pins === undefined) throw new Error('It is offered.')
  const act: Act = { kind: 'log/succeed', pact, channel: 'line', pins }
  expect((await alfa.node.officers.approvals.ask(act, ' ', first)).ok).toBe(false)
  const stale = { ...act, pins: { ...pins, size: pins.size + 1 } }
  expect(await alfa.node.officers.approvals.ask(stale, 'why', first)).toMatchObject({ code: 'approval/changed' })
  const { id } = value(await alfa.node.officers.approvals.ask(act, 'watch is gone', first))
  expect((await status()).approvals).toMatchObject([{ id, askedBy: 'first@alfa.example', reason: 'watch is gone' }])
  expect(await alfa.node.officers.approvals.ask(act, 'again', first)).toMatchObject({ code: 'approval/asked' })
  expect(await alfa.node.officers.approvals.confirm(id, first)).toMatchObject({ code: 'approval/same-officer' })
  value(await alfa.accounts.addOfficer('third@alfa.example', 'third', PASSWORD))
  expect(await alfa.node.officers.approvals.confirm(id, value(await officer('third')))).toMatchObject({
    code: 'approval/new-account',
  })
  expect((await line())?.origin).toBe(pins.origin)
  const done = value(await alfa.node.officers.approvals.confirm(id, second))
  expect(done).toMatchObject({ state: 'done', endedBy: 'second@alfa.example' })
  expect(await line()).toMatchObject({ state: 'ready', maySucceed: false })
  expect((await line())?.origin).not.toBe(pins.origin)
  expect(await alfa.node.officers.approvals.confirm(id, second)).toMatchObject({ code: 'not-found/approval' })

  const alarmed = async () => (await status()).alarms.some(({ code }) => code === 'mirror/fork')
  const acknowledge: Act = { kind: 'alarm/acknowledge', code: 'mirror/fork', subject }
  const asked = value(await alfa.node.officers.approvals.ask(acknowledge, 'put to bravo', second))
  expect(await alfa.node.officers.approvals.confirm(asked.id, second)).toMatchObject({ code: 'approval/same-officer' })
  expect(await alarmed()).toBe(true)
  await watch.start()
  await alfa.restart()
  expect(await alarmed()).toBe(true)
  value(await alfa.node.officers.approvals.confirm(asked.id, first))
  expect(await alarmed()).toBe(false)
  await alfa.restart()
  expect(await alarmed()).toBe(false)
  expect(alfa.node.officers.approvals.all().map(({ state }) => state)).toEqual(['done', 'done'])
})
