// Calls on the line, for tests that want a record and do not look at what it says.

import { utf8 } from '@countersign/log'
import type { Node } from '@countersign/node'
import { MESSAGE_MEDIA_TYPE } from '@countersign/record'
import { value } from './parties.ts'

/** It is said, or kept here while the log may not be signed. */
export async function sayOnLine(node: Node, pact: string, subject: string) {
  const bytes = utf8(JSON.stringify({ subject, text: 'x' }))
  return value(
    await node.say({
      ...{ pact, type: 'hotline/message', body: { precedence: 'ROUTINE' }, account: 'test' },
      content: [{ role: 'message', mediaType: MESSAGE_MEDIA_TYPE, bytes }],
    }),
  )
}

/** It is said: `origin#index`. */
export async function saidOnLine(node: Node, pact: string, subject: string): Promise<string> {
  const said = await sayOnLine(node, pact, subject)
  if (said.state !== 'said') throw new Error('It was held here.')
  return said.record
}
