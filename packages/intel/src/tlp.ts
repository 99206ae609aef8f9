/**
 * The Traffic Light Protocol 2.0 (FIRST, 2022) as an order of how far something may go: CLEAR, then GREEN, AMBER,
 * AMBER+STRICT, RED. Only the exact names of the standard are read; nothing is guessed from other spellings.
 */

import { TLP_LABELS, type TlpLabel } from '@countersign/record'

/** From the one that binds least to the one that binds most. */
export const TLP_NAMES: readonly Tlp[] = TLP_LABELS

export type Tlp = TlpLabel

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
