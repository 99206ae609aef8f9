// The agreement as signed data (spec/agreement.md). `parseAgreement` is the only maker of an `Agreement` from bytes.

import { ok, parseVerifierKey, type Result, refuse, sha256, toHex } from '@countersign/log'
import {
  canonicalJson,
  hex32,
  isChannelName,
  isEndpoint,
  pactIdSchema,
  parseCanonical,
  partyDomain,
  strictlySorted,
  TLP_LABELS,
  timestamp,
  typeNamed,
} from '@countersign/record'
import { z } from 'zod'
import { LIMITS } from './limits.ts'

const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'no control character')
const prose = z
  .string()
  .min(1)
  .max(LIMITS.clauseChars)
  .regex(/^(?:[^\p{Cc}]|\n)*$/u, 'no control character')
const seconds = z.number().int().min(1).max(LIMITS.intervalSecondsMax)
const count = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const stixType = z.string().regex(/^[a-z0-9][a-z0-9-]{1,248}[a-z0-9]$/, 'a STIX type')
const sortedParties = z.array(partyDomain).refine(strictlySorted, 'sorted, without duplicates')

export const ROLES = ['depositary', 'observer', 'witness'] as const
export type Role = (typeof ROLES)[number]

/** Whether feedback names who behind a party saw something (spec/agreement.md, Sightings). */
export const SIGHTERS = ['withheld', 'optional', 'named'] as const
export type Sighter = (typeof SIGHTERS)[number]

const partySchema = z.strictObject({ party: partyDomain, name: text(LIMITS.titleChars), root: hex32 })

/** Witnesses run by anybody (spec/witness.md). */
const witnessesSchema = z.strictObject({
  quorum: z.number().int().min(1).max(LIMITS.witnesses),
  of: z
    .array(
      z.strictObject({
        name: text(255),
        operator: partyDomain,
        url: z.string().refine(isEndpoint, 'a URL that ends in a slash, https beyond this machine'),
        vkeys: z.array(z.string().max(LIMITS.verifierKeyChars)).min(1).max(2),
      }),
    )
    .min(1)
    .max(LIMITS.witnesses),
})

export const agreementSchema = z.strictObject({
  v: z.literal(1),
  id: pactIdSchema,
  base: hex32.nullable(),
  title: text(LIMITS.titleChars),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'a BCP 47 tag'),
  parties: z.array(partySchema).min(2).max(LIMITS.parties),
  neutrals: z
    .array(
      z.strictObject({
        ...partySchema.shape,
        operator: partyDomain,
        roles: z.array(z.enum(ROLES)).min(1).refine(strictlySorted, 'sorted, without duplicates'),
      }),
    )
    .max(LIMITS.neutrals),
  quorum: z.number().int().min(0).max(LIMITS.neutrals),
  witnesses: witnessesSchema.exactOptional(),
  sightings: z.strictObject({ sighter: z.enum(SIGHTERS) }).exactOptional(),
  channels: z
    .array(
      z.strictObject({
        name: z.string().refine(isChannelName, 'a channel name'),
        parties: sortedParties.min(2),
      }),
    )
    .min(1)
    .max(LIMITS.channels),
  term: z.strictObject({ from: timestamp.nullable(), until: timestamp.nullable() }),
  offer: z.strictObject({ expires: timestamp }),
  marking: z.strictObject({ scheme: z.literal('TLP:2.0'), max: z.enum(TLP_LABELS) }),
  share: z.strictObject({
    records: z.array(z.string().refine(isShareable, 'a record type that may be said once in force')).max(256),
    stix: z.union([
      z.strictObject({ deny: z.array(stixType).max(256) }),
      z.strictObject({ allow: z.array(stixType).max(256) }),
    ]),
  }),
  limits: z.strictObject({
    entriesPerDay: count,
    bytesPerDay: count,
    partBytes: z.number().int().min(1_024).max(LIMITS.partBytesMax),
    parts: z.number().int().min(1).max(LIMITS.partsMax),
    openProposals: count,
  }),
  retention: z.strictObject({ days: count }),
  intervals: z.strictObject({
    pollSeconds: seconds,
    cosignSeconds: seconds,
    pinSeconds: seconds,
    rejectSeconds: seconds,
  }),
  clauses: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.()-]{0,31}$/, 'a clause number'),
        text: prose,
        source: prose,
      }),
    )
    .max(LIMITS.clauses),
})

export type Agreement = z.infer<typeof agreementSchema>

/** Reads canonical bytes. Refuses with `agreement/…` codes. */
export function parseAgreement(bytes: Uint8Array): Result<Agreement> {
  const parsed = parseCanonical(bytes, { maxBytes: LIMITS.agreementBytes })
  if (!parsed.ok) return refuse('agreement/form', `This is no agreement: ${parsed.message}.`)
  return checkAgreementValue(parsed.value)
}

