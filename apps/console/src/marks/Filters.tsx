// The search field and the choices beside it. On a narrow screen the choices fold away behind one button that says how many
// are set. What is chosen stands in the address, so that a view can be sent to a colleague and found again.

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMediaQuery, useThrottledCallback } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

export const SEARCH_FIELD = 'list-search'
export const NARROW = '(max-width: 48em)'
/** The first letter is asked for at once, and so often while more are typed: what was asked before is given up. */
const TYPING_MS = 60

export interface Choice {
  key: string
  label: string
  /** What it is called where nothing is chosen; otherwise any. */
  any?: string
  value: string | undefined
  options: { value: string; label: string }[]
}

export function Filters({ q, hint, label, choices }: { q: string; hint: string; label: string; choices: Choice[] }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false
  const [open, setOpen] = useState(false)
  const set = choices.filter((choice) => choice.value !== undefined)
  const change = (changed: Record<string, string | undefined>) => {
    void navigate({
      to: '.',
      search: (search: object) => ({ ...search, ...changed, cursor: undefined, at: undefined }),
      replace: true,
      resetScroll: false,
    })
  }
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField q={q} hint={hint} label={label} change={(text) => change({ q: text === '' ? undefined : text })} />
      {narrow && (
        <Button
          leftSection={<IconAdjustmentsHorizontal aria-hidden size={16} />}
          aria-expanded={open}
          aria-controls="choices"
          onClick={() => setOpen(!open)}
        >
          {set.length > 0 ? t('records.filtersOn', { count: set.length }) : t('records.filters')}
        </Button>
      )}
      <div id="choices" className="choices" hidden={narrow && !open}>
        {choices.map((choice) => (
          <NativeSelect
            key={choice.key}
            aria-label={choice.label}
            data-set={choice.value !== undefined}
            value={choice.value ?? ''}
            data={[{ value: '', label: choice.any ?? `${choice.label}: ${t('records.any')}` }, ...choice.options]}
            onChange={(event) => change({ [choice.key]: event.currentTarget.value || undefined })}
          />
        ))}
        {(set.length > 0 || q !== '') && (
          <Button
            variant="subtle"
            onClick={() =>
              change({ q: undefined, ...Object.fromEntries(choices.map((choice) => [choice.key, undefined])) })
            }
          >
            {t('records.clear')}
          </Button>
        )}
      </div>
    </form>
  )
}

function SearchField(props: { q: string; hint: string; label: string; change: (text: string) => void }) {
  const [text, setText] = useState(props.q)
  // What was asked for and does not stand in the address yet. When it does, more may have been typed, which must stay.
  const asked = useRef<string[]>([])
  const soon = useThrottledCallback((words: string) => {
    if (words !== props.q) asked.current.push(words)
    props.change(words)
  }, TYPING_MS)
  useEffect(() => {
    const at = asked.current.lastIndexOf(props.q)
    if (at === -1) setText(props.q)
    asked.current = asked.current.slice(at + 1)
  }, [props.q])
  return (
    <TextInput
      id={SEARCH_FIELD}
      type="search"
      aria-label={props.label}
      aria-keyshortcuts="/"
      placeholder={props.hint}
      leftSection={<IconSearch aria-hidden size={16} stroke={1.6} />}
      maxLength={200}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        soon(event.currentTarget.value.trim())
      }}
    />
  )
}
