// What the node says to its shell is not shown on a page: the commands go, and what is the matter stays.

import { expect, test } from 'vitest'
import { withoutCommands } from '../src/marks/own-words.ts'

test.each([
  ['Nothing was said. Look again: countersign triage', 'Nothing was said.'],
  ['Something in it is no object; look at it with: countersign gate try', 'Something in it is no object.'],
  [
    'It is being said, or waits for a second person (countersign approvals), or for its log (countersign status).',
    'It is being said, or waits for a second person, or for its log.',
  ],
  ['Look at it with countersign round try, then say it, or skip it.', ''],
  [
    'A record of Countersign (spec/records.md) stays as it is; so does this.',
    'A record of Countersign (spec/records.md) stays as it is; so does this.',
  ],
])('%s', (said, shown) => {
  expect(withoutCommands(said)).toBe(shown)
})
