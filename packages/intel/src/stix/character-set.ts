/**
 * The encoding in which a text was observed (sections 3.1 and 3.9.1): the name of a character set as IANA has it, of
 * that form and not looked up in the registry.
 */

import { must } from './checks.ts'
import { goesWith, type Rule } from './object-type.ts'
import { text } from './property-types.ts'

export const characterSet = text.check(
  must(
    (name: string) => /^[A-Za-z0-9:_+.()/-]{2,45}$/.test(name),
    'stix/character-set',
    'This is not the name of a character set of the IANA registry, such as windows-1252.',
    '3.9.1',
  ),
)

/** "The encoding property MUST NOT be present when the original property is not present." */
export function encodingOf(property: string): Rule {
  return goesWith(`${property}_enc`, property, '3.1')
}
