/**
 * Takes out of a STIX object what is marked above a ceiling, and leaves the rest as it came, to the byte. Granular markings
 * are mended: a selector of what is gone goes with it, and one past it in a list follows the list. Fails closed: where what
 * would remain is no whole object of its type, tells by its id what was cut, or does not stand a last look at its own
 * markings, nothing is kept.
 */

import { fromUtf8, ok, type Result, refuse, utf8 } from '@countersign/log'
import type { StixId } from '../identifier.ts'
import type { MarkingDefinitions } from '../markings.ts'
import { isRecord, own } from '../properties.ts'
import { deterministicId } from '../stix/deterministic-id.ts'
import { judgeObject } from '../stix/validate.ts'
import { readObject, type StixObject } from '../stix-object.ts'
import { childOf, effectiveMarking, type MarkTree, markTree } from './effective.ts'
import { aboveCeiling, type Ceiling, joinMarkings, type Marking, NO_MARKING } from './lattice.ts'
import { type Component, formatSelector, resolveSelector } from './selector.ts'
import { type SourceSpan, sourceSpans } from './source-spans.ts'

/** `text` is the object's JSON: where it was cut, with the same id and version, so it is not what its maker said whole. */
export type Redaction =
  | { readonly kind: 'whole'; readonly text: Uint8Array }
  | { readonly kind: 'redacted'; readonly text: Uint8Array; readonly cut: readonly Cut[] }
  | {
      readonly kind: 'withheld'
      readonly code: WithheldCode
      readonly message: string
      /** What would have been cut; empty where the whole is above the ceiling. */
      readonly cut: readonly Cut[]
    }

export type WithheldCode =
  | 'redaction/marked-whole'
  | 'redaction/unplaced-marking'
  | 'redaction/needed'
  | 'redaction/derived-id'
  | 'redaction/not-mended'

/** One property or list item, by its selector in the object as it came. */
export interface Cut {
  readonly selector: string
  /**
   * `tlp`, `pap`: marked above the ceiling; `unclear`: marked by something unknown; `emptied`: all that it held is cut;
   * `incomplete`: what it must hold is cut; `rule`, `reference`: it was ordered so.
   */
  readonly because: 'tlp' | 'pap' | 'unclear' | 'emptied' | 'incomplete' | CutOrder['because']
  /** The marking that decided; null where the cut only follows from others. */
  readonly by: StixId | null
  /** One sentence for the officer. */
  readonly message: string
}

/** That a part is to be cut, whatever marks it: by a rule, or because it refers to what is left out. */
export interface CutOrder {
  readonly path: readonly Component[]
  readonly because: 'rule' | 'reference'
  readonly rule: string | null
  readonly reason: string
}

/** Cuts what is ordered as well. Refuses what is no STIX object, with the codes of `readObject`. */
export function redactAbove(
  source: Uint8Array,
  ceiling: Ceiling,
  definitions: MarkingDefinitions,
  orders: readonly CutOrder[] = [],
): Result<Redaction> {
  const read = readObject(source)
  if (!read.ok) return read
  const object = read.value
  const { tree, dangling } = markTree(object, definitions)
  const above = aboveCeiling(tree.marking, ceiling)
  if (above !== undefined) {
    const message = `${object.id} is ${SAYING[above.because]} as a whole${byWhom(above.by)}.`
    return ok({ kind: 'withheld', code: 'redaction/marked-whole', message, cut: [] })
  }
  const plan = new Plan(ceiling)
  for (const order of orders) order.path.reduce(childOf, tree).order ??= order
  plan.visit(tree, object.value, NO_MARKING, [], plan.root)
  if (plan.cut.length === 0) return ok({ kind: 'whole', text: source })
  const withheld = (code: WithheldCode, message: string) =>
    ok({ kind: 'withheld' as const, code, message, cut: plan.cut })
  if (dangling.some(({ of }) => of === 'data')) {
    const message = `${object.id} bears a marking that names nothing in it, so what it was meant for is not known.`
    return withheld('redaction/unplaced-marking', message)
  }
  const needed = neededBut(plan.root)
  if (needed !== undefined) {
    return withheld(
      'redaction/needed',
      `Without ${needed}, which is cut, this ${object.type} would say something else.`,
    )
  }
  const text = fromUtf8(source)
  if (text === undefined) return refuse('json/not-utf8', 'The text is not UTF-8.')
  const mended = utf8(rewrite(text, object, plan.root))
  const fault = faultOf(mended, object, ceiling, definitions)
  if (fault !== undefined) return withheld(fault.code, fault.message)
  return ok({ kind: 'redacted', text: mended, cut: plan.cut })
}

/** What goes, at its place; a part that stays has an entry where something in it goes. */
interface Gone {
  whole: boolean
  readonly parts: Map<Component, Gone>
  /** The places in a list that go, from the least; made when first asked for. */
  places?: readonly number[]
}

