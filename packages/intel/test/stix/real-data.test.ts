// What MITRE publishes, judged object by object.

import { describe, expect, test } from 'vitest'
import { splitBundle, validateObject } from '../../src/index.ts'
import { NEEDS_DATA, REAL_BUNDLES, realBundle, withoutRealData } from '../real-data.ts'

/** Two references of CAPEC begin with a space and so hold no URL; the published JSON Schemas refuse them too. */
const ERRORS: Record<string, string[]> = {
  'capec-2.1.json': [
    'attack-pattern--c9b31907-c466-4325-af55-c418aea8b964 external_references[3].url',
    'attack-pattern--ea2e5cbd-8278-4f8a-b56b-3cfb955d2366 external_references[4].url',
  ],
}

describe(`Public data${NEEDS_DATA}`, () => {
  test.skipIf(withoutRealData).each(REAL_BUNDLES)('of $file nothing right is called wrong', ({ file, objects }) => {
    const errors: string[] = []
    let judged = 0
    const split = splitBundle(realBundle(file), {}, (element) => {
      if (!element.ok) throw new Error(element.message)
      judged++
      const { object, errors: found } = validateObject(element.source)
      for (const { path } of found) errors.push(`${object?.id} ${path}`)
    })
    expect(split.ok).toBe(true)
    expect(judged).toBe(objects)
    expect(errors.sort()).toEqual((ERRORS[file] ?? []).sort())
  })
})
