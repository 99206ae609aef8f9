import type { NodeStatus } from '@countersign/node'
import { expect, test } from 'vitest'
import { tell } from '../src/commands/status.ts'

function told(state: 'checking' | 'ready' | 'none', awaited: string[]): string {
  const may = { maySucceed: state === 'checking', mayGoOnWithout: state === 'checking' && awaited.length > 1 }
  const channel = { name: 'line', origin: null, state, awaited, ...may, size: 7 }
  const status: NodeStatus = {
    ...{ party: 'alfa.example', neutral: state === 'none', heldHere: 0, approvals: [], toApprove: 0, alarms: [] },
    pacts: [{ id: 'a'.repeat(32), title: 'Demo', channels: [channel], peers: [] }],
  }
  return [...tell(status, './alfa')].join('\n')
}

test('a log that is compared names whom it awaits, and the way out by two officers', () => {
  expect(told('checking', ['watch.example'])).toContain('nothing is signed meanwhile, 7 entries; awaits watch.example')
  expect(told('checking', ['watch.example'])).toContain('two officers open a log that succeeds it')
  expect(told('checking', ['watch.example'])).not.toContain('go on without them')
  expect(told('checking', ['alfa.example', 'watch.example'])).toContain(
    'They may hold a log of ours that this folder lacks. Where they never answer, two officers go on without them: countersign log succeed --help',
  )
})

test.each(['ready', 'none'] as const)('a restored node that waits for its own receipts says for whom (%s)', (state) => {
  const lines = told(state, ['bravo.example', 'watch.example'])
  expect(lines).toContain(
    'It gives no receipt on the logs of the others before these have answered: bravo.example, watch.example.',
  )
  expect(lines).not.toContain('awaits')
  expect(told(state, [])).not.toContain('receipt')
})
