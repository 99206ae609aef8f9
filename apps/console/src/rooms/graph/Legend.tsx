// What the outlines, icons and lines of the picture mean. A type is pressed to hide it. The icons of the picture are read
// from those that stand here.

import { Checkbox } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Foreign } from '../../marks/Foreign.tsx'
import { iconOf } from '../objects/object-marks.tsx'
import type { Drawn } from './drawn.ts'
import { GROUPS, type Group, outlineData } from './groups.ts'

export const LINK_KINDS = ['relationship', 'sighting', 'reference'] as const

interface LegendProps {
  drawn: Drawn
  offTypes: ReadonlySet<string>
  offKinds: ReadonlySet<string>
  flipType: (type: string) => void
  flipKind: (kind: string) => void
}

export function Legend({ drawn, offTypes, offKinds, flipType, flipKind }: LegendProps) {
  const { t } = useTranslation()
  const types = new Map<string, { group: Group; count: number }>()
  for (const { type, group } of drawn.nodes) types.set(type, { group, count: (types.get(type)?.count ?? 0) + 1 })
  const states = new Set(drawn.nodes.map(({ state }) => state))
  return (
    <section className="block graph-legend" aria-label={t('graph.legend')}>
      <h2>{t('graph.legend')}</h2>
      <fieldset>
        <legend className="quiet small">{t('graph.kinds')}</legend>
        {LINK_KINDS.map((kind) => (
          <Checkbox
            key={kind}
            label={
              <span className="graph-line">
                <svg aria-hidden="true" width="34" height="8" data-kind={kind}>
                  <path d="M1 4H33" />
                </svg>
                {t(`graph.kind.${kind}`)}
              </span>
            }
            checked={!offKinds.has(kind)}
            onChange={() => flipKind(kind)}
          />
        ))}
      </fieldset>
      <p className="quiet small">{t('graph.legendHint')}</p>
      <div className="graph-groups">
        {GROUPS.map((group) => {
          const own = [...types].filter(([, one]) => one.group === group).sort(([a], [b]) => (a < b ? -1 : 1))
          return (
            own.length > 0 && (
              <div key={group} className="graph-group" data-group={group}>
                <h3 className="quiet small">{t(`graph.groups.${group}`)}</h3>
                <ul>
                  {own.map(([type, { count }]) => (
                    <li key={type}>
                      <button
                        type="button"
                        className="graph-type"
                        aria-pressed={!offTypes.has(type)}
                        onClick={() => flipType(type)}
                      >
                        <Sign type={type} group={group} />
                        <span className="graph-type-name">
                          <Foreign max={80}>{type === '' ? t('graph.groups.other') : type}</Foreign>
                        </span>
                        <span className="quiet">{count}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </div>
            )
          )
        })}
      </div>
      <div className="graph-group">
        <h3 className="quiet small">{t('graph.states')}</h3>
        <ul className="graph-states">
          <State name="begins" />
          {drawn.nodes.some(({ more }) => more) && <State name="more" />}
          {(['revoked', 'withdrawn', 'missing'] as const).map(
            (state) => states.has(state) && <State key={state} name={state} />,
          )}
        </ul>
      </div>
    </section>
  )
}

export function Sign({ type, group }: { type: string; group: Group }) {
  const Icon = iconOf(type)
  return (
    <span className="graph-sign" data-group={group} data-sign={type}>
      <svg aria-hidden="true" viewBox="0 0 24 24" className="graph-outline">
        <path d={outlineData(group)} />
      </svg>
      <Icon aria-hidden size="0.75rem" stroke={1.8} />
    </span>
  )
}

function State({ name }: { name: 'begins' | 'more' | 'revoked' | 'withdrawn' | 'missing' }) {
  const { t } = useTranslation()
  return (
    <li>
      <svg aria-hidden="true" viewBox="0 0 24 24" className="graph-state" data-state={name}>
        <path d={outlineData('sign')} />
        {(name === 'revoked' || name === 'withdrawn') && <path d="M2 22L22 2" className="graph-struck" />}
        {name === 'more' && <path d="M12 8v8M8 12h8" />}
      </svg>
      {t(`graph.${name}`)}
    </li>
  )
}

/** The icons that stand in the legend, by type, as paths for the canvas. */
export function iconsIn(element: Element): Map<string, Path2D[]> {
  const icons = new Map<string, Path2D[]>()
  for (const sign of element.querySelectorAll<HTMLElement>('[data-sign]')) {
    const paths = [...sign.querySelectorAll('svg:last-child path')]
    icons.set(
      sign.dataset.sign ?? '',
      paths.map((path) => new Path2D(path.getAttribute('d') ?? '')),
    )
  }
  return icons
}
