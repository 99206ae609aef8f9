// What is odd about the times that are drawn, in a sentence each: so that nobody takes the picture for more than it is.

import { useTranslation } from 'react-i18next'
import { counted } from '../../marks/amounts.ts'
import type { Drawn } from './drawn.ts'

const KINDS = ['far', 'reversed', 'unreadable', 'cut'] as const

/** `more`: what else there is to say of the whole. */
export function Oddities({ drawn, more = [] }: { drawn: Drawn; more?: readonly string[] }) {
  const { t, i18n } = useTranslation()
  const said = [
    ...more,
    ...KINDS.flatMap((kind) => (drawn[kind] === 0 ? [] : [t(`timeline.${kind}`, counted(drawn[kind], i18n.language))])),
  ]
  return said.length === 0 ? null : (
    <p className="tl-left" role="note">
      {said.join(' ')}
    </p>
  )
}
