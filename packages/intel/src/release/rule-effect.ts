/** What a rule does, as its annotations say it: @redact and @approve (docs/RULES.md). Read and written in this one place. */

import type { CutProperty, RuleEffect } from './house-rules.ts'

/** The same with each property as it is written, such as `external_references[own-infrastructure]`. */
export type RuleEffectText =
  | { readonly kind: 'hold-back' | 'approve' | 'leave-out' | 'cut-marked' }
  | { readonly kind: 'cut'; readonly properties: readonly string[] }

const PROPERTY = /^([a-z0-9_]+(?:\.[a-zA-Z0-9_-]+)*)(?:\[([a-z0-9-]+)\])?$/

/** Undefined where what is to be redacted is not understood. */
export function effectOf({ redact, approve }: { redact?: string; approve?: string }): RuleEffect | undefined {
  if (approve !== undefined) return redact === undefined && approve === SECOND_PERSON ? { kind: 'approve' } : undefined
  if (redact === undefined) return { kind: 'hold-back' }
  if (redact === 'object') return { kind: 'leave-out' }
  if (redact === 'marked-parts') return { kind: 'cut-marked' }
  const properties = redact.split(',').map((text): CutProperty | undefined => {
    const [, path, onList] = PROPERTY.exec(text.trim()) ?? []
    return (path && { names: path.split('.'), ...(onList === undefined ? {} : { onList }) }) || undefined
  })
  return properties.includes(undefined)
    ? undefined
    : { kind: 'cut', properties: properties.filter((property) => property !== undefined) }
}

export const SECOND_PERSON = 'second-person'

/** What @redact says of it; undefined where the rule has none. */
export function redactOf(effect: RuleEffectText): string | undefined {
  switch (effect.kind) {
    case 'hold-back':
    case 'approve':
      return undefined
    case 'leave-out':
      return 'object'
    case 'cut-marked':
      return 'marked-parts'
    case 'cut':
      return effect.properties.join(', ')
  }
}

export function effectText(effect: RuleEffect): RuleEffectText {
  if (effect.kind !== 'cut') return effect
  const properties = effect.properties.map(({ names, onList }) => {
    return `${names.join('.')}${onList === undefined ? '' : `[${onList}]`}`
  })
  return { kind: 'cut', properties }
}
