// Verdicts that were given and not told: every step is undone exactly, what is told is not brought back by an undo, and
// what the tab kept is read back or left out.

import { expect, test } from 'vitest'
import {
  ANSWERS_MAX,
  answersOf,
  explain,
  fromText,
  give,
  IDS_MAX,
  NONE_GIVEN,
  REASON_MAX,
  takeBack,
  toText,
  undo,
  type Verdicts,
  without,
} from '../src/rooms/triage/verdicts.ts'

const given = ({ given: all }: Verdicts) => Object.fromEntries(all)

test('each undo restores what the objects had before that step, to the first', () => {
  const one = give(NONE_GIVEN, ['a', 'b'], 'accepted')
  const two = explain(one, ['a'], ' Since May. ')
  const three = give(two, ['a', 'c'], 'stale')
  const four = takeBack(three, ['b'])
  expect(given(four)).toEqual({ a: { verdict: 'stale', reason: '' }, c: { verdict: 'stale', reason: '' } })
  let now: Verdicts = four
  for (const before of [three, two, one, NONE_GIVEN]) {
    now = undo(now).verdicts
    expect(given(now)).toEqual(given(before))
  }
  expect(undo(now)).toEqual({ verdicts: now, ids: [] })
})

test('a step that changes nothing is none, so that an undo is never in vain', () => {
  const one = give(NONE_GIVEN, ['a'], 'accepted')
  for (const same of [give(one, ['a'], 'accepted'), explain(one, ['a', 'z'], '  '), takeBack(one, ['z'])]) {
    expect(same.steps).toHaveLength(1)
  }
  expect(undo(one).ids).toEqual(['a'])
})

test('what was told is gone, also from what an undo would bring back', () => {
  const one = give(give(NONE_GIVEN, ['a', 'b'], 'accepted'), ['a'], 'stale')
  const rest = without(one, ['a'])
  expect(given(rest)).toEqual({ b: { verdict: 'accepted', reason: '' } })
  const undone = undo(rest)
  expect(undone.ids).toEqual(['b'])
  expect(given(undone.verdicts)).toEqual({})
})

test('objects with one verdict for one reason are one answer, and no more answers are told than the node takes', () => {
  const some = explain(give(give(NONE_GIVEN, ['a', 'b', 'c'], 'stale'), ['d'], 'accepted'), ['b'], 'Gone.')
  expect(answersOf(some).answers).toEqual([
    { verdict: 'stale', ids: ['a', 'c'] },
    { verdict: 'stale', reason: 'Gone.', ids: ['b'] },
    { verdict: 'accepted', ids: ['d'] },
  ])
  let many: Verdicts = NONE_GIVEN
  for (let n = 0; n <= ANSWERS_MAX; n++) many = explain(give(many, [`${n}`], 'stale'), [`${n}`], `Reason ${n}`)
  expect(answersOf(many).ids).toHaveLength(ANSWERS_MAX)
  expect(many.given.size).toBe(ANSWERS_MAX + 1)
})

test('what a tab kept comes back; what is no verdict, or too long, does not', () => {
  const some = explain(give(NONE_GIVEN, ['a', 'b'], 'false-positive'), ['b'], 'Ours.')
  expect(given(fromText(toText(some)))).toEqual(given(some))
  for (const text of [null, '', '{', '{}', '[1,null,["a"],["a","fine",""],[1,"stale",""],["a","stale",1]]']) {
    expect(given(fromText(text))).toEqual({})
  }
  expect(given(fromText(JSON.stringify([['a', 'stale', 'x'.repeat(REASON_MAX + 1)]]))).a?.reason).toHaveLength(
    REASON_MAX,
  )
  const many = JSON.stringify(Array.from({ length: IDS_MAX + 5 }, (_, n) => [`${n}`, 'stale', '']))
  expect(fromText(many).given.size).toBe(IDS_MAX)
})
