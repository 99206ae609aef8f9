/** The cyber-observables of the standard, by the names of their types. */

import type { StandardType } from './object-kinds.ts'
import type { ObjectType } from './object-type.ts'
import { domainName, emailAddr, ipv4Addr, ipv6Addr, macAddr, mutex, urlObject } from './sco/addresses.ts'
import { artifact } from './sco/artifact.ts'
import { autonomousSystem } from './sco/autonomous-system.ts'
import { directory } from './sco/directory.ts'
import { emailMessage } from './sco/email-message.ts'
import { file } from './sco/file.ts'
import { networkTraffic } from './sco/network-traffic.ts'
import { processObject } from './sco/process-object.ts'
import { software } from './sco/software.ts'
import { userAccount } from './sco/user-account.ts'
import { windowsRegistryKey } from './sco/windows-registry-key.ts'
import { x509Certificate } from './sco/x509-certificate.ts'

export const SCO_TYPES = {
  artifact,
  'autonomous-system': autonomousSystem,
  directory,
  'domain-name': domainName,
  'email-addr': emailAddr,
  'email-message': emailMessage,
  file,
  'ipv4-addr': ipv4Addr,
  'ipv6-addr': ipv6Addr,
  'mac-addr': macAddr,
  mutex,
  'network-traffic': networkTraffic,
  process: processObject,
  software,
  url: urlObject,
  'user-account': userAccount,
  'windows-registry-key': windowsRegistryKey,
  'x509-certificate': x509Certificate,
} satisfies Partial<Record<StandardType, ObjectType>>
