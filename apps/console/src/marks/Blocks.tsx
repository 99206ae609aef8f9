// The parts that a page of one thing is made of: a titled block, a fact, the way back to the list.

import { IconArrowLeft } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

export function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="block">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function Back({
  to,
  words,
}: {
  to: '/records' | '/objects' | '/agreements' | '/approvals' | '/rounds'
  words: string
}) {
  return (
    <p className="back">
      <Link to={to}>
        <IconArrowLeft aria-hidden size="1.1em" stroke={1.8} />
        {words}
      </Link>
    </p>
  )
}

/** What an act does, said before it is done. */
export function Sentences({ of }: { of: readonly string[] }) {
  return (
    <ul className="does">
      {of.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  )
}
