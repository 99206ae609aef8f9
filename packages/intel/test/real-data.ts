// Public STIX data for the tests that ask for it. It stands outside the project; without it those tests are skipped.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env['COUNTERSIGN_TEST_DATA']

export const REAL_BUNDLES = [
  { file: 'ics-attack-18.1.json', objects: 1826 },
  { file: 'mobile-attack-17.1.json', objects: 2148 },
  { file: 'capec-2.1.json', objects: 2683 },
]

export const withoutRealData = folder === undefined

/** What a test's name says where the data is missing. */
export const NEEDS_DATA = withoutRealData
  ? ' (skipped: set COUNTERSIGN_TEST_DATA to the folder of public test data)'
  : ''

export function realBundle(file: string): Uint8Array {
  return readFileSync(join(folder ?? '', 'stix', file))
}

/** Patterns that were published with reports. */
export function realPatterns(): readonly string[] {
  const patterns: unknown = JSON.parse(readFileSync(join(folder ?? '', 'patterns', 'unit42_patterns.json'), 'utf8'))
  if (!Array.isArray(patterns)) throw new Error('The patterns are no list.')
  return patterns.map(String)
}
