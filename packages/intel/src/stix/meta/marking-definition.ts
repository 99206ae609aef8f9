/**
 * Marking Definition (section 7.2.1): a statement, one of the four colours that the standard fixes, or what an extension
 * says, such as the colours of TLP 2.0. It has no versions.
 */

import { fixedTlp1, TLP_2_EXTENSION, tlp2IdOf } from '../../markings.ts'
import { isRecord, own, type Properties } from '../../properties.ts'
import { compareTimestamps, isTimestamp } from '../../timestamp.ts'
import { anObject, rule, should, type Tell } from '../checks.ts'
import { objectType } from '../object-type.ts'
import { text } from '../property-types.ts'

const SECTION = '7.2.1.1'

const definitionType = text.check(
  should(
    (type: string) => type === 'statement' || type === 'tlp',
    'stix/vocabulary',
    'A marking that is neither statement nor tlp should be defined by an extension.',
    SECTION,
  ),
)

export const markingDefinition = objectType('meta', 'marking-definition', SECTION, {
  without: ['modified', 'revoked', 'labels', 'confidence', 'lang'],
  shape: {
    name: text.optional(),
    definition_type: definitionType.optional(),
    definition: anObject.optional(),
  },
  rules: [
    rule((object, tell) => {
      if (own(object, 'extensions') !== undefined) return
      for (const property of ['definition_type', 'definition']) {
        if (own(object, property) !== undefined) continue
        const message = `Without extensions, there must be a ${property}.`
        tell({ code: 'stix/required', message, section: SECTION, path: [property] })
      }
    }),
    rule((object, tell) => {
      const type = own(object, 'definition_type')
      const said = own(object, 'definition')
      if (!isRecord(said)) return
      if (type === 'statement' && typeof own(said, 'statement') !== 'string') {
        const path = ['definition', 'statement']
        tell({ code: 'stix/required', message: 'A statement marking must say it.', section: '7.2.1.3', path })
      } else if (type === 'tlp') {
        judgeTlp1(object, own(said, 'tlp'), tell)
      }
    }),
    rule(judgeTlp2),
  ],
})

/** "The only instances of TLP marking definitions permitted are those defined here." */
function judgeTlp1(object: Properties, colour: unknown, tell: Tell): void {
  const section = '7.2.1.4'
  const fixed = fixedTlp1(colour)
  if (fixed === undefined) {
    const message = 'This must be white, green, amber or red.'
    return tell({ code: 'stix/tlp', message, section, path: ['definition', 'tlp'] })
  }
  const created = own(object, 'created')
  if (own(object, 'id') !== fixed.id) {
    tell({ code: 'stix/tlp', message: `The one marking of this colour has the id ${fixed.id}.`, section, path: ['id'] })
  }
  if (own(object, 'name') !== fixed.name) {
    tell({ code: 'stix/tlp', message: `The name must be ${fixed.name}.`, section, path: ['name'] })
  }
  if (isTimestamp(created) && compareTimestamps(created, fixed.created) !== 0) {
    tell({ code: 'stix/tlp', message: `It was created at ${fixed.created}.`, section, path: ['created'] })
  }
}

/** TLP 2.0 is an extension that OASIS published beside the standard, with ids as fixed: another one is remarked on. */
function judgeTlp2(object: Properties, tell: Tell): void {
  const extensions = own(object, 'extensions')
  const extension = isRecord(extensions) ? own(extensions, TLP_2_EXTENSION) : undefined
  if (!isRecord(extension)) return
  const id = tlp2IdOf(own(extension, 'tlp_2_0'))
  if (id !== undefined && id === own(object, 'id')) return
  const message =
    id === undefined
      ? 'This is none of the colours of TLP 2.0.'
      : `TLP 2.0 is published under other ids; this is ${id}.`
  const path = id === undefined ? ['extensions', TLP_2_EXTENSION, 'tlp_2_0'] : ['id']
  tell({ code: 'stix/tlp', message, section: '7.2.1', path, remark: true })
}
