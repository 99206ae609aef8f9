// A case: everything that a run is made of, as data. A seed draws one; a shrunk one is kept under sim/regressions. What
// happens at a time that nobody planned (delays, lost messages, torn writes) follows from `seed` and the name of the
// part that draws it, so a case with fewer steps is still much the same case.

import { ROTATED_ROLES, type RotatedRole } from '@countersign/node'
import { type Draw, drawOf } from './random.ts'

export const HOSTILE_KINDS = [
  'forks',
  'rewinds',
  'withholds',
  'garbles',
  'replays',
  'misdates',
  'floods',
  'void',
  'silent',
] as const
export type HostileKind = (typeof HOSTILE_KINDS)[number]

export type WorldName = 'two' | 'alone' | 'three' | 'witnessed'

/** Who takes part: parties, and neutrals. */
export const WORLDS: Record<WorldName, { parties: string[]; neutrals: string[] }> = {
  two: { parties: ['alfa.example', 'bravo.example'], neutrals: ['watch.example'] },
  alone: { parties: ['alfa.example', 'bravo.example'], neutrals: [] },
  // Their agreement names a witness that somebody else runs.
  witnessed: { parties: ['alfa.example', 'bravo.example'], neutrals: ['watch.example'] },
  three: { parties: ['alfa.example', 'bravo.example', 'carol.example'], neutrals: ['watch.example'] },
}

export type Step = { at: number } & (
  | { do: 'call' | 'ack' | 'share' | 'forbidden'; by: string; n: number }
  | { do: 'crash'; who: string; how: 'kill' | 'power'; forMs: number }
  | { do: 'stop'; who: string; forMs: number }
  | { do: 'part'; who: string; from: string; forMs: number }
  | { do: 'full'; who: string; forMs: number }
  | { do: 'error'; who: string; call: 'write' | 'datasync' | 'rename' | 'syncFolder'; path: string }
  | { do: 'backup'; who: string }
  | { do: 'restore'; who: string; forMs: number }
  | { do: 'clock'; who: string; byMs: number }
  | { do: 'act'; n: number }
  | { do: 'steal'; who: string; forMs: number }
  | { do: 'years'; years: number }
  | { do: 'witness'; how: 'kill' | 'power'; forMs: number }
  | { do: 'rotate'; who: string; roles: RotatedRole[] }
  | { do: 'succeed'; who: string }
  | { do: 'destroy' | 'hold' | 'lift'; by: string; n: number }
  | { do: 'tell' | 'consent' | 'retract' | 'take-back'; by: string; n: number }
  | { do: 'carry'; from: string; to: string; how: 'whole' | 'half-copied' | 'old'; n: number }
)

export interface Case {
  v: 1
  seed: number
  world: WorldName
  weather: { delayMs: [number, number]; lost: number; doubled: number; corrupted: number }
  /** In a world that has one. */
  witness?: 'honest' | 'lies'
  hostile?: { party: string; kind: HostileKind }
  /** In the order of their times: milliseconds after the beginning. */
  steps: Step[]
  /** Written by whoever keeps it: what it once showed. */
  shows?: string
  /** A defect that is known and not mended: the case must fail as it says. */
  known?: boolean
}

/** What people do besides, one kind in each case. What may go many ways comes up twice. */
const ACT_KINDS = [
  'none',
  'keys',
  'succession',
  'years',
  'stick',
  'stick',
  'destruction',
  'destruction',
  'theft',
  'theft',
] as const
/** The largest takes as long as three of the others. */
const WORLDS_DRAWN = ['two', 'two', 'two', 'witnessed', 'alone', 'alone', 'alone', 'three'] as const
/** Mostly short: what goes wrong needs little for it as a rule, and many small cases are run in the time of a long one. */
const LENGTHS_MS = [
  ...Array<number>(5).fill(10_000),
  ...Array<number>(6).fill(20_000),
  ...Array<number>(4).fill(40_000),
  120_000,
]
/** Twice the agreement’s pin interval, and what it takes to hear of the last of it. */
const PINNED_BY_BOTH_MS = 700_000
/** A clock may be wrong by so much without being false. */
const SKEW_MS = 60_000

