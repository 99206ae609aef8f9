// A dialogue before an act that cannot be undone: what it does, in sentences; the reason that is kept with it, where one
// is asked for; and what came of it. A native dialog: the browser keeps focus inside it and gives it back.

import { Button, Textarea } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Foreign } from './Foreign.tsx'
import { failureWords } from './Notice.tsx'

const REASON_MAX = 2_000

export interface ConfirmProps {
  title: string
  /** What it does; said before anything is asked. */
  children: ReactNode
  /** That it cannot be undone, in the words of this act; left out where it can. */
  finality?: string
  /** Asked for where it is given. */
  reason?: { label: string; hint: string }
  button: string
  /** False where there is nothing yet, or any more, to be done. */
  isReady?: boolean
  /** Resolves to the sentence that says what came of it; rejects with an ApiFailure, and nothing was done. */
  act: (reason: string) => Promise<string>
  onClose: () => void
}

/** Open for as long as it is mounted. */
export function Confirm(props: ConfirmProps) {
  const { title, children, finality, reason, button, isReady = true, act, onClose } = props
  const { t } = useTranslation()
  const client = useQueryClient()
  const dialog = useRef<HTMLDialogElement>(null)
  const [given, setGiven] = useState('')
  const [missing, setMissing] = useState(false)
  const doing = useMutation({
    mutationFn: (why: string) => act(why),
    // Whatever came of it, what the page shows is old.
    onSettled: () => client.invalidateQueries(),
  })
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (doing.isPending || !isReady) return
    if (reason !== undefined && given.trim() === '') return setMissing(true)
    doing.mutate(given.trim())
  }
  const close = () => dialog.current?.close()
  return (
    <dialog
      ref={dialog}
      className="dialog confirm"
      aria-labelledby="confirm-title"
      onClose={onClose}
      // While it is being done, Escape must not hide what comes of it.
      onCancel={(event) => doing.isPending && event.preventDefault()}
    >
      <form onSubmit={submit} noValidate>
        <h2 id="confirm-title">{title}</h2>
        {doing.data === undefined ? (
          <>
            {children}
            {finality !== undefined && (
              <p className="finality">
                <IconAlertTriangle aria-hidden size={18} stroke={1.8} />
                <span>{finality}</span>
              </p>
            )}
            {reason !== undefined && (
              <Textarea
                label={reason.label}
                description={reason.hint}
                value={given}
                rows={3}
                maxLength={REASON_MAX}
                error={missing ? t('confirm.reasonMissing') : undefined}
                onChange={(event) => {
                  setGiven(event.currentTarget.value)
                  setMissing(false)
                }}
              />
            )}
            <p role="alert" className="form-failure">
              {doing.isError ? failureWords(doing.error, t) : ''}
            </p>
            <div className="actions">
              <Button type="submit" variant="filled" disabled={doing.isPending || !isReady}>
                {doing.isPending ? t('confirm.working') : button}
              </Button>
              <Button onClick={close} disabled={doing.isPending}>
                {t('confirm.cancel')}
              </Button>
            </div>
          </>
        ) : (
          <>
            <p className="outcome" role="status">
              <IconCircleCheck aria-hidden size={20} stroke={1.8} />
              <span>
                <Foreign max={1_000}>{doing.data}</Foreign>
              </span>
            </p>
            <div className="actions">
              <Button onClick={close}>{t('frame.close')}</Button>
            </div>
          </>
        )}
      </form>
    </dialog>
  )
}
