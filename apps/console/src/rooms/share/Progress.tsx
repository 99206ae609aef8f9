// How far something is, as a bar and in words; without a known part the bar only says that it goes on.

export function Progress({ part, words }: { part: number; words: string }) {
  return (
    <p className="progress">
      <progress aria-label={words} {...(part > 0 ? { value: part, max: 1 } : {})} />
      <span>{words}</span>
    </p>
  )
}
