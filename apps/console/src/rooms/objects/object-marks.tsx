// Marks of STIX objects: the type with its icon, the marking, what is remarkable.

import type { ObjectRow } from '@countersign/client'
import {
  IconAffiliate,
  IconAlertTriangle,
  IconArrowsLeftRight,
  IconBug,
  IconBulb,
  IconCrosshair,
  IconEye,
  IconFileText,
  IconFolder,
  IconHexagon,
  IconMapPin,
  IconServer2,
  IconShieldCheck,
  IconTag,
  IconTargetArrow,
  IconTool,
  IconUser,
  IconUsersGroup,
  IconVirus,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { Foreign } from '../../marks/Foreign.tsx'
import { TlpChip } from '../../marks/Marks.tsx'

interface IconProps {
  'aria-hidden': true
  size: string
  stroke: number
}

const ICONS: Record<string, ComponentType<IconProps>> = {
  'attack-pattern': IconCrosshair,
  campaign: IconTargetArrow,
  'course-of-action': IconShieldCheck,
  grouping: IconFolder,
  identity: IconUser,
  incident: IconAlertTriangle,
  indicator: IconEye,
  infrastructure: IconServer2,
  'intrusion-set': IconUsersGroup,
  location: IconMapPin,
  malware: IconVirus,
  'malware-analysis': IconVirus,
  'marking-definition': IconTag,
  note: IconFileText,
  'observed-data': IconEye,
  opinion: IconBulb,
  relationship: IconArrowsLeftRight,
  report: IconFileText,
  sighting: IconEye,
  'threat-actor': IconAffiliate,
  tool: IconTool,
  vulnerability: IconBug,
}

/** The types one may choose among: STIX 2.1's domain, relationship and meta objects, then its observables. */
export const STIX_TYPES = [
  ...Object.keys(ICONS).sort(),
  'artifact',
  'autonomous-system',
  'directory',
  'domain-name',
  'email-addr',
  'email-message',
  'extension-definition',
  'file',
  'ipv4-addr',
  'ipv6-addr',
  'language-content',
  'mac-addr',
  'mutex',
  'network-traffic',
  'process',
  'software',
  'url',
  'user-account',
  'windows-registry-key',
  'x509-certificate',
] as const

export function StixType({ type }: { type: string }) {
  const Icon = (Object.hasOwn(ICONS, type) ? ICONS[type] : undefined) ?? IconHexagon
  return (
    <span className="stix-type">
      <Icon aria-hidden size="1.1em" stroke={1.6} />
      <Foreign max={80}>{type}</Foreign>
    </span>
  )
}

export function ObjectMarking({ tlp }: { tlp: string | null }) {
  const { t } = useTranslation()
  return tlp === null ? <span className="quiet">{t('objects.unmarked')}</span> : <TlpChip tlp={tlp} />
}

export function ObjectFlags({ row }: { row: ObjectRow }) {
  const { t } = useTranslation()
  return (
    <>
      {row.revoked && <span className="tag bad">{t('objects.revoked')}</span>}
      {row.warnings.length > 0 && (
        <span className="tag warn">{t('objects.warnings', { count: row.warnings.length })}</span>
      )}
      {row.conflicts > 0 && <span className="tag bad">{t('objects.conflicts', { count: row.conflicts })}</span>}
    </>
  )
}
