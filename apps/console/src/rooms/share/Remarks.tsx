// What the standard says of an object or a bundle, each with its place; the first of it at once, the rest on demand.

import { useTranslation } from 'react-i18next'
import type { Remark } from '../../intake/protocol.ts'
import { Foreign } from '../../marks/Foreign.tsx'
import { Code } from '../../marks/Marks.tsx'

const SHOWN_AT_ONCE = 3

export function Remarks({ errors, warnings }: { errors: Remark[]; warnings: Remark[] }) {
  const { t } = useTranslation()
  const all = [
    ...errors.map((remark) => ({ ...remark, isError: true })),
    ...warnings.map((remark) => ({ ...remark, isError: false })),
  ]
  const list = (some: typeof all) => (
    <ul className="remarks">
      {some.map(({ path, message, section, isError }) => (
        <li key={`${path} ${message}`}>
          <span className={isError ? 'tag bad' : 'tag warn'}>{t(isError ? 'share.error' : 'share.advice')}</span>{' '}
          {path !== '' && (
            <>
              <Code>{path}</Code>{' '}
            </>
          )}
          <Foreign max={500}>{message}</Foreign>{' '}
          {section !== '' && <span className="quiet">{t('object.section', { section })}</span>}
        </li>
      ))}
    </ul>
  )
  const more = all.slice(SHOWN_AT_ONCE)
  return (
    <>
      {list(all.slice(0, SHOWN_AT_ONCE))}
      {more.length > 0 && (
        <details>
          <summary className="quiet">{t('share.more', { count: more.length })}</summary>
          {list(more)}
        </details>
      )}
    </>
  )
}
