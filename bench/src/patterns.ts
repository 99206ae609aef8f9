// STIX patterns a second: read, read and checked and asked what they name, and written; beside JSON.parse of the indicator
// that carries each, which is done for every object anyway. Seconds of processor time: nothing here waits for anything.

import { checkPattern, observables, parsePattern, printPattern } from '@countersign/intel'
import { median, perSecond, type Row } from './table.ts'

const COUNT = 10_000
const ROUNDS = 5

export async function patterns(): Promise<Row[]> {
  const texts = Array.from({ length: COUNT }, (_, n) => sample(n))
  const indicators = texts.map((pattern, n) => indicator(pattern, n))
  const trees = texts.map((text) => tree(text))

  const baseline = typical(() => {
    for (const text of indicators) JSON.parse(text)
  })
  const all: [what: string, run: () => void][] = [
    [
      'patterns read',
      () => {
        for (const text of texts) parsePattern(text)
      },
    ],
    [
      'patterns read, checked, and what they name',
      () => {
        for (const text of texts) {
          const pattern = tree(text)
          checkPattern(pattern)
          observables(pattern)
        }
      },
    ],
    [
      'patterns written',
      () => {
        for (const pattern of trees) printPattern(pattern)
      },
    ],
  ]
  const characters = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / COUNT)
  return all.map(([what, run]) => {
    const time = typical(run)
    return {
      what: `${what} (${characters} characters on average)`,
      measured: perSecond(COUNT, time),
      baseline: `${perSecond(COUNT, baseline)} indicators by JSON.parse`,
      ratio: (baseline / time).toFixed(2),
      aim: '–',
    }
  })
}

/** The median of a few rounds, after one that warms up, in milliseconds of processor time. */
function typical(run: () => void): number {
  run()
  const times = Array.from({ length: ROUNDS }, () => {
    const from = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(from)
    return (user + system) / 1_000
  })
  return median(times)
}

function tree(text: string) {
  const parsed = parsePattern(text)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.value
}

/** As feeds carry them: most name one thing, some a few, a few are long. */
function sample(n: number): string {
  const hash = n.toString(16).padStart(64, '0')
  switch (n % 10) {
    case 0:
      return `[ipv4-addr:value = '192.0.2.${n % 256}']`
    case 1:
    case 2:
      return `[domain-name:value = 'host-${n}.bad.example']`
    case 3:
      return `[url:value = 'https://host-${n}.bad.example/a/b?c=${n}']`
    case 4:
      return `[file:hashes.MD5 = '${hash.slice(-32)}' OR file:hashes.'SHA-256' = '${hash}' AND file:size > ${n}]`
    case 5:
      return `([process:command_line MATCHES '^cmd\\\\.exe .+${n}$'] FOLLOWEDBY [network-traffic:dst_ref.value ISSUBSET '192.0.2.0/24' AND network-traffic:dst_port IN (80, 443)]) WITHIN 300 SECONDS`
    case 6:
      return Array.from({ length: 20 }, (_, i) => `[domain-name:value = 'host-${n}-${i}.bad.example']`).join(' OR ')
    default:
      return `[file:hashes.'SHA-256' = '${hash}']`
  }
}

function indicator(pattern: string, n: number): string {
  const time = '2026-01-01T00:00:00.000Z'
  return JSON.stringify({
    type: 'indicator',
    spec_version: '2.1',
    id: `indicator--7d2b4a9e-0a1b-4c3d-8e5f-${String(n).padStart(12, '0')}`,
    created: time,
    modified: time,
    valid_from: time,
    pattern_type: 'stix',
    pattern,
  })
}
