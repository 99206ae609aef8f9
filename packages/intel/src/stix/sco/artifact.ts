/** Artifact (section 6.1): bytes, or where they are. */

import { hashes } from '../hashes.ts'
import { mimeType } from '../mime-type.ts'
import { atLeastOne, goesWith, notBeside, objectType } from '../object-type.ts'
import { binary, enumeration, text, url } from '../property-types.ts'
import { ENCRYPTION_ALGORITHM } from '../vocabularies.ts'

const SECTION = '6.1.1'

export const artifact = objectType('sco', 'artifact', SECTION, {
  shape: {
    mime_type: mimeType(SECTION).optional(),
    payload_bin: binary.optional(),
    url: url(SECTION).optional(),
    hashes: hashes.optional(),
    encryption_algorithm: enumeration(ENCRYPTION_ALGORITHM).optional(),
    decryption_key: text.optional(),
  },
  rules: [
    atLeastOne(['payload_bin', 'url'], '6.1'),
    notBeside('payload_bin', 'url', SECTION),
    goesWith('url', 'hashes', SECTION),
    goesWith('decryption_key', 'encryption_algorithm', SECTION),
  ],
  contributing: ['hashes', 'payload_bin'],
})
