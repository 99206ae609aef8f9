// Threat data that nobody ever saw: names under .example, addresses kept for documentation, and words made of syllables,
// drawn from a seed. Objects of one number are the same in every run.

import type { ObjectToFold } from '@countersign/views'

const SYLLABLES = 'ka ro mi ten lu sor vi dra pel no qua zi ber ful gan hex'.split(' ')
const WORDS = 4_000
/** Of so many malware one is described in Chinese. */
const CHINESE_EVERY = 50
const CHINESE = ['恶意软件', '网络钓鱼', '后门程序', '勒索攻击']
const TIME = '2026-11-20T08:30:00.000Z'

/** Whole numbers below a bound, drawn from a seed: mulberry32. */
export function drawFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const vocabulary = (() => {
  const draw = drawFrom(1)
  return Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + draw(2) }, () => SYLLABLES[draw(SYLLABLES.length)]).join(''),
  )
})()

/** What can be searched for of an object, beside what is kept of it. */
export interface Invented {
  object: ObjectToFold
  /** Its telling words: what an analyst would type to find it. */
  telling: string
}

/** The object of that number: indicators, addresses, files, malware and reports, of 200 to 900 bytes. */
export function invent(number: number): Invented {
  const draw = drawFrom(number + 2)
  const hex = (digits: number) => Array.from({ length: digits }, () => draw(16).toString(16)).join('')
  const word = () => vocabulary[draw(WORDS)] ?? ''
  const some = (count: number) => Array.from({ length: count }, word).join(' ')
  const uuid = `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
  const of = (type: string, telling: string, properties: Record<string, unknown>, isObservable = false): Invented => {
    const id = `${type}--${uuid}`
    const times = isObservable ? {} : { created: TIME, modified: TIME }
    return {
      telling,
      object: {
        ...{ position: number, id, type, version: isObservable ? null : TIME, specVersion: '2.1' },
        ...{ name: telling, tlp: 'TLP:GREEN', revoked: false, warnings: [] },
        source: JSON.stringify({ type, spec_version: '2.1', id, ...times, ...properties }),
      },
    }
  }
  const kind = draw(100)
  if (kind < 45) {
    const domain = `${word()}-${draw(10_000)}.${word()}.example`
    const pattern = `[domain-name:value = '${domain}']`
    return of('indicator', domain, {
      ...{ name: `${word()} ${domain}`, description: some(25), indicator_types: ['malicious-activity'] },
      ...{ pattern, pattern_type: 'stix', valid_from: TIME },
    })
  }
  if (kind < 60) {
    const value = `${['192.0.2', '198.51.100', '203.0.113'][draw(3)]}.${draw(256)}`
    return of('ipv4-addr', value, { value }, true)
  }
  if (kind < 75) {
    const value = `2001:db8:${hex(4)}:${hex(4)}::${hex(4)}`
    return of('ipv6-addr', value, { value }, true)
  }
  if (kind < 90) {
    const sha = hex(64)
    return of('file', sha, { name: `${word()}.exe`, hashes: { 'SHA-256': sha, MD5: hex(32) } }, true)
  }
  const chinese = draw(CHINESE_EVERY) === 0 ? `${CHINESE[draw(CHINESE.length)]} ` : ''
  const name = `${chinese}${word()} ${word()}`
  return of(kind < 95 ? 'malware' : 'report', name, { name, description: some(40) })
}
