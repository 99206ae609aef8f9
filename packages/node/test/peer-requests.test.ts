import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { alfa, watch } from '../../../spec/vectors/samples.ts'
import { PeerRequests } from '../src/hearing/peer-requests.ts'
import { realSurroundings } from '../src/surroundings.ts'

const MIB = 1_048_576

/** A peer that honours no range, and sends a file of so many chunks of 1 MiB, each of its own number. */
function withoutRanges(chunks: number, onChunk: (i: number) => void = () => {}) {
  const requests = new PeerRequests(
    watch.party,
    'https://node.watch.example/',
    { party: 'us.example', signer: alfa.request.ed25519 },
    {
      ...realSurroundings(),
      async fetch() {
        let i = 0
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            onChunk(i)
            if (i === chunks) controller.close()
            else controller.enqueue(new Uint8Array(MIB).fill(i++))
          },
        })
        return new Response(body, { status: 200 })
      },
    },
  )
  onTestFinished(() => requests.close())
  return requests
}

test('a part of a file is the same from a peer that honours no range', async () => {
  const requests = withoutRanges(4)
  const part = await requests.part('receipts/x/index', MIB, 2 * MIB - 1)
  expect(part).toMatchObject({ kind: 'part' })
  if (part.kind !== 'part') return
  expect(part.bytes.length).toBe(MIB)
  expect([part.bytes[0], part.bytes[1], part.bytes.at(-1)]).toEqual([1, 2, 2])
  expect(await requests.part('receipts/x/index', MIB, 4 * MIB)).toMatchObject({ bytes: { length: 0 } })
})

test('what comes before the part of a file that is asked for is never held, however long a peer made its index', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const held = () => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const before = held()
  let most = 0
  const requests = withoutRanges(101, (i) => {
    if (i === 100) most = held() - before
  })
  const part = await requests.part('receipts/x/index', MIB, 100 * MIB)
  expect(part.kind === 'part' && part.bytes.length).toBe(MIB)
  expect(most).toBeLessThan(32 * MIB)
})
