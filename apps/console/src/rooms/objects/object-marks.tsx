// Marks of STIX objects: the type with its icon, the marking, what is remarkable.

import type { ListedObject, ObjectRow } from '@countersign/client'
import {
  IconAffiliate,
  IconAlertTriangle,
  IconAppWindow,
  IconArrowsExchange,
  IconArrowsLeftRight,
  IconAt,
  IconBug,
  IconBulb,
  IconCertificate,
  IconCpu,
  IconCrosshair,
  IconDeviceDesktop,
  IconEye,
  IconFile,
  IconFileText,
  IconFolder,
  IconHexagon,
  IconKey,
  IconLanguage,
  IconLink,
  IconLock,
  IconMail,
  IconMapPin,
  IconNetwork,
  IconPaperclip,
  IconPuzzle,
  IconRouter,
  IconServer2,
  IconShieldCheck,
  IconTag,
  IconTargetArrow,
  IconTool,
  IconUser,
  IconUserCircle,
  IconUsersGroup,
  IconVirus,
  IconWorld,
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
  'extension-definition': IconPuzzle,
  grouping: IconFolder,
  identity: IconUser,
  incident: IconAlertTriangle,
  indicator: IconEye,
  infrastructure: IconServer2,
  'intrusion-set': IconUsersGroup,
  'language-content': IconLanguage,
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

const OBSERVABLES: typeof ICONS = {
  artifact: IconPaperclip,
  'autonomous-system': IconRouter,
  directory: IconFolder,
  'domain-name': IconWorld,
  'email-addr': IconAt,
  'email-message': IconMail,
  file: IconFile,
  'ipv4-addr': IconNetwork,
  'ipv6-addr': IconNetwork,
  'mac-addr': IconDeviceDesktop,
  mutex: IconLock,
  'network-traffic': IconArrowsExchange,
  process: IconCpu,
  software: IconAppWindow,
  url: IconLink,
  'user-account': IconUserCircle,
  'windows-registry-key': IconKey,
  'x509-certificate': IconCertificate,
}

/** The types one may choose among: STIX 2.1's domain, relationship and meta objects, then its observables. */
export const STIX_TYPES = [...Object.keys(ICONS), ...Object.keys(OBSERVABLES)]

/** Of a type that is not the standard's, a hexagon. */
export function iconOf(type: string): ComponentType<IconProps> {
  const icons = Object.hasOwn(ICONS, type) ? ICONS : OBSERVABLES
  return (Object.hasOwn(icons, type) ? icons[type] : undefined) ?? IconHexagon
}

export function StixType({ type }: { type: string }) {
  const Icon = iconOf(type)
  return (
    <span className="stix-type">
      <Icon aria-hidden size="1.1em" stroke={1.6} />
      <Foreign max={80}>{type}</Foreign>
    </span>
  )
}

/** What it is called; a relationship by what it is between. */
export function ObjectTitle({ of }: { of: Pick<ListedObject, 'id' | 'type' | 'name' | 'ends'> }) {
  const { id, type, name, ends } = of
  if (ends === null) return <Foreign max={300}>{name ?? id}</Foreign>
  return (
    <>
      <Foreign max={150}>{ends.from.name ?? ends.from.id}</Foreign>{' '}
      <span className="link-verb">
        <Foreign max={100}>{name ?? type}</Foreign>
      </span>{' '}
      <Foreign max={150}>{ends.to.name ?? ends.to.id}</Foreign>
    </>
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