/** Checks a value that came from elsewhere, such as edited YAML; `path` leads to the fault. */
export function checkAgreementValue(value: unknown): Result<Agreement> & { path?: PropertyKey[] } {
  const checked = agreementSchema.safeParse(value)
  if (!checked.success) {
    const issue = checked.error.issues[0]
    const path = issue?.path ?? []
    return {
      ...refuse(
        'agreement/schema',
        `The agreement is malformed at ${path.join('.') || 'its top'}: ${issue?.message ?? ''}.`,
      ),
      path,
    }
  }
  const fault = firstFault(checked.data)
  if (fault !== undefined) return { ...refuse('agreement/rules', `${fault[1]}.`), path: [fault[0]] }
  if (canonicalJson(checked.data).length > LIMITS.agreementBytes) {
    return refuse('agreement/too-large', `The agreement is larger than ${LIMITS.agreementBytes} bytes.`)
  }
  return ok(checked.data)
}

export function canonicalAgreement(agreement: Agreement): Uint8Array {
  return canonicalJson(agreement)
}

/** Hex; the version that statements name and parties sign. */
export function agreementDigest(agreement: Agreement): string {
  return toHex(sha256(canonicalAgreement(agreement)))
}

/** What a schema of single members cannot say; the member at fault and a sentence. */
function firstFault(agreement: Agreement): [keyof Agreement, string] | undefined {
  const { parties, neutrals, channels, quorum, term, clauses } = agreement
  const names = parties.map(({ party }) => party)
  const neutralNames = neutrals.map(({ party }) => party)
  if (!strictlySorted(names)) return ['parties', 'The parties are not sorted by domain, or one stands twice']
  if (!strictlySorted(neutralNames)) return ['neutrals', 'The neutrals are not sorted by domain, or one stands twice']
  if (neutralNames.some((name) => names.includes(name))) return ['neutrals', 'A neutral is a party too']
  const roots = [...parties, ...neutrals].map(({ root }) => root)
  if (new Set(roots).size !== roots.length) return ['parties', 'Two of the parties and neutrals have one root']
  if (neutrals.filter(({ roles }) => roles.includes('depositary')).length > 1)
    return ['neutrals', 'There is more than one depositary']
  if (quorum > neutrals.length || (quorum === 0) !== (neutrals.length === 0)) {
    return ['quorum', 'The quorum is between 1 and the number of neutrals, and 0 only without any']
  }
  const witnesses = agreement.witnesses === undefined ? undefined : witnessFault(agreement.witnesses)
  if (witnesses !== undefined) return ['witnesses', witnesses]
  if (!strictlySorted(channels.map(({ name }) => name)))
    return ['channels', 'The channels are not sorted by name, or one stands twice']
  if (channels.some((channel) => !channel.parties.every((party) => names.includes(party)))) {
    return ['channels', 'A channel names somebody who is no party']
  }
  for (const name of ['line', 'main']) {
    if (channels.find((channel) => channel.name === name)?.parties.length !== names.length) {
      return ['channels', `The channel “${name}” is missing or has not all parties`]
    }
  }
  if (term.from !== null && term.until !== null && term.from >= term.until)
    return ['term', 'The term ends before it begins']
  if (new Set(clauses.map(({ id }) => id)).size !== clauses.length) return ['clauses', 'Two clauses have one number']
  return undefined
}

function witnessFault({ of, quorum }: z.infer<typeof witnessesSchema>): string | undefined {
  if (!strictlySorted(of.map(({ name }) => name))) return 'The witnesses are not sorted by name, or one stands twice'
  if (quorum > new Set(of.map(({ operator }) => operator)).size)
    return 'The quorum of the witnesses is larger than the number of their operators'
  const all = new Set<string>()
  for (const { name, vkeys } of of) {
    const types = new Set<number>()
    for (const vkey of vkeys) {
      const key = parseVerifierKey(vkey)
      if (!key.ok || key.value.name !== name || (key.value.type !== 4 && key.value.type !== 6))
        return `A verifier key of ${name} is none of type 04 or 06 in its name`
      types.add(key.value.type)
      all.add(toHex(key.value.publicKey))
    }
    if (types.size !== vkeys.length) return `The witness ${name} has two verifier keys of one type`
  }
  return all.size === of.reduce((sum, { vkeys }) => sum + vkeys.length, 0) ? undefined : 'Two witnesses have one key'
}

function isShareable(name: string): boolean {
  return typeNamed(name)?.beforeForce !== true && /^[a-z][a-z0-9-]{0,31}\/[a-z][a-z0-9-]{0,31}$/.test(name)
}
