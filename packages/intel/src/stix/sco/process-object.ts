/** Process (section 6.13), with its extensions for Windows. Nothing contributes to its id: it is a UUIDv4. */

import { z } from 'zod'
import { should } from '../checks.ts'
import { atLeastOne, objectType } from '../object-type.ts'
import { dictionary, enumeration, flag, integer, list, text, textValues, timestamp } from '../property-types.ts'
import { referenceTo } from '../references.ts'
import {
  WINDOWS_INTEGRITY_LEVEL,
  WINDOWS_SERVICE_START_TYPE,
  WINDOWS_SERVICE_STATUS,
  WINDOWS_SERVICE_TYPE,
} from '../vocabularies.ts'

const SECTION = '6.13.1'

const priority = text.check(
  should(
    (name: string) => name.endsWith('_CLASS'),
    'stix/spelling',
    'The priority should end in _CLASS, such as HIGH_PRIORITY_CLASS.',
    '6.13.2.1',
  ),
)

/** Section 6.13.2. */
const windowsProcessShape = {
  aslr_enabled: flag.optional(),
  dep_enabled: flag.optional(),
  priority: priority.optional(),
  owner_sid: text.optional(),
  window_title: text.optional(),
  // The struct has null pointers in it, so its values are not asked for a type.
  startup_info: dictionary(() => {}).optional(),
  integrity_level: enumeration(WINDOWS_INTEGRITY_LEVEL).optional(),
}

/** Section 6.13.3. */
const windowsServiceShape = {
  service_name: text.optional(),
  descriptions: list(text).optional(),
  display_name: text.optional(),
  group_name: text.optional(),
  start_type: enumeration(WINDOWS_SERVICE_START_TYPE).optional(),
  service_dll_refs: list(referenceTo('6.13.3.1', 'file')).optional(),
  service_type: enumeration(WINDOWS_SERVICE_TYPE).optional(),
  service_status: enumeration(WINDOWS_SERVICE_STATUS).optional(),
}

const shape = {
  is_hidden: flag.optional(),
  pid: integer().optional(),
  created_time: timestamp.optional(),
  cwd: text.optional(),
  command_line: text.optional(),
  environment_variables: dictionary(textValues(SECTION)).optional(),
  opened_connection_refs: list(referenceTo(SECTION, 'network-traffic')).optional(),
  creator_user_ref: referenceTo(SECTION, 'user-account').optional(),
  image_ref: referenceTo(SECTION, 'file').optional(),
  parent_ref: referenceTo(SECTION, 'process').optional(),
  child_refs: list(referenceTo(SECTION, 'process')).optional(),
}

export const processObject = objectType('sco', 'process', SECTION, {
  shape,
  rules: [atLeastOne([...Object.keys(shape), 'extensions'], '6.13')],
  extensions: {
    'windows-process-ext': z.object(windowsProcessShape).check(atLeastOne(Object.keys(windowsProcessShape), '6.13.2')),
    'windows-service-ext': z.object(windowsServiceShape).check(atLeastOne(Object.keys(windowsServiceShape), '6.13.3')),
  },
})
