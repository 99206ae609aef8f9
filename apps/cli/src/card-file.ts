// Cards in files: apart from the options, for most commands read none and start sooner without.

import { type Card, parseCard } from '@countersign/record'
import { readInput } from './options.ts'
import { Refused } from './output.ts'

/** The card in a file; ends the command with a sentence that names the file where it holds none. */
export function readCard(path: string): Card {
  const card = parseCard(readInput(path))
  if (card.ok) return card.value
  const message = `${path}: ${card.message} Give what “countersign card” of that party wrote.`
  throw new Refused({ code: card.code, message })
}
