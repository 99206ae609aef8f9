// Putting STIX into a round: files that are chosen, dropped anywhere on the page, or text that is pasted. All of a file is put
// in, or nothing of it; nothing is said yet.

import type { RoundPlace } from '@countersign/client'
import { useQueryClient } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiFailure, api } from '../../api.ts'
import { showNumber } from '../../marks/amounts.ts'
import { Block } from '../../marks/Blocks.tsx'
import { Drop } from '../../marks/Drop.tsx'
import { plain } from '../../marks/Foreign.tsx'
import { failureWords } from '../../marks/Notice.tsx'
import { Progress } from '../share/Progress.tsx'
import { filesOf, useGivenAnywhere } from '../share/taking.ts'

/** As much as the node takes for a round. */
const BYTES_MAX = 67_108_864
const TOLD_MAX = 20

interface Came {
  key: number
  words: string
  isBad: boolean
}

export function Adding({ place }: { place: RoundPlace }) {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const before = useRef<Promise<unknown>>(Promise.resolve())
  const count = useRef(0)
  const [sending, setSending] = useState<{ name: string; part: number }>()
  const [came, setCame] = useState<readonly Came[]>([])

  const tell = (words: string, isBad: boolean) => {
    const key = count.current++
    setCame((all) => [...all, { key, words, isBad }].slice(-TOLD_MAX))
  }
  const one = async ({ name, blob }: { name: string; blob: Blob }) => {
    const shown = plain(name, 200)
    if (blob.size > BYTES_MAX) return tell(t('round.notAdded', { name: shown, reason: t('round.tooLarge') }), true)
    setSending({ name: shown, part: 0 })
    try {
      const { added, known } = await api.addToRound(place, blob, (part) => setSending({ name: shown, part }))
      const number = (value: number) => showNumber(value, i18n.language)
      const words = t('round.added', { count: added, number: number(added), name: shown })
      tell(known === 0 ? words : `${words} ${t('round.known', { count: known, number: number(known) })}`, false)
    } catch (error) {
      tell(t('round.notAdded', { name: shown, reason: whyNot(error, t) }), true)
    } finally {
      setSending(undefined)
      await client.invalidateQueries({ predicate: ({ queryKey: [what] }) => what !== 'gate' })
    }
  }
  // One after the other, in the order in which they were given.
  const take = (given: { name: string; blob: Blob }[]) => {
    for (const file of given) before.current = before.current.then(() => one(file))
  }
  const isOver = useGivenAnywhere(take, t('share.pasted'))
  return (
    <Block title={t('round.add')}>
      <p className="quiet">{t('round.addIntro')}</p>
      <Drop words={t('round.drop')} isOver={isOver} choose={(files) => take(filesOf(files))} />
      <div aria-live="polite">
        {sending !== undefined && (
          <Progress
            part={sending.part === 1 ? 0 : sending.part}
            words={
              sending.part === 1
                ? t('round.reading', { name: sending.name })
                : t('round.adding', { name: sending.name, percent: Math.floor(sending.part * 100) })
            }
          />
        )}
        <ul className="plain-list">
          {came.map(({ key, words, isBad }) => (
            <li key={key} className={isBad ? 'form-failure' : undefined}>
              {words}
            </li>
          ))}
        </ul>
      </div>
    </Block>
  )
}

function whyNot(error: unknown, t: TFunction): string {
  if (error instanceof ApiFailure && error.code === 'round/objects') return t('round.faulty')
  if (error instanceof ApiFailure && error.code === 'round/too-large') return t('round.tooLarge')
  return failureWords(error, t)
}
