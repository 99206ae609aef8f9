// C2SP tlog-policy: which logs are known, which witnesses, and how many of whom must have cosigned. Read, written, and
// applied to a checkpoint. `parsePolicy` is the only maker of a `Policy`, so a group names only what stands before it,
// and each name is a member once: a quorum is counted in one pass.

import { concat, fromUtf8, toHex, utf8 } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { timeOfCosignature, verifyNoteLine } from './cosignature.ts'
import { formatVerifierKey, parseVerifierKey, type SignatureType, type VerifierKey } from './key.ts'
import { MAX_POLICY_BYTES, MAX_POLICY_LINES } from './limits.ts'
import { openNote, parseNote } from './note.ts'
import { ok, type Result, refuse } from './result.ts'

export interface PolicyLog {
  /** Its name is the origin of the log. */
  key: VerifierKey
  url?: string
}

export interface PolicyWitness {
  /** Within the policy alone; opaque octets (`octetText`). */
  name: string
  key: VerifierKey
  url?: string
}

export interface PolicyGroup {
  name: string
  /** How many of the members make the group a witness: 1 to all. */
  threshold: number
  /** Witnesses and groups that stand before this one. */
  members: readonly string[]
}

declare const parsed: unique symbol
export interface Policy {
  readonly [parsed]: true
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly groups: readonly PolicyGroup[]
  /** A witness, a group, or `none`. */
  readonly quorum: string
}

export type PolicyParts = Omit<Policy, typeof parsed>

const NONE = 'none'
const LOG_TYPES: readonly SignatureType[] = [1, 6]
const WITNESS_TYPES: readonly SignatureType[] = [4, 6]

export interface PolicyOptions {
  /**
   * Takes several logs with one key, each under a name of its own, which the specification forbids: for a witness of
   * parties that sign all their logs with one key. Counting a quorum does not depend on it.
   */
  sharedLogKeys?: boolean
}

export function parsePolicy(bytes: Uint8Array, options: PolicyOptions = {}): Result<Policy> {
  if (bytes.length > MAX_POLICY_BYTES) return refuse('policy/too-large', 'The policy is too large.')
  // Octets, each a character of its own: the syntax is of ASCII, and whatever lies above is opaque.
  let text = ''
  for (let at = 0; at < bytes.length; at += 4_096) text += String.fromCharCode(...bytes.subarray(at, at + 4_096))
  if (/[\0-\x08\x0b-\x1f\x7f]/.test(text))
    return refuse('policy/control-character', 'The policy holds a control character other than tab and newline.')
  if (!text.endsWith('\n')) return refuse('policy/form', 'The last line of the policy does not end in a newline.')
  const reader = new PolicyReader(options.sharedLogKeys === true)
  for (const [i, line] of text.slice(0, -1).split('\n').entries()) {
    const items = line.split(/[ \t]+/).filter((item) => item !== '')
    if (items.length === 0 || items[0]?.startsWith('#')) continue
    const read = reader.line(items)
    if (!read.ok) return refuse(read.code, `Line ${i + 1}: ${read.message}`)
  }
  return reader.end()
}

class PolicyReader {
  private readonly logs: PolicyLog[] = []
  private readonly witnesses: PolicyWitness[] = []
  private readonly groups: PolicyGroup[] = []
  private quorum: string | undefined
  /** Names of witnesses and groups; true once a group has it as a member. */
  private readonly names = new Map<string, boolean>()
  private readonly keys = { log: new Set<string>(), witness: new Set<string>() }
  private readonly sharedLogKeys: boolean

  constructor(sharedLogKeys: boolean) {
    this.sharedLogKeys = sharedLogKeys
  }

  line([keyword, ...rest]: readonly string[]): Result<undefined> {
    if (this.logs.length + this.witnesses.length + this.groups.length >= MAX_POLICY_LINES)
      return refuse('policy/too-many', `A policy has at most ${MAX_POLICY_LINES} logs, witnesses and groups.`)
    switch (keyword) {
      case 'log':
        return this.log(rest)
      case 'witness':
        return this.witness(rest)
      case 'group':
        return this.group(rest)
      case 'quorum':
        return this.quorumLine(rest)
      default:
        return refuse('policy/keyword', 'A line begins with log, witness, group, quorum or #.')
    }
  }

