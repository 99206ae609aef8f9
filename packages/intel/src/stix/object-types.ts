/** Every type that STIX 2.1 defines, each with its one schema. */

import { extensionDefinition } from './meta/extension-definition.ts'
import { languageContent } from './meta/language-content.ts'
import { markingDefinition } from './meta/marking-definition.ts'
import type { ObjectKind, StandardType } from './object-kinds.ts'
import { customType, type ObjectType } from './object-type.ts'
import { SCO_TYPES } from './sco-types.ts'
import { attackPattern } from './sdo/attack-pattern.ts'
import { campaign } from './sdo/campaign.ts'
import { courseOfAction } from './sdo/course-of-action.ts'
import { grouping } from './sdo/grouping.ts'
import { identity } from './sdo/identity.ts'
import { incident } from './sdo/incident.ts'
import { indicator } from './sdo/indicator.ts'
import { infrastructure } from './sdo/infrastructure.ts'
import { intrusionSet } from './sdo/intrusion-set.ts'
import { location } from './sdo/location.ts'
import { malware } from './sdo/malware.ts'
import { malwareAnalysis } from './sdo/malware-analysis.ts'
import { note } from './sdo/note.ts'
import { observedData } from './sdo/observed-data.ts'
import { opinion } from './sdo/opinion.ts'
import { report } from './sdo/report.ts'
import { threatActor } from './sdo/threat-actor.ts'
import { tool } from './sdo/tool.ts'
import { vulnerability } from './sdo/vulnerability.ts'
import { relationship } from './sro/relationship.ts'
import { sighting } from './sro/sighting.ts'

const STANDARD: Readonly<Record<StandardType, ObjectType>> = {
  ...SCO_TYPES,
  'attack-pattern': attackPattern,
  campaign,
  'course-of-action': courseOfAction,
  grouping,
  identity,
  incident,
  indicator,
  infrastructure,
  'intrusion-set': intrusionSet,
  location,
  malware,
  'malware-analysis': malwareAnalysis,
  note,
  'observed-data': observedData,
  opinion,
  report,
  'threat-actor': threatActor,
  tool,
  vulnerability,
  relationship,
  sighting,
  'extension-definition': extensionDefinition,
  'language-content': languageContent,
  'marking-definition': markingDefinition,
}

const CUSTOM: Readonly<Record<ObjectKind, ObjectType>> = {
  sdo: customType('sdo'),
  sro: customType('sro'),
  sco: customType('sco'),
  meta: customType('meta'),
}

/** The type itself, or what is asked of any object of its kind. */
export function objectTypeOf(type: string, kind: ObjectKind): ObjectType {
  return Object.hasOwn(STANDARD, type) ? STANDARD[type as StandardType] : CUSTOM[kind]
}

export const STANDARD_TYPES = Object.keys(STANDARD) as StandardType[]
