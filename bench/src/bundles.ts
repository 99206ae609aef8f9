// Bundles of any size, made as they are read.

const DESCRIPTION =
  'A host that the backdoor asked for orders, as seen in the logs of one relay between July and September. '

/** `count` indicators, numbered from `first` on, of some 500 bytes and as much more as their descriptions are said more often. */
export async function* bundleOf(count: number, first = 0, said = 1): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode('{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[')
  for (let from = 0; from < count; from += 500) {
    const some = Array.from({ length: Math.min(500, count - from) }, (_, i) => indicator(first + from + i, said))
    yield encoder.encode(`${from === 0 ? '' : ','}${some.join(',')}`)
  }
  yield encoder.encode(']}')
}

export function idOf(n: number): string {
  return `indicator--8e2e2d2b-17d4-4cbf-938f-${n.toString(16).padStart(12, '0')}`
}

function indicator(n: number, said: number): string {
  const name = `host-${n}.lantern-press.example`
  return `{"type":"indicator","spec_version":"2.1","id":"${idOf(n)}","created":"2026-11-20T08:30:00.000Z","modified":"2026-11-20T08:30:00.000Z","name":"Command host ${n}","description":"${DESCRIPTION.repeat(said).trim()}","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = '${name}']","pattern_type":"stix","valid_from":"2026-11-20T08:30:00Z"}`
}
