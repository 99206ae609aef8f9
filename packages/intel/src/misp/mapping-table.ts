/** The table of attribute types as a page of documentation has it, made of the data that the mapping itself uses. */

import { ATTRIBUTE_TYPES, type AttributeMapping } from './attribute-types.ts'

/** One line of the table. The cells are plain text. */
export interface MappingLine {
  readonly type: string
  readonly category: string
  /** With `to_ids`. */
  readonly detecting: string
  /** Without it. */
  readonly seen: string
}

/** A line for every attribute type of MISP, in the order of their names. */
export function mispMappingLines(): readonly MappingLine[] {
  return [...ATTRIBUTE_TYPES.values()]
    .map(({ type, category, mapping }) => ({ type, category, ...words(mapping) }))
    .sort((a, b) => (a.type < b.type ? -1 : 1))
}

/** The same as a table in Markdown. */
export function mispMappingTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const code = (text: string) => (text.startsWith('carried') ? text : `\`${cell(text)}\``)
  return [
    '| type | category | with `to_ids` | without |',
    '|---|---|---|---|',
    ...mispMappingLines().map(({ type, category, detecting, seen }) => {
      return `| \`${cell(type)}\` | ${category} | ${code(detecting)} | ${code(seen)} |`
    }),
  ].join('\n')
}

function words(mapping: AttributeMapping): Pick<MappingLine, 'detecting' | 'seen'> {
  switch (mapping.to) {
    case 'carried':
      return both(`carried: ${mapping.why}`)
    case 'rule':
      return both(`indicator, pattern_type ${mapping.patternType}`)
    case 'object': {
      const object = `${mapping.type} ${mapping.property}`
      if (mapping.within === undefined) return both(object)
      return { detecting: `carried: ${mapping.within}`, seen: `${object}, within an object` }
    }
    case 'observable': {
      const seen = mapping.objects?.map(({ type, ...said }) => `${kind(type)} ${shown(said)}`).join(', ')
      return { detecting: mapping.pattern, seen: seen ?? 'carried: STIX can say it in a pattern only.' }
    }
  }
}

function both(text: string): Pick<MappingLine, 'detecting' | 'seen'> {
  return { detecting: text, seen: text }
}

function kind(type: string): string {
  return type.startsWith('$') ? 'ipv4-addr or ipv6-addr' : type
}

function shown(said: object): string {
  return JSON.stringify(said).replaceAll('"', '')
}