/** The case that a seed stands for. */
export function caseOf(seed: number): Case {
  const draw = drawOf(seed, 'case')
  const world = draw.pick(WORLDS_DRAWN)
  const { parties, neutrals } = WORLDS[world]
  const all = [...parties, ...neutrals]
  const lengthMs = draw.pick(LENGTHS_MS)
  const what = draw.pick(ACT_KINDS)
  // What takes its own time is done where nothing else goes wrong than the weather.
  const isQuiet = what === 'theft' || what === 'years'
  const rough = draw.chance(0.5)
  const weather: Case['weather'] = {
    delayMs: draw.pick([
      [1, 8],
      [5, 200],
      [1, 3_000],
    ] as [number, number][]),
    lost: rough ? draw() * 0.2 : 0,
    doubled: rough ? draw() * 0.2 : 0,
    corrupted: draw.chance(0.3) ? draw() * 0.02 : 0,
  }
  const kind = !isQuiet && draw.chance(0.55) ? draw.pick(HOSTILE_KINDS) : undefined
  const hostile =
    kind === undefined
      ? undefined
      : {
          kind,
          party:
            (kind === 'silent' || kind === 'misdates') && neutrals.length > 0 ? draw.pick(all) : draw.pick(parties),
        }
  const honest = all.filter((party) => party !== hostile?.party)
  const speakers = parties.filter((party) => party !== hostile?.party)
  const steps: Step[] = []
  const at = () => Math.floor(draw() * lengthMs)
  const spoken = 2 + draw.below(2 + Math.round(lengthMs / 15_000))
  for (let n = 0; n < spoken; n++) {
    steps.push({
      at: at(),
      do: draw.pick(['call', 'call', 'ack', 'share', 'forbidden'] as const),
      by: draw.pick(speakers),
      n,
    })
  }
  const faults = isQuiet ? 0 : draw.below(3 + Math.floor(lengthMs / 40_000))
  for (let n = 0; n < faults; n++) steps.push(...faultOf(draw, at(), lengthMs, honest))
  steps.push(
    ...(what === 'theft' && neutrals.length === 0
      ? theftAmongTwo(draw, speakers)
      : actsOf(what, draw, lengthMs, honest, speakers)),
  )
  if (!isQuiet) steps.push(...afterAShare(drawOf(seed, 'after a share'), lengthMs, speakers))
  if (hostile !== undefined) for (let n = 1 + draw.below(4); n > 0; n--) steps.push({ at: at(), do: 'act', n })
  // What is not restored is whole when two officers pin it: nobody else holds more of it than its author.
  const succeeded = steps.flatMap((step) => (step.do === 'succeed' ? step.who : []))
  const kept = steps.filter((step) => !(step.do === 'restore' && succeeded.includes(step.who)))
  const witness: Pick<Case, 'witness'> =
    world === 'witnessed' ? { witness: draw.pick(['honest', 'honest', 'lies'] as const) } : {}
  if (witness.witness === 'honest' && draw.chance(0.5)) {
    const how = draw.pick(['kill', 'power'] as const)
    kept.push({ at: draw.below(lengthMs / 2), do: 'witness', how, forMs: draw.below(15_000) })
  }
  kept.sort((a, b) => a.at - b.at)
  return { v: 1, seed, world, weather, ...witness, ...(hostile === undefined ? {} : { hostile }), steps: kept }
}

/** What people do beside speaking, in some cases one kind of it. */
function actsOf(
  what: (typeof ACT_KINDS)[number],
  draw: Draw,
  lengthMs: number,
  honest: readonly string[],
  speakers: readonly string[],
): Step[] {
  switch (what) {
    case 'none':
      return []
    case 'theft':
      return [
        {
          at: 5_000 + draw.below(lengthMs / 2),
          do: 'steal',
          who: draw.pick(speakers),
          forMs: 1_000 + draw.below(20_000),
        },
      ]
    case 'years':
      return [{ at: lengthMs / 2 + draw.below(lengthMs / 2), do: 'years', years: 11 }]
    case 'succession':
      return lonelyStart(draw, lengthMs, honest, speakers)
    case 'destruction':
      return wishesFor(draw, lengthMs, speakers)
    case 'stick':
      return trips(draw, lengthMs, honest)
    case 'keys':
      return Array.from({ length: 1 + draw.below(3) }, () => {
        const roles = draw.pick([[...ROTATED_ROLES], ...ROTATED_ROLES.map((role) => [role])])
        return { at: draw.below(lengthMs), do: 'rotate', who: draw.pick(honest), roles }
      })
  }
}

/**
 * Without a neutral what a notice leaves of earlier receipts is what the party itself had seen named (spec/keys.md): so each
 * has pinned what the other gave, and the thief comes after that, in the middle of what both say next.
 */
function theftAmongTwo(draw: Draw, speakers: readonly string[]): Step[] {
  const from = PINNED_BY_BOTH_MS
  return [
    ...Array.from({ length: 1 + draw.below(3) }, (_, n): Step => {
      return {
        at: from + draw.below(20_000),
        do: draw.pick(['call', 'share'] as const),
        by: draw.pick(speakers),
        n: 800 + n,
      }
    }),
    { at: from + draw.below(30_000), do: 'steal', who: draw.pick(speakers), forMs: 1_000 + draw.below(20_000) },
  ]
}