class Plan {
  readonly root: Gone = { whole: false, parts: new Map() }
  readonly cut: Cut[] = []
  readonly #ceiling: Ceiling

  constructor(ceiling: Ceiling) {
    this.#ceiling = ceiling
  }

  /** Marks in `gone` what goes of the part at `path`; all of it does where `gone.whole` is set. */
  visit(tree: MarkTree, value: unknown, outside: Marking, path: readonly Component[], gone: Gone): void {
    const marking = joinMarkings(outside, tree.marking)
    const above = aboveCeiling(marking, this.#ceiling)
    if (tree.order !== undefined) {
      const { because, rule } = tree.order
      this.#take(gone, path, because, null, rule === null ? '' : `, by the rule ${rule}`)
      return
    }
    if (above !== undefined) {
      this.#take(gone, path, above.because, above.by)
      return
    }
    let taken = 0
    for (const [component, child] of tree.children) {
      const part: Gone = { whole: false, parts: new Map() }
      this.visit(child, inside(value, component), marking, [...path, component], part)
      if (part.whole || part.parts.size > 0) gone.parts.set(component, part)
      if (part.whole) taken++
    }
    if (taken === 0 || path.length === 0) return
    const size = Array.isArray(value) ? value.length : isRecord(value) ? Object.keys(value).length : 0
    if (taken === size) this.#take(gone, path, 'emptied', null)
    else if (incomplete(path, value, gone)) this.#take(gone, path, 'incomplete', null)
  }

  #take(gone: Gone, path: readonly Component[], because: Cut['because'], by: StixId | null, whom = byWhom(by)): void {
    gone.whole = true
    const selector = formatSelector(path)
    this.cut.push({ selector, because, by, message: `${selector} is ${SAYING[because]}${whom}.` })
  }
}

const SAYING = {
  tlp: 'marked with a TLP above what may go',
  pap: 'marked with a PAP above what may go',
  unclear: 'marked with something whose meaning is not known',
  emptied: 'left without anything in it',
  incomplete: 'left without what it must hold',
  rule: 'cut',
  reference: 'a reference to what is left out',
}

function byWhom(by: StixId | null): string {
  return by === null ? '' : `, by ${by}`
}

function inside(value: unknown, component: Component): unknown {
  if (Array.isArray(value)) return typeof component === 'number' ? value[component] : undefined
  return isRecord(value) && typeof component === 'string' ? value[component] : undefined
}

/** A property that is cut, or cut into where it must stay whole, and without which the object says something else. */
function neededBut(root: Gone): string | undefined {
  for (const [property, gone] of root.parts) {
    if (MARKING_PROPERTIES.has(property) || (gone.whole && NEEDED.has(property))) return String(property)
  }
  return undefined
}

/**
 * What tells the object and its version, and what would turn its meaning round by its absence: a revoked object would hold
 * again, an indicator for ever, and a defanged address would be live.
 */
const NEEDED: ReadonlySet<Component> = new Set([
  'type',
  'id',
  'spec_version',
  'created',
  'modified',
  'revoked',
  'defanged',
  'valid_until',
])
const MARKING_PROPERTIES: ReadonlySet<Component> = new Set(['object_marking_refs', 'granular_markings'])

/** Whether an item of the common lists lacks by the cut what it must hold (STIX 2.1 sections 2.5 and 2.11). */
function incomplete([property, place, ...deeper]: readonly Component[], value: unknown, gone: Gone): boolean {
  if (typeof place !== 'number' || deeper.length > 0 || !isRecord(value)) return false
  const isGone = (key: string) => gone.parts.get(key)?.whole === true
  if (property === 'kill_chain_phases') return isGone('kill_chain_name') || isGone('phase_name')
  if (property !== 'external_references') return false
  const oneOf = ['description', 'url', 'external_id'].filter((key) => own(value, key) !== undefined)
  return isGone('source_name') || (oneOf.length > 0 && oneOf.every(isGone))
}

/** The text without what goes, its selectors mended. */
function rewrite(text: string, object: StixObject, root: Gone): string {
  const replaced = new Map<string, string>()
  const granular = own(object.value, 'granular_markings')
  if (Array.isArray(granular)) {
    const markings: Gone = { whole: false, parts: new Map() }
    for (const [place, marking] of granular.entries()) {
      const selectors: unknown = isRecord(marking) ? marking['selectors'] : undefined
      const list: readonly unknown[] = Array.isArray(selectors) ? selectors : []
      const places: Gone = { whole: false, parts: new Map() }
      for (const [at, selector] of list.entries()) {
        const moved = typeof selector === 'string' ? follow(resolveSelector(object.value, selector), root) : undefined
        if (moved === selector) continue
        places.parts.set(at, { whole: moved === undefined, parts: new Map() })
        if (moved === undefined) continue
        replaced.set(formatSelector(['granular_markings', place, 'selectors', at]), JSON.stringify(moved))
      }
      const whole = list.length === [...places.parts.values()].filter((each) => each.whole).length
      markings.parts.set(place, { whole, parts: new Map([['selectors', places]]) })
    }
    markings.whole = [...markings.parts.values()].every(({ whole }) => whole)
    root.parts.set('granular_markings', markings)
  }
  return render(text, sourceSpans(text), root, replaced, [])
}

