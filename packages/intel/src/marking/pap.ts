/**
 * The Permissible Actions Protocol, as MISP's taxonomy has it: not to whom something may go, but what may be done with it.
 * An order from CLEAR, which forbids nothing, to RED, which permits nothing that could be noticed outside.
 */

/** From the one that binds least to the one that binds most. */
export const PAP_NAMES = ['PAP:CLEAR', 'PAP:GREEN', 'PAP:AMBER', 'PAP:RED'] as const

export type Pap = (typeof PAP_NAMES)[number]

/** Undefined for anything but one of the names; WHITE is the older name of CLEAR. */
export function parsePap(text: unknown): Pap | undefined {
  return text === 'PAP:WHITE' ? 'PAP:CLEAR' : PAP_NAMES.find((name) => name === text)
}

/** How much it binds: its place from PAP:CLEAR, 0, to PAP:RED, 3. */
export function papLevel(pap: Pap): number {
  return PAP_NAMES.indexOf(pap)
}

/** Whether `marking` binds no more strictly than `limit`. */
export function papAtMost(marking: Pap, limit: Pap): boolean {
  return PAP_NAMES.indexOf(marking) <= PAP_NAMES.indexOf(limit)
}

/** The one of them that binds most; undefined of none. */
export function strictestPap(...markings: readonly Pap[]): Pap | undefined {
  return PAP_NAMES.findLast((name) => markings.includes(name))
}
