/** Kill chain phases (section 2.11). */

import { z } from 'zod'
import { should } from './checks.ts'
import { list } from './property-types.ts'

const chainName = z
  .string()
  .check(
    should(
      (name: string) => !/[\p{Lu}\s_]/u.test(name),
      'stix/spelling',
      'This should be in lower case, its words joined by hyphens.',
      '2.11',
    ),
  )

export const killChainPhases = list(z.object({ kill_chain_name: chainName, phase_name: chainName }))