  end(): Result<Policy> {
    const { logs, witnesses, groups, quorum } = this
    if (quorum === undefined)
      return refuse('policy/quorum', 'The policy names no quorum; “quorum none” asks for no cosignature.')
    return ok({ logs, witnesses, groups, quorum } as unknown as Policy)
  }

  private log([key, url, ...more]: readonly string[]): Result<undefined> {
    if (key === undefined || more.length > 0) return refuse('policy/form', 'A log is written: log <vkey> [<url>].')
    const read = this.key(key, LOG_TYPES, 'log')
    if (!read.ok) return read
    this.logs.push({ key: read.value, ...(url === undefined ? {} : { url: octetText(url) }) })
    return ok(undefined)
  }

  private witness([name, key, url, ...more]: readonly string[]): Result<undefined> {
    if (name === undefined || key === undefined || more.length > 0)
      return refuse('policy/form', 'A witness is written: witness <name> <vkey> [<url>].')
    const read = this.key(key, WITNESS_TYPES, 'witness')
    if (!read.ok) return read
    const named = this.define(name)
    if (!named.ok) return named
    this.witnesses.push({ name: named.value, key: read.value, ...(url === undefined ? {} : { url: octetText(url) }) })
    return ok(undefined)
  }

  private group([name, count, ...members]: readonly string[]): Result<undefined> {
    if (name === undefined || count === undefined || members.length === 0)
      return refuse('policy/form', 'A group is written: group <name> <k|all|any> <member…>.')
    const n = members.length
    const threshold = count === 'all' ? n : count === 'any' ? 1 : /^[1-9][0-9]{0,8}$/.test(count) ? Number(count) : 0
    if (threshold < 1 || threshold > n)
      return refuse('policy/threshold', `A group of ${n} needs all, any, or a plain number from 1 to ${n}.`)
    for (const member of members.map(octetText)) {
      const taken = this.names.get(member)
      if (taken === undefined) return refuse('policy/unknown-name', 'A member is defined on no line before.')
      if (taken) return refuse('policy/member-twice', 'A member belongs to a group already; each may to one.')
      this.names.set(member, true)
    }
    const named = this.define(name)
    if (!named.ok) return named
    this.groups.push({ name: named.value, threshold, members: members.map(octetText) })
    return ok(undefined)
  }

  private quorumLine([name, ...more]: readonly string[]): Result<undefined> {
    if (name === undefined || more.length > 0)
      return refuse('policy/form', 'The quorum is written: quorum <name|none>.')
    if (this.quorum !== undefined) return refuse('policy/quorum', 'The policy names a second quorum.')
    const quorum = octetText(name)
    if (quorum !== NONE && !this.names.has(quorum))
      return refuse('policy/unknown-name', 'The quorum is defined on no line before.')
    this.quorum = quorum
    return ok(undefined)
  }

  private define(written: string): Result<string> {
    const name = octetText(written)
    if (name === NONE) return refuse('policy/name', '“none” is a name of its own and cannot be defined.')
    if (this.names.has(name)) return refuse('policy/name', 'A name is defined twice.')
    this.names.set(name, false)
    return ok(name)
  }

  /** One key may be written under several names and types; the bytes alone tell whether it is another. */
  private key(written: string, types: readonly SignatureType[], role: 'log' | 'witness'): Result<VerifierKey> {
    const key = parseVerifierKey(octetText(written))
    if (!key.ok) return key
    if (!types.includes(key.value.type))
      return refuse('policy/key-type', `The key of a ${role} is of type ${types.join(' or ')}.`)
    const shared = role === 'log' && this.sharedLogKeys
    const label = `${toHex(key.value.publicKey)}${shared ? ` ${key.value.name}` : ''}`
    if (this.keys[role].has(label)) return refuse('policy/duplicate-key', `A ${role} has a key that stands above.`)
    this.keys[role].add(label)
    return key
  }
}

