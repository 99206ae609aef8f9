/**
 * The Traffic Light Protocol 2.0 (FIRST, 2022) as an order of how far something may go: CLEAR, then GREEN, AMBER,
 * AMBER+STRICT, RED. Only the exact names of the standard are read; nothing is guessed from other spellings.
 */

export const TLP_NAMES = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'] as const

export type Tlp = (typeof TLP_NAMES)[number]

/** Undefined for anything but one of the five names. */
export function parseTlp(text: unknown): Tlp | undefined {
  return TLP_NAMES.find((name) => name === text)
}

/** Whether `marking` binds no more strictly than `limit`. */
export function atMost(marking: Tlp, limit: Tlp): boolean {
  return TLP_NAMES.indexOf(marking) <= TLP_NAMES.indexOf(limit)
}

/** The one of them that binds most; undefined of none. */
export function strictest(...markings: readonly Tlp[]): Tlp | undefined {
  return TLP_NAMES.findLast((name) => markings.includes(name))
}
