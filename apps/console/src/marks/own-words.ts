// Sentences of the node say what to do next to whoever sits at its shell. A page has other doors: what names a command is
// left out here, and what is left still says what is the matter.

const COMMAND = /\bcountersign [a-z]/

/** The sentence without what names a command of the shell; empty where nothing is left. */
export function withoutCommands(message: string): string {
  if (!COMMAND.test(message)) return message
  const bare = message.replace(/\s*\([^()]*\)/g, (aside) => (COMMAND.test(aside) ? '' : aside))
  return bare
    .split(/(?<=[.?])\s+/)
    .flatMap((sentence) => {
      if (!COMMAND.test(sentence)) return [sentence]
      const rest = sentence.split(/;\s*/).filter((clause) => !COMMAND.test(clause))
      return rest.length === 0 ? [] : [`${rest.join('; ').replace(/[.,;:]+$/, '')}.`]
    })
    .join(' ')
}