/** Logs, witnesses, groups and the quorum, in this order. Throws for parts that are no policy: the caller’s defect. */
export function formatPolicy(policy: PolicyParts): Uint8Array {
  const url = (of: { url?: string }) => (of.url === undefined ? '' : ` ${of.url}`)
  const text = [
    ...policy.logs.map((log) => `log ${formatVerifierKey(log.key)}${url(log)}`),
    ...policy.witnesses.map((one) => `witness ${one.name} ${formatVerifierKey(one.key)}${url(one)}`),
    ...policy.groups.map(({ name, threshold, members }) => {
      const count = threshold === members.length ? 'all' : threshold === 1 ? 'any' : threshold
      return `group ${name} ${count} ${members.join(' ')}`
    }),
    `quorum ${policy.quorum}`,
  ]
  const bytes = octetsOf(`${text.join('\n')}\n`)
  const read = parsePolicy(bytes)
  if (!read.ok) throw new Error(`These parts are no policy. ${read.message}`)
  return bytes
}

/** Whether the quorum is met where the witnesses named in `cosigned`, and no others, have cosigned. */
export function isQuorum(policy: Policy, cosigned: ReadonlySet<string>): boolean {
  if (policy.quorum === NONE) return true
  const witnessed = new Set(policy.witnesses.flatMap(({ name }) => (cosigned.has(name) ? name : [])))
  for (const { name, threshold, members } of policy.groups) {
    if (members.filter((member) => witnessed.has(member)).length >= threshold) witnessed.add(name)
  }
  return witnessed.has(policy.quorum)
}

/** A checkpoint that a policy takes: signed by a log it knows, and cosigned by its quorum. */
export interface PolicyVerified extends Checkpoint {
  text: string
  /** The keys of the log that signed. */
  log: VerifierKey[]
  /** By its name in the policy. `time` is 0 where a type-06 line claims none. */
  witnesses: { name: string; time: number }[]
}

/**
 * Verifies a checkpoint by a policy. Only a key named as the origin speaks for a log; a known key’s line that fails
 * refuses the note. Where the log is known otherwise, `logKeys` stand beside those of the policy.
 */
export function verifyByPolicy(
  policy: Policy,
  note: Uint8Array,
  logKeys: readonly VerifierKey[] = [],
): Result<PolicyVerified> {
  const read = parseNote(note)
  if (!read.ok) return read
  const head = parseCheckpoint(read.value.text)
  if (!head.ok) return head
  const logs = [...policy.logs.map(({ key }) => key), ...logKeys].filter(({ name }) => name === head.value.origin)
  if (logs.length === 0) return refuse('policy/unknown-log', `The policy knows no log ${head.value.origin}.`)
  // One after the other: a log may have a key of type 06 that also is a witness, and then signs for both.
  const signed = openNote(note, logs, verifyNoteLine)
  if (!signed.ok) return signed
  const cosigned = openNote(
    note,
    policy.witnesses.map(({ key }) => key),
    verifyNoteLine,
  )
  if (!cosigned.ok && cosigned.code !== 'note/unsigned') return cosigned
  const verified = cosigned.ok ? cosigned.value.verified : []
  const witnesses = policy.witnesses.flatMap(({ name, key }) => {
    const line = verified.find((one) => one.key === key)
    return line === undefined ? [] : { name, time: timeOfCosignature(line.signature) ?? 0 }
  })
  if (!isQuorum(policy, new Set(witnesses.map(({ name }) => name))))
    return refuse('policy/quorum-not-met', `Too few witnesses of the policy cosigned: ${witnesses.length}.`)
  const log = signed.value.verified.map(({ key }) => key)
  return ok({ ...head.value, text: read.value.text, log, witnesses })
}

/**
 * Octets, each a character, as the text they are in UTF-8. Those that are no UTF-8 are kept apart from every text by
 * lone surrogates in place of the octets above ASCII, so that two names are equal only where their octets are.
 */
function octetText(octets: string): string {
  const bytes = Uint8Array.from(octets, (one) => one.charCodeAt(0))
  return fromUtf8(bytes) ?? octets.replaceAll(/[\x80-\xff]/g, (one) => String.fromCharCode(0xdc00 + one.charCodeAt(0)))
}

function octetsOf(text: string): Uint8Array {
  return concat(
    ...Array.from(text, (one) => {
      const code = one.codePointAt(0) ?? 0
      return code >= 0xdc80 && code <= 0xdcff ? Uint8Array.of(code - 0xdc00) : utf8(one)
    }),
  )
}
