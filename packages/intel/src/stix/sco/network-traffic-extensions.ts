/** The predefined extensions of network traffic (sections 6.12.2 to 6.12.5): HTTP requests, ICMP, sockets, TCP. */

import { z } from 'zod'
import { should } from '../checks.ts'
import { atLeastOne } from '../object-type.ts'
import { dictionary, enumeration, flag, headerValues, hex, integer, integerValues, text } from '../property-types.ts'
import { referenceTo } from '../references.ts'
import { NETWORK_SOCKET_ADDRESS_FAMILY, NETWORK_SOCKET_TYPE } from '../vocabularies.ts'

const HTTP = '6.12.2.1'

const lowerCase = text.check(
  should((word: string) => word === word.toLowerCase(), 'stix/spelling', 'This is written in lower case.', HTTP),
)

/** Section 6.12.2. */
const httpRequest = z.object({
  request_method: lowerCase,
  request_value: text,
  request_version: lowerCase.optional(),
  request_header: dictionary(headerValues(HTTP)).optional(),
  message_body_length: integer().optional(),
  message_body_data_ref: referenceTo(HTTP, 'artifact').optional(),
})

/** Section 6.12.3. */
const icmp = z.object({ icmp_type_hex: hex, icmp_code_hex: hex })

/** Section 6.12.4. */
const socket = z.object({
  address_family: enumeration(NETWORK_SOCKET_ADDRESS_FAMILY),
  is_blocking: flag.optional(),
  is_listening: flag.optional(),
  options: dictionary(integerValues('6.12.4.1')).optional(),
  socket_type: enumeration(NETWORK_SOCKET_TYPE).optional(),
  socket_descriptor: integer({ min: 0, section: '6.12.4.1' }).optional(),
  socket_handle: integer().optional(),
})

/** Section 6.12.5. */
const tcp = z
  .object({ src_flags_hex: hex.optional(), dst_flags_hex: hex.optional() })
  .check(atLeastOne(['src_flags_hex', 'dst_flags_hex'], '6.12.5'))

export const NETWORK_TRAFFIC_EXTENSIONS = {
  'http-request-ext': httpRequest,
  'icmp-ext': icmp,
  'socket-ext': socket,
  'tcp-ext': tcp,
}
