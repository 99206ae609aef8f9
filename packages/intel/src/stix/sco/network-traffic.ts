/** Network Traffic (section 6.12); its extensions stand in a file of their own. */

import { own } from '../../properties.ts'
import { rule } from '../checks.ts'
import { atLeastOne, notBefore, objectType } from '../object-type.ts'
import { dictionary, flag, integer, integerOrTextValues, list, text, timestamp } from '../property-types.ts'
import { referenceTo } from '../references.ts'
import { NETWORK_TRAFFIC_EXTENSIONS } from './network-traffic-extensions.ts'

const SECTION = '6.12.1'

const host = referenceTo(SECTION, 'ipv4-addr', 'ipv6-addr', 'mac-addr', 'domain-name').optional()
const port = integer({ min: 0, max: 65_535, section: SECTION }).optional()
/** "As a positive integer"; that nothing was sent is said by 0. */
const count = integer({ min: 0, section: SECTION }).optional()
const payload = referenceTo(SECTION, 'artifact').optional()
const traffic = referenceTo(SECTION, 'network-traffic')

export const networkTraffic = objectType('sco', 'network-traffic', SECTION, {
  shape: {
    start: timestamp.optional(),
    end: timestamp.optional(),
    is_active: flag.optional(),
    src_ref: host,
    dst_ref: host,
    src_port: port,
    dst_port: port,
    protocols: list(text),
    src_byte_count: count,
    dst_byte_count: count,
    src_packets: count,
    dst_packets: count,
    ipfix: dictionary(integerOrTextValues(SECTION)).optional(),
    src_payload_ref: payload,
    dst_payload_ref: payload,
    encapsulates_refs: list(traffic).optional(),
    encapsulated_by_ref: traffic.optional(),
  },
  rules: [
    atLeastOne(['src_ref', 'dst_ref'], '6.12'),
    notBefore('start', 'end', SECTION),
    rule((object, tell) => {
      if (own(object, 'is_active') !== true || own(object, 'end') === undefined) return
      const message = 'There must be no end where the traffic is still active.'
      tell({ code: 'stix/beside', message, section: SECTION, path: ['end'] })
    }),
  ],
  extensions: NETWORK_TRAFFIC_EXTENSIONS,
  contributing: ['start', 'end', 'src_ref', 'dst_ref', 'src_port', 'dst_port', 'protocols', 'extensions'],
})
