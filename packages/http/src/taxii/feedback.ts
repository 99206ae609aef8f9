// What a tool adds to the outbox may be feedback: sightings and opinions about what another party shared, and nothing else.
// It is told to that party as feedback (spec/records.md); anything else is shared.

import type { Node } from '@countersign/node'
import { LIMITS } from '../limits.ts'

type Asked = Parameters<Node['share']>[0]

/** As it is to be shared. A body that is too large to be looked at first is shared as it is. */
export async function asFeedback(
  node: Node,
  { pact, account, input }: { pact: string; account: string; input: AsyncIterable<Uint8Array> },
): Promise<Asked> {
  const chunks = input[Symbol.asyncIterator]()
  const begun: Uint8Array[] = []
  let [bytes, ended] = [0, false]
  while (bytes <= LIMITS.feedbackBytes && !ended) {
    const next = await chunks.next()
    ended = next.done === true
    if (next.done === true) break
    begun.push(next.value)
    bytes += next.value.length
  }
  const feedback = ended ? await node.asFeedback(pact, account, Buffer.concat(begun)) : undefined
  return feedback ?? { pact, account, input: again(begun, chunks) }
}

async function* again(begun: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* begun
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    // Whoever stops reading early lets go of the body.
    await rest.return?.()
  }
}
