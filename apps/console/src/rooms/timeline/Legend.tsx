// What the marks of a timeline mean: hollow is somebody’s word, solid was countersigned.

import { useTranslation } from 'react-i18next'
import { Glyph, type Glyphs } from './Band.tsx'

const GLYPHS: readonly Glyphs[] = ['theirs', 'ours', 'sighting', 'opinion', 'takenBack']

export function Legend() {
  const { t } = useTranslation()
  return (
    <section className="block tl-legend" aria-label={t('timeline.legend')}>
      <div>
        <h2>{t('timeline.legendClaims')}</h2>
        <ul>
          <li>
            <svg aria-hidden="true" width="34" height="20">
              <g className="tl-claim" data-kind="span">
                <rect x="2" y="5" width="30" height="9" />
                <path d="M2 5H32M2 14H32M2 5v9M32 5v9" />
              </g>
            </svg>
            {t('timeline.mark.span')}
          </li>
          <li>
            <svg aria-hidden="true" width="34" height="20">
              <path className="tl-moment" d="M17 5l5 5l-5 5l-5 -5z" />
            </svg>
            {t('timeline.mark.moment')}
          </li>
          <li>
            <svg aria-hidden="true" width="34" height="20">
              <g className="tl-event" data-mark="theirs" data-proved="false">
                <Glyph of="theirs" x={17} y={10} />
              </g>
            </svg>
            {t('timeline.mark.unproved')}
          </li>
          <li>
            <svg aria-hidden="true" width="34" height="20">
              <path className="tl-edge" d="M12 6l-5 4l5 4M22 6l5 4l-5 4" />
            </svg>
            {t('timeline.mark.beyond')}
          </li>
        </ul>
      </div>
      <div>
        <h2>{t('timeline.legendProofs')}</h2>
        <ul>
          <li>
            <svg aria-hidden="true" width="34" height="20">
              <g className="tl-event" data-mark="theirs" data-proved="true">
                <rect className="tl-interval" x="3" y="7" width="28" height="6" />
                <path className="tl-bound" d="M3 4v12M31 4v12" />
              </g>
            </svg>
            {t('timeline.mark.interval')}
          </li>
          {GLYPHS.map((glyph) => (
            <li key={glyph}>
              <svg aria-hidden="true" width="34" height="20">
                <g className="tl-event" data-mark={glyph} data-proved="true">
                  <Glyph of={glyph} x={17} y={10} />
                </g>
              </svg>
              {t(`timeline.mark.${glyph}`)}
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
