// Taking in what is given: dropped anywhere on the page, pasted, chosen or composed. One after the other; what cannot be
// taken is said, and leaves what was taken before as it is.

import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Draft, emptyDraft, withLeftOut, withSource } from '../../intake/draft.ts'
import { Intake } from '../../intake/intake.ts'
import { plain } from '../../marks/Foreign.tsx'

export interface Given {
  name: string
  blob: Blob
}

export interface Taking {
  intake: Intake
  draft: Draft
  /** What is being read, and how much of it was, from 0 to 1. */
  reading: { name: string; part: number } | undefined
  troubles: string[]
  take(given: Iterable<Given>): Promise<void>
  leaveOut(objects: Iterable<number>, isOut: boolean): void
  startOver(): void
}

export function useTaking(): Taking {
  const { t } = useTranslation()
  const [intake] = useState(() => new Intake())
  const [draft, setDraft] = useState(emptyDraft)
  const [reading, setReading] = useState<Taking['reading']>()
  const [troubles, setTroubles] = useState<string[]>([])
  const next = useRef(0)
  const line = useRef(Promise.resolve())
  /** Counts up when all is dropped: what was begun before then is not added any more. */
  const round = useRef(0)
  useEffect(() => () => intake.end(), [intake])

  const takeOne = async ({ name, blob }: Given, of: number) => {
    const key = next.current++
    setReading({ name, part: 0 })
    try {
      const read = await intake.read(key, blob, (done, total) =>
        setReading({ name, part: total > 0 ? done / total : 0 }),
      )
      if (round.current !== of) return
      if (read.ok) setDraft((before) => withSource(before, { key, name, taken: read.value }))
      else setTroubles((before) => [...before, t('share.cannotTake', { name: plain(name, 200), reason: read.message })])
    } catch (cause) {
      if (round.current !== of) return
      const reason = cause instanceof Error ? cause.message : String(cause)
      setTroubles((before) => [...before, t('share.cannotTake', { name: plain(name, 200), reason })])
    } finally {
      if (round.current === of) setReading(undefined)
    }
  }
  return {
    ...{ intake, draft, reading, troubles },
    take(given) {
      setTroubles([])
      const of = round.current
      for (const one of given)
        line.current = line.current.then(() => (round.current === of ? takeOne(one, of) : undefined))
      return line.current
    },
    leaveOut: (objects, isOut) => setDraft((before) => withLeftOut(before, objects, isOut)),
    startOver() {
      round.current++
      intake.end()
      setDraft(emptyDraft())
      setReading(undefined)
      setTroubles([])
    },
  }
}

/** Files dropped, and files or text pasted, anywhere but in a field. Gives whether files hover over the page. */
export function useGivenAnywhere(take: (given: Given[]) => void, nameOfText: string): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef({ take, nameOfText })
  useEffect(() => {
    latest.current = { take, nameOfText }
  })
  useEffect(() => {
    const ended = new AbortController()
    const { signal } = ended
    const over = (is: boolean) => (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      // Otherwise the browser leaves the page and opens the file.
      event.preventDefault()
      setOver(is)
    }
    document.addEventListener('dragover', over(true), { signal })
    document.addEventListener('dragleave', over(false), { signal })
    document.addEventListener(
      'drop',
      (event) => {
        over(false)(event)
        const given = filesOf(event.dataTransfer?.files ?? null)
        if (given.length > 0) latest.current.take(given)
      },
      { signal },
    )
    document.addEventListener(
      'paste',
      (event) => {
        if (event.target instanceof HTMLElement && /^(?:INPUT|TEXTAREA)$/.test(event.target.tagName)) return
        const files = filesOf(event.clipboardData?.files ?? null)
        const text = event.clipboardData?.getData('text/plain') ?? ''
        if (files.length > 0) latest.current.take(files)
        else if (text.trim() !== '') latest.current.take([textGiven(text, latest.current.nameOfText)])
      },
      { signal },
    )
    return () => ended.abort()
  }, [])
  return isOver
}

export function filesOf(files: FileList | null): Given[] {
  return [...(files ?? [])].map((blob) => ({ name: blob.name, blob }))
}

export function textGiven(text: string, name: string): Given {
  return { name, blob: new Blob([text]) }
}