/** A node starts while nobody can be reached, and two officers do not wait. */
function lonelyStart(draw: Draw, lengthMs: number, honest: readonly string[], speakers: readonly string[]): Step[] {
  const who = draw.pick(speakers)
  const at = 15_000 + draw.below(lengthMs / 2)
  const forMs = 10_000 + Math.floor(draw() * 20_000)
  return [
    ...honest.flatMap((from): Step[] => (from === who ? [] : [{ at, do: 'part', who, from, forMs }])),
    { at: at + 10, do: 'crash', who, how: draw.pick(['kill', 'power'] as const), forMs: 500 },
    { at: at + 3_000, do: 'succeed', who },
  ]
}

/** Most of those concerned want content destroyed; one may not, or may want it kept. */
function wishesFor(draw: Draw, lengthMs: number, speakers: readonly string[]): Step[] {
  const steps: Step[] = []
  for (let n = draw.below(3); n >= 0; n--) {
    const at = () => lengthMs / 2 + draw.below(lengthMs / 2)
    for (const by of speakers) if (draw.chance(0.8)) steps.push({ at: at(), do: 'destroy', by, n })
    if (!draw.chance(0.3)) continue
    const by = draw.pick(speakers)
    steps.push({ at: at(), do: 'hold', by, n })
    if (draw.chance(0.4)) steps.push({ at: at(), do: 'lift', by, n })
  }
  return steps
}

/**
 * Somebody shares, and then it is taken back, passed on, or told about, in any order. It is drawn by itself, so that all
 * else in a case stays what it was.
 */
function afterAShare(draw: Draw, lengthMs: number, speakers: readonly string[]): Step[] {
  if (!draw.chance(0.35)) return []
  const by = draw.pick(speakers)
  // Once a log is compared with what its peers hold; and not sooner than some have it.
  const from = 4_000 + draw.below(lengthMs / 3)
  const at = (after = from) => after + 500 + draw.below(lengthMs / 2)
  const steps: Step[] = [{ at: from, do: 'share', by, n: 900 + draw.below(3) }]
  for (const other of speakers) {
    if (other !== by && draw.chance(0.7)) steps.push({ at: at(), do: 'tell', by: other, n: draw.below(12) })
  }
  if (draw.chance(0.5)) {
    const given = at()
    steps.push({ at: given, do: 'consent', by, n: draw.below(12) })
    if (draw.chance(0.7)) steps.push({ at: at(given), do: 'retract', by, n: draw.below(12) })
  }
  if (draw.chance(0.6)) steps.push({ at: at(), do: 'take-back', by, n: draw.below(12) })
  return steps
}

/** Two machines that hear each other by stick for a while, and not over the network. */
function trips(draw: Draw, lengthMs: number, honest: readonly string[]): Step[] {
  const from = draw.pick(honest)
  const others = honest.filter((party) => party !== from)
  if (others.length === 0) return []
  const to = draw.pick(others)
  const steps: Step[] = [{ at: draw.below(lengthMs / 2), do: 'part', who: from, from: to, forMs: lengthMs }]
  for (let n = 2 + draw.below(4); n > 0; n--) {
    const back = draw.chance(0.4)
    const how = draw.pick(['whole', 'whole', 'half-copied', 'half-copied', 'old'] as const)
    steps.push({ at: draw.below(lengthMs), do: 'carry', from: back ? to : from, to: back ? from : to, how, n })
  }
  return steps
}

function faultOf(draw: Draw, at: number, lengthMs: number, honest: readonly string[]): Step[] {
  const who = draw.pick(honest)
  const forMs = Math.floor((draw() * lengthMs) / 3)
  const others = honest.filter((party) => party !== who)
  switch (
    draw.pick([
      'crash',
      'crash',
      'crash',
      'stop',
      'part',
      'part',
      'full',
      'error',
      'error',
      'restore',
      'restore',
      'clock',
    ] as const)
  ) {
    case 'crash':
      return [{ at, do: 'crash', who, how: draw.pick(['kill', 'power'] as const), forMs }]
    case 'stop':
      return [{ at, do: 'stop', who, forMs }]
    case 'part':
      return others.length === 0
        ? [{ at, do: 'stop', who, forMs }]
        : [{ at, do: 'part', who, from: draw.pick(others), forMs }]
    case 'full':
      return [{ at, do: 'full', who, forMs }]
    case 'error': {
      const call = draw.pick(['write', 'datasync', 'rename', 'syncFolder'] as const)
      return [{ at, do: 'error', who, call, path: draw.pick(['/journals/', '/receipts/', '/mirrors/', '/logs/', '/']) }]
    }
    case 'restore':
      // Of a copy that was made a while before.
      return [
        { at: Math.floor(draw() * at), do: 'backup', who },
        { at, do: 'restore', who, forMs },
      ]
    case 'clock':
      return [{ at, do: 'clock', who, byMs: Math.floor((draw() * 2 - 1) * SKEW_MS) }]
  }
}
