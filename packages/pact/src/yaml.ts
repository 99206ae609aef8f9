// YAML is how people edit an agreement; what is signed is the canonical JSON it comes to. The draft leaves out what
// only the moment of proposing knows (id, roots, the day the offer expires): they are filled in here. Faults carry
// the line and column, and a suggestion where a word looks mistyped.

import { ok, type Refusal, type Result, refuse } from '@countersign/log'
import { isMap, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml'
import { type Agreement, agreementSchema, checkAgreementValue } from './agreement.ts'
import { LIMITS } from './limits.ts'

export interface DraftFill {
  /** 32 random hex digits. */
  id: string
  nowMs: number
  /** Root digests of the cards one holds, by party. */
  roots: ReadonlyMap<string, string>
}

export interface DraftFault extends Refusal {
  line?: number
  column?: number
}

const DAY_MS = 86_400_000

/** What is wrong with a text that is no YAML, by the code the parser gives. */
const IN_WORDS: Record<string, string> = {
  DUPLICATE_KEY: 'a name is given twice',
  TAB_AS_INDENT: 'a tab stands where spaces must',
  BAD_INDENT: 'it is indented otherwise than what is around it',
  MISSING_CHAR: 'a character is missing, such as a quotation mark, a bracket or a colon',
  BLOCK_AS_IMPLICIT_KEY: 'a name stands where a value must; one may be missing before it',
  MULTILINE_IMPLICIT_KEY: 'a name goes over more than one line; a colon may be missing',
}

/**
 * Reads a draft. Beside the members of an agreement it may say `offer: {days: N}`, and leaves out `v`, `id`, `base`,
 * `root` of parties and neutrals, `operator` (the neutral itself) and `quorum` (one where there is a neutral).
 */
export function agreementFromYaml(text: string, fill: DraftFill): { ok: true; value: Agreement } | DraftFault {
  if (text.length > LIMITS.yamlBytes)
    return refuse('yaml/too-large', `The draft is larger than ${LIMITS.yamlBytes} characters.`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false, version: '1.2' })
  const error = document.errors[0]
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    return {
      ...refuse(
        'yaml/syntax',
        `The draft is no YAML at line ${line}, column ${col}: ${IN_WORDS[error.code] ?? 'what stands there does not belong there'}. Mend it there, and propose it again.`,
      ),
      line,
      column: col,
    }
  }
  let value: unknown
  try {
    // No aliases: a few of them can grow to gigabytes, and none is needed here.
    value = document.toJS({ maxAliasCount: 0 })
  } catch {
    return refuse('yaml/alias', 'The draft uses YAML aliases; write the values out.')
  }
  if (!isObject(value))
    return refuse(
      'yaml/form',
      'The draft is no agreement in YAML; write its members as “name: value”, a line each, as agreements/demo.yaml does.',
    )
  const unknown = Object.keys(value).find((key) => !(key in agreementSchema.shape))
  if (unknown !== undefined) {
    const near = nearest(unknown, Object.keys(agreementSchema.shape))
    return {
      ...refuse(
        'agreement/schema',
        `${whereIs(lines, document.contents, [unknown]).text}“${unknown}” is no member of an agreement${near === undefined ? '' : `; did you mean “${near}”?`}`,
      ),
    }
  }
  const filled = fillIn(value, fill)
  if (!filled.ok) return filled
  const checked = checkAgreementValue(filled.value)
  if (checked.ok) return checked
  const place = whereIs(lines, document.contents, checked.path ?? [])
  return {
    ...refuse(checked.code, `${place.text}${checked.message}`),
    ...(place.line === undefined ? {} : { line: place.line, column: place.column ?? 1 }),
  }
}

function fillIn(draft: Record<string, unknown>, fill: DraftFill): Result<Record<string, unknown>> {
  const missing: string[] = []
  const withRoot = (one: unknown): unknown => {
    if (!isObject(one) || typeof one.party !== 'string') return one
    const root = one.root ?? fill.roots.get(one.party)
    if (root === undefined) missing.push(one.party)
    return { ...one, root }
  }
  const byParty = (list: unknown): unknown =>
    Array.isArray(list) ? list.map(withRoot).sort((a, b) => compare(name(a, 'party'), name(b, 'party'))) : list
  const neutrals = byParty(draft.neutrals ?? [])
  const sortedNeutrals = Array.isArray(neutrals)
    ? neutrals.map((one: unknown) =>
        isObject(one)
          ? {
              ...one,
              operator: one.operator ?? one.party,
              roles: Array.isArray(one.roles) ? [...one.roles].sort() : one.roles,
            }
          : one,
      )
    : neutrals
  const parties = byParty(draft.parties)
  if (missing.length > 0) {
    return refuse(
      'agreement/no-card',
      `No card of ${missing.join(', ')} is trusted here; trust it first, so that the agreement can pin its root.`,
    )
  }
  const channels = Array.isArray(draft.channels)
    ? draft.channels
        .map((one: unknown) =>
          isObject(one) && Array.isArray(one.parties) ? { ...one, parties: [...one.parties].sort() } : one,
        )
        .sort((a: unknown, b: unknown) => compare(name(a, 'name'), name(b, 'name')))
    : draft.channels
  const witnesses =
    isObject(draft.witnesses) && Array.isArray(draft.witnesses.of)
      ? {
          ...draft.witnesses,
          quorum: draft.witnesses.quorum ?? 1,
          of: [...draft.witnesses.of].sort((a: unknown, b: unknown) => compare(name(a, 'name'), name(b, 'name'))),
        }
      : draft.witnesses
  const offer =
    isObject(draft.offer) && typeof draft.offer.days === 'number'
      ? { expires: iso(fill.nowMs + draft.offer.days * DAY_MS) }
      : draft.offer
  return ok({
    ...draft,
    v: 1,
    id: fill.id,
    base: draft.base ?? null,
    parties,
    neutrals: sortedNeutrals,
    channels,
    quorum: draft.quorum ?? (Array.isArray(neutrals) && neutrals.length > 0 ? 1 : 0),
    term: draft.term ?? { from: null, until: null },
    offer,
    ...(witnesses === undefined ? {} : { witnesses }),
  })
}

function whereIs(
  lines: LineCounter,
  root: unknown,
  path: readonly PropertyKey[],
): { text: string; line?: number; column?: number } {
  let node: unknown = root
  for (const key of path) {
    const next: unknown = isMap(node)
      ? (node.items.find((item) => String(item.key) === String(key))?.value ?? undefined)
      : isSeq(node)
        ? node.items[Number(key)]
        : undefined
    if (next === undefined || next === null) break
    node = next
  }
  const offset = (node as YamlNode | null | undefined)?.range?.[0]
  if (offset === undefined) return { text: '' }
  const { line, col } = lines.linePos(offset)
  return { text: `Line ${line}, column ${col}: `, line, column: col }
}

/** The candidate that differs in at most two letters. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  return candidates.find((candidate) => distance(word, candidate) <= 2)
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function name(value: unknown, key: string): string {
  return isObject(value) ? String(value[key]) : ''
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
