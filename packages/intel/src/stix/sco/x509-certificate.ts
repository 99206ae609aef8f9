/** X.509 Certificate (section 6.18). */

import { z } from 'zod'
import { hashes } from '../hashes.ts'
import { atLeastOne, objectType } from '../object-type.ts'
import { flag, integer, text, timestamp } from '../property-types.ts'

/** Section 6.18.2; what it calls extensions are those of X.509. */
const v3ExtensionsShape = {
  basic_constraints: text.optional(),
  name_constraints: text.optional(),
  policy_constraints: text.optional(),
  key_usage: text.optional(),
  extended_key_usage: text.optional(),
  subject_key_identifier: text.optional(),
  authority_key_identifier: text.optional(),
  subject_alternative_name: text.optional(),
  issuer_alternative_name: text.optional(),
  subject_directory_attributes: text.optional(),
  crl_distribution_points: text.optional(),
  inhibit_any_policy: text.optional(),
  private_key_usage_period_not_before: timestamp.optional(),
  private_key_usage_period_not_after: timestamp.optional(),
  certificate_policies: text.optional(),
  policy_mappings: text.optional(),
}
const v3Extensions = z.object(v3ExtensionsShape).check(atLeastOne(Object.keys(v3ExtensionsShape), '6.18.2'))

const shape = {
  is_self_signed: flag.optional(),
  hashes: hashes.optional(),
  version: text.optional(),
  serial_number: text.optional(),
  signature_algorithm: text.optional(),
  issuer: text.optional(),
  validity_not_before: timestamp.optional(),
  validity_not_after: timestamp.optional(),
  subject: text.optional(),
  subject_public_key_algorithm: text.optional(),
  subject_public_key_modulus: text.optional(),
  subject_public_key_exponent: integer().optional(),
  x509_v3_extensions: v3Extensions.optional(),
}

export const x509Certificate = objectType('sco', 'x509-certificate', '6.18.1', {
  shape,
  rules: [atLeastOne(Object.keys(shape), '6.18')],
  contributing: ['hashes', 'serial_number'],
})