/** Where the selector leads after the cut; undefined where what it named is gone, or was never there. */
function follow(components: readonly Component[] | undefined, root: Gone): string | undefined {
  if (components === undefined || components[0] === 'granular_markings') return undefined
  const moved: Component[] = []
  let gone: Gone | undefined = root
  for (const component of components) {
    moved.push(
      typeof component === 'number' && gone !== undefined ? component - goneBefore(gone, component) : component,
    )
    gone = gone?.parts.get(component)
    if (gone?.whole) return undefined
  }
  return formatSelector(moved)
}

/** How many places before this one go. */
function goneBefore(gone: Gone, place: number): number {
  gone.places ??= [...gone.parts]
    .flatMap(([component, { whole }]) => (whole && typeof component === 'number' ? [component] : []))
    .sort((a, b) => a - b)
  let low = 0
  let high = gone.places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((gone.places[middle] ?? 0) < place) low = middle + 1
    else high = middle
  }
  return low
}

function render(
  text: string,
  span: SourceSpan,
  gone: Gone | undefined,
  replaced: ReadonlyMap<string, string>,
  path: readonly Component[],
): string {
  const replacement = replaced.get(formatSelector(path))
  if (replacement !== undefined) return replacement
  const [first] = span.members
  const last = span.members.at(-1)
  if (gone === undefined || gone.parts.size === 0 || first === undefined || last === undefined) {
    return text.slice(span.start, span.end)
  }
  let out = text.slice(span.start, first.start)
  let kept = 0
  let before = first.start
  for (const { component, start, value } of span.members) {
    const part = gone.parts.get(component)
    if (part?.whole !== true) {
      // The comma, and the white space, that stood before this member.
      if (kept++ > 0) out += text.slice(before, start)
      out += text.slice(start, value.start) + render(text, value, part, replaced, [...path, component])
    }
    before = value.end
  }
  return out + text.slice(last.value.end, span.end)
}

/** A last look at what would be handed out, as if it had come from outside. */
function faultOf(
  text: Uint8Array,
  object: StixObject,
  ceiling: Ceiling,
  definitions: MarkingDefinitions,
): { readonly code: WithheldCode; readonly message: string } | undefined {
  const notMended = (message: string) => ({ code: 'redaction/not-mended' as const, message })
  const read = readObject(text)
  if (!read.ok) return notMended(`What would remain of ${object.id} is no STIX object: ${read.message}`)
  const left = read.value
  const taken = (['id', 'type', 'kind', 'version', 'revoked'] as const).some((each) => left[each] !== object[each])
  if (taken) return notMended(`What would remain of ${object.id} would be taken for another object or another version.`)
  const { whole, dangling } = effectiveMarking(left, definitions)
  if (aboveCeiling(whole, ceiling) !== undefined) {
    return notMended(`What would remain of ${object.id} is still above the ceiling.`)
  }
  if (dangling.length > 0) return notMended(`What would remain of ${object.id} has a marking that names nothing in it.`)
  if (left.kind === 'sco' && left.id.at(-VERSION_FROM_END) === '5' && deterministicId(left.value) !== left.id) {
    const message = `The id of ${object.id} is computed from what is cut, so it would tell it.`
    return { code: 'redaction/derived-id', message }
  }
  const broken = brokenBy(object, left)
  if (broken === undefined) return undefined
  const message = `What would remain of ${object.id} is no whole ${object.type}. ${broken}`
  return { code: 'redaction/needed', message }
}

/** The first error that STIX 2.1 finds in what is left and not in what was there; places in lists have moved. */
function brokenBy(object: StixObject, left: StixObject): string | undefined {
  const before = new Map<string, number>()
  const name = (code: string, path: string) => `${code} ${path.replaceAll(/\[[0-9]+\]/g, '[]')}`
  for (const { code, path } of judgeObject(object).errors) {
    before.set(name(code, path), (before.get(name(code, path)) ?? 0) + 1)
  }
  for (const { code, path, message } of judgeObject(left).errors) {
    const known = before.get(name(code, path)) ?? 0
    // Of more errors than are told it is open which are new.
    if (known === 0 || code === 'stix/more') return path === '' ? message : `${path}: ${message}`
    before.set(name(code, path), known - 1)
  }
  return undefined
}

/** Where, from its end, an id holds the version of its UUID. */
const VERSION_FROM_END = 22
