// What is read of an opinion with a verdict, by the vectors (spec/records.md, The verdict and Many objects at once).

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { verdictCases } from '../../../spec/vectors/verdict-cases.ts'
import { feedbackWords } from '../src/feedback-words.ts'

const { cases } = JSON.parse(readFileSync(new URL('../../../spec/vectors/verdicts.json', import.meta.url), 'utf8')) as {
  cases: typeof verdictCases
}

test('the vectors are those of the cases', () => {
  expect(cases).toEqual(verdictCases)
})

test.each(cases)('of $name is taken what the specification says', ({ opinion, expect: expected }) => {
  const words = feedbackWords('opinion', opinion)
  const read = words && {
    ...{ objects: words.targets.length, first: words.targets[0], last: words.targets.at(-1) },
    ...{ opinion: words.opinion, verdict: words.verdict },
  }
  expect(read ?? null).toEqual(expected)
})
