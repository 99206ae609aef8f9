// The keys, on “?”. A native dialog: the browser keeps focus inside it and gives it back.

import { Button, Kbd } from '@mantine/core'
import { type Ref, useImperativeHandle, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useSingleKeys } from './keyboard.ts'

const KEYS = [
  { keys: [['j'], ['k'], ['↓'], ['↑']], words: 'keys.move' },
  { keys: [['Enter']], words: 'keys.open' },
  { keys: [['/']], words: 'keys.search' },
  { keys: [['Esc']], words: 'keys.back' },
  { keys: [['n'], ['p']], words: 'keys.page' },
  { keys: [['g', 'r']], words: 'keys.rooms.records' },
  { keys: [['g', 'o']], words: 'keys.rooms.objects' },
  { keys: [['g', 'l']], words: 'keys.rooms.timeline' },
  { keys: [['g', 's']], words: 'keys.rooms.share' },
  { keys: [['g', 't']], words: 'keys.rooms.triage' },
  { keys: [['g', 'w']], words: 'keys.rooms.rounds' },
  { keys: [['g', 'b']], words: 'keys.rooms.balance' },
  { keys: [['g', 'c']], words: 'keys.rooms.consents' },
  { keys: [['g', 'a']], words: 'keys.rooms.agreements' },
  { keys: [['g', 'u']], words: 'keys.rooms.rules' },
  { keys: [['g', 'p']], words: 'keys.rooms.approvals' },
  { keys: [['g', 'k']], words: 'keys.rooms.keys' },
  { keys: [['g', 'n']], words: 'keys.rooms.node' },
  { keys: [['a'], ['w'], ['f'], ['s']], words: 'keys.triageVerdicts' },
  { keys: [['x'], ['X']], words: 'keys.triageSelect' },
  { keys: [['o'], ['i'], ['u']], words: 'keys.round' },
  { keys: [['u'], ['e'], ['t']], words: 'keys.triageStep' },
  { keys: [['c'], ['t']], words: 'keys.consents' },
  { keys: [['←'], ['→'], ['+'], ['-'], ['0']], words: 'keys.timeline' },
  { keys: [['?']], words: 'keys.help' },
] as const

export interface KeysHelpHandle {
  show(): void
}

export function KeysHelp({ handle }: { handle: Ref<KeysHelpHandle> }) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const on = useSingleKeys()
  const show = () => {
    dialog.current?.showModal()
    // What has the focus is its last button, which would scroll the first keys away.
    dialog.current?.scrollTo({ top: 0 })
  }
  useImperativeHandle(handle, () => ({ show }), [])
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="keys-title">
      <h2 id="keys-title">{t('keys.title')}</h2>
      <dl className="keys">
        {KEYS.map(({ keys, words }) => (
          <div key={words}>
            <dt>
              {keys.map((pair) => (
                <span key={pair.join(' ')}>
                  {pair.map((key, at) => (
                    <span key={key}>
                      {at > 0 && <span className="quiet"> {t('keys.then')} </span>}
                      <Kbd>{key}</Kbd>
                    </span>
                  ))}
                </span>
              ))}
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      {!on && <p className="quiet">{t('keys.off')}</p>}
      <form method="dialog">
        <Button type="submit">{t('frame.close')}</Button>
      </form>
    </dialog>
  )
}
