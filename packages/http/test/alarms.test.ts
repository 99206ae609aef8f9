// Every alarm of a node ends as its table says (packages/node/src/alarm-kinds.ts): all of them are left by an earlier run,
// and a whole node goes through a start, a succession and sound rounds; two officers acknowledge the rest.

import { type Act, realSurroundings } from '@countersign/node'
import { expect, onTestFinished, test } from 'vitest'
import { ALARM_KINDS, type AlarmCode, type AlarmEnd, codesEndedBy } from '../../node/src/alarm-kinds.ts'
import { raiseAlarm, startParties, until, value } from './parties.ts'

const PASSWORD = 'a password of some length'
/** Raised by the views alone, from what they hold. */
const DERIVED = [
  'log/goes-on',
  'log/other-predecessor',
  'log/several',
  'object/conflict',
  'receipt/time-fell',
  'type/unknown',
]

test('what an earlier run left ends at the start, with a sound log, with a successor, or when two officers have acknowledged it', async () => {
  const parties = await startParties()
  onTestFinished(() => parties.close())
  const { alfa, bravo, watch, pact } = parties
  for (const name of ['first', 'second']) value(await alfa.accounts.addOfficer(`${name}@alfa.example`, name, PASSWORD))
  const channel = async (name: string) => (await alfa.node.status()).pacts[0]?.channels.find((one) => one.name === name)
  const [line, main] = [(await channel('line'))?.origin ?? '', (await channel('main'))?.origin ?? '']
  const theirs = (await bravo.node.status()).pacts[0]?.channels.find(({ name }) => name === 'main')?.origin ?? ''
  await alfa.stop()
  await watch.stop()

  const subjects: Partial<Record<AlarmCode, string[]>> = {
    'content/removal-failed': [alfa.party],
    'ledger/mirror-failing': [theirs],
    'ledger/receipts-failing': [`${main} ${watch.party}`],
    'log/tail-withheld': [`${line} by ${watch.party}`, `${main} by ${watch.party}`],
    'log/unknown-own': [main],
    'mirror/root': [theirs],
    'mirror/too-far-behind': [theirs],
    'node/may-be-copy': [alfa.party],
    'peer/over-limits': [theirs],
  }
  const endedBy = (...ends: AlarmEnd[]) => new Set(ends.flatMap(codesEndedBy))
  const raised = (Object.keys(ALARM_KINDS) as AlarmCode[]).filter(
    (code) => !DERIVED.includes(code) && !code.startsWith('witness/'),
  )
  const onOurs = endedBy('ready', 'successor')
  for (const code of raised) {
    for (const subject of subjects[code] ?? (onOurs.has(code) ? [line, main] : ['anything']))
      raiseAlarm(alfa.dir, code, subject, 'x')
  }
  const left = async (subject?: string) =>
    (await alfa.node.status()).alarms
      .filter((one) => subject === undefined || one.subject.startsWith(subject))
      .map(({ code }) => code)

  await alfa.start({ ...realSurroundings(), host: () => 'another machine' })
  const atStart = endedBy('start', 'week')
  expect((await left()).filter((code) => atStart.has(code as AlarmCode))).toEqual([])
  await until('bravo to answer', async () => (await channel('line'))?.awaited.join() === watch.party)
  const bySuccessor = [...endedBy('successor')].filter((code) => !atStart.has(code))
  expect((await left(line)).sort()).toEqual(expect.arrayContaining(bySuccessor.sort()))
  value(await alfa.node.officers.succeedLog(pact, 'line'))
  expect(await left(line)).toEqual([])

  await watch.start()
  await until('the other log to be compared', async () => (await channel('main'))?.state === 'ready')
  const byItself = endedBy('cause', 'ready', 'week', 'start')
  // A folder that may be a copy, as one is here that went on without an answer, does not judge what receipts it gave.
  byItself.delete('receipt/not-given')
  await until('all that ends by itself to be over', async () =>
    (await left()).every((code) => !byItself.has(code as AlarmCode) && code !== 'log/several'),
  )

  // What is left of that log ends with a successor alone, which it needs no more; the rest is for two officers.
  const [first, second] = await Promise.all(
    ['first', 'second'].map(async (name) => value(await alfa.accounts.officerOf(`${name}@alfa.example`, PASSWORD))),
  )
  if (first === undefined || second === undefined) throw new Error('There are two.')
  const approve = async (act: Act) => {
    const asked = await alfa.node.officers.approvals.ask(act, 'seen', first)
    return asked.ok ? alfa.node.officers.approvals.confirm(asked.value.id, second) : asked
  }
  const byOfficers = endedBy('officers')
  for (const { code, subject } of (await alfa.node.status()).alarms) {
    const done = await approve({ kind: 'alarm/acknowledge', code, subject })
    if (byOfficers.has(code as AlarmCode)) value(done)
    else expect(done).toMatchObject({ code: 'approval/not-needed' })
  }
  const rest = await left()
  expect(rest.sort()).toEqual(
    [...endedBy('successor')].filter((code) => !byItself.has(code) && !byOfficers.has(code)).sort(),
  )

  // What the views derive is acknowledged as what it says, and shown again once it says something else.
  const contradiction = { code: 'receipt/time-fell', origin: main }
  await alfa.node.views.foldContradiction({ ...contradiction, message: 'once' })
  value(await approve({ kind: 'alarm/acknowledge', code: contradiction.code, subject: main }))
  expect(await left(main)).not.toContain(contradiction.code)
  await alfa.node.views.foldContradiction({ ...contradiction, message: 'twice' })
  expect((await left(main)).filter((code) => code === contradiction.code)).toHaveLength(1)
})
