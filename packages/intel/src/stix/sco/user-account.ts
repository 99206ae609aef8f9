/** User Account (section 6.16), with its extension for UNIX. */

import { z } from 'zod'
import { atLeastOne, objectType } from '../object-type.ts'
import { flag, integer, list, openVocabulary, text, timestamp } from '../property-types.ts'
import { ACCOUNT_TYPE } from '../vocabularies.ts'

/** Section 6.16.2. */
const unixAccountShape = {
  gid: integer().optional(),
  groups: list(text).optional(),
  home_dir: text.optional(),
  shell: text.optional(),
}

const shape = {
  user_id: text.optional(),
  credential: text.optional(),
  account_login: text.optional(),
  account_type: openVocabulary(ACCOUNT_TYPE).optional(),
  display_name: text.optional(),
  is_service_account: flag.optional(),
  is_privileged: flag.optional(),
  can_escalate_privs: flag.optional(),
  is_disabled: flag.optional(),
  account_created: timestamp.optional(),
  account_expires: timestamp.optional(),
  credential_last_changed: timestamp.optional(),
  account_first_login: timestamp.optional(),
  account_last_login: timestamp.optional(),
}

export const userAccount = objectType('sco', 'user-account', '6.16.1', {
  shape,
  // Its own table lists the extensions among the properties.
  rules: [atLeastOne([...Object.keys(shape), 'extensions'], '6.16')],
  extensions: {
    'unix-account-ext': z.object(unixAccountShape).check(atLeastOne(Object.keys(unixAccountShape), '6.16.2')),
  },
  contributing: ['account_type', 'user_id', 'account_login'],
})
