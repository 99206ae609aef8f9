/**
 * What breaks the standard in one object: errors where it says MUST, warnings where it says SHOULD or where the words
 * leave room. Each names the place and the section, and there are never more of them than a person would read.
 */

import { LIMITS } from '../limits.ts'

export interface StixProblem {
  /** Stable, `stix/what`. */
  readonly code: string
  /** Such as `external_references[2].url`; empty where it is about the object as a whole. */
  readonly path: string
  /** One sentence for a person. */
  readonly message: string
  /** Of STIX 2.1, such as `4.7.1`. */
  readonly section: string
}

export type PathPart = string | number

/** Gathers errors, or warnings, up to the limit, and counts the rest. */
export class ProblemList {
  readonly #told: StixProblem[] = []
  #more = 0

  add(code: string, path: readonly PathPart[], message: string, section: string): void {
    if (this.#told.length === LIMITS.problems - 1) this.#more++
    else this.#told.push({ code, path: pathText(path), message, section })
  }

  told(): readonly StixProblem[] {
    if (this.#more === 0) return this.#told
    const message = this.#more === 1 ? 'There is one more like these.' : `There are ${this.#more} more like these.`
    return [...this.#told, { code: 'stix/more', path: '', message, section: '' }]
  }
}

/** `a.b[2]`; names that could be taken for more than one are quoted; cut to the limit. */
function pathText(path: readonly PathPart[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (PLAIN.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part.slice(0, LIMITS.problemPathChars))}]`
    if (text.length > LIMITS.problemPathChars) return `${text.slice(0, LIMITS.problemPathChars)}…`
  }
  return text
}

const PLAIN = /^[A-Za-z0-9_-]{1,250}$/
