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
  {
    keys: [
      ['g', 'r'],
      ['g', 'o'],
      ['g', 'l'],
      ['g', 's'],
      ['g', 't'],
      ['g', 'w'],
      ['g', 'b'],
      ['g', 'c'],
      ['g', 'a'],
      ['g', 'u'],
      ['g', 'p'],
      ['g', 'k'],
      ['g', 'n'],
    ],
    words: 'keys.rooms',
  },
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
  useImperativeHandle(handle, () => ({ show: () => dialog.current?.showModal() }), [])
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
