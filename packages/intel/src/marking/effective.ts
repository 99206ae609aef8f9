/**
 * What markings hold for each part of a STIX object (STIX 2.1 section 7.2). A marking of the object holds for all of it, a
 * granular one for what its selectors name and everything inside. Markings add up; none takes another's place. A marking
 * whose selectors name nothing present holds for the whole object, since what it was meant for is not known.
 */

import { isId, type StixId, typeOfId } from '../identifier.ts'
import type { MarkingDefinitions } from '../markings.ts'
import { isRecord, own } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { joinMarkings, type Marking, NO_MARKING } from './lattice.ts'
import type { CutOrder } from './redaction.ts'
import { type Component, formatSelector, resolveSelector } from './selector.ts'

/** What holds for one part. */
export interface PathMarking {
  /** For the part itself: of the object, of all that it stands in, and its own. */
  readonly marking: Marking
  /** The strictest of that and of everything inside it. */
  readonly within: Marking
  /** The languages of its text: those marked nearest to it, else that of the object. */
  readonly languages: readonly string[]
}

export interface EffectiveMarking {
  /** The strictest of all, for whoever gets the object whole. */
  readonly whole: Marking
  /** What holds for every part alike. */
  readonly base: Marking
  /** Every property of the object, and every part that a granular marking names, by its selector. */
  readonly byPath: ReadonlyMap<string, PathMarking>
  /** Selectors, or what stands in their place, that name nothing present. */
  readonly dangling: readonly DanglingSelector[]
}

export interface DanglingSelector {
  /** The place of the granular marking in its list. */
  readonly marking: number
  /** Null where the selectors themselves cannot be read. */
  readonly selector: string | null
  /** Whether it marks data, and so holds for the whole object, or a language alone. */
  readonly of: 'data' | 'language'
}

export function effectiveMarking(object: Pick<StixObject, 'value'>, definitions: MarkingDefinitions): EffectiveMarking {
  const { tree, dangling } = markTree(object, definitions)
  const byPath = new Map<string, PathMarking>()
  const describe = (node: MarkTree, path: readonly Component[], above: Marking, around: readonly string[]): Marking => {
    const marking = joinMarkings(above, node.marking)
    const languages = node.languages.length > 0 ? node.languages : around
    let within = marking
    for (const [component, child] of node.children) {
      within = joinMarkings(within, describe(child, [...path, component], marking, languages))
    }
    if (path.length > 0) byPath.set(formatSelector(path), { marking, within, languages })
    return within
  }
  const spoken = own(object.value, 'lang')
  const language = typeof spoken === 'string' ? spoken : DEFAULT_LANGUAGE
  for (const property of Object.keys(object.value)) if (SELECTABLE.test(property)) childOf(tree, property)
  const whole = describe(tree, [], NO_MARKING, [language])
  return { whole, base: tree.marking, byPath, dangling }
}

/** The same without its paths: the strictest of all, and what holds for every part alike. */
export function joinedMarking(
  object: Pick<StixObject, 'value'>,
  definitions: MarkingDefinitions,
): Pick<EffectiveMarking, 'whole' | 'base'> {
  const { tree } = markTree(object, definitions)
  const join = (marking: Marking, { children, ...node }: MarkTree): Marking =>
    [...children.values()].reduce(join, joinMarkings(marking, node.marking))
  return { whole: join(NO_MARKING, tree), base: tree.marking }
}

/** Marks at their places; the root stands for the object. */
export interface MarkTree {
  marking: Marking
  languages: readonly string[]
  /** That this part is to be cut whatever marks it. */
  order?: CutOrder
  readonly children: Map<Component, MarkTree>
}

/** The markings of an object at the places they are for. */
export function markTree(
  { value }: Pick<StixObject, 'value'>,
  definitions: MarkingDefinitions,
): { readonly tree: MarkTree; readonly dangling: readonly DanglingSelector[] } {
  const tree: MarkTree = { marking: NO_MARKING, languages: [], children: new Map() }
  const dangling: DanglingSelector[] = []
  for (const ref of listOf(value, 'object_marking_refs'))
    tree.marking = joinMarkings(tree.marking, of(ref, definitions))
  for (const [place, granular] of listOf(value, 'granular_markings').entries()) {
    const { marking_ref: ref, lang, selectors } = isRecord(granular) ? granular : {}
    const data = ref === undefined && typeof lang === 'string' ? undefined : of(ref, definitions)
    const names: readonly unknown[] = Array.isArray(selectors) && selectors.length > 0 ? selectors : [null]
    for (const selector of names) {
      const components = typeof selector === 'string' ? resolveSelector(value, selector) : undefined
      // Among its own markings nothing keeps its place when one of them goes.
      if (components === undefined || components[0] === 'granular_markings') {
        if (data !== undefined) tree.marking = joinMarkings(tree.marking, data)
        const told = typeof selector === 'string' ? selector : null
        dangling.push({ marking: place, selector: told, of: data === undefined ? 'language' : 'data' })
        continue
      }
      const node = components.reduce(childOf, tree)
      if (data !== undefined) node.marking = joinMarkings(node.marking, data)
      if (typeof lang === 'string' && !node.languages.includes(lang)) node.languages = [...node.languages, lang]
    }
  }
  return { tree, dangling }
}

/** The node of a part of what `node` stands for. */
export function childOf(node: MarkTree, component: Component): MarkTree {
  const known = node.children.get(component)
  if (known !== undefined) return known
  const child: MarkTree = { marking: NO_MARKING, languages: [], children: new Map() }
  node.children.set(component, child)
  return child
}

/** What one marking comes to. What is no marking definition's id, or one that nobody defined, is not clear. */
function of(ref: unknown, definitions: MarkingDefinitions): Marking {
  if (!isId(ref) || typeOfId(ref) !== 'marking-definition') return { ...NO_MARKING, unclear: UNREADABLE }
  const said = definitions.said(ref)
  if (said === undefined || said === 'unclear') return { ...NO_MARKING, unclear: ref }
  const { tlp, pap } = said
  return { tlp, tlpBy: tlp === null ? null : ref, pap, papBy: pap === null ? null : ref, unclear: null }
}

function listOf(value: StixObject['value'], property: string): readonly unknown[] {
  const list = own(value, property)
  return Array.isArray(list) ? list : list === undefined ? [] : [list]
}

/** Section 3.2: the language of an object that names none. */
const DEFAULT_LANGUAGE = 'en'

/** What a selector can name: a name with a point in it reads as two. */
const SELECTABLE = /^[^.[\]]+$/

/** Stands for a marking that has not even an id. */
const UNREADABLE = 'marking-definition--00000000-0000-0000-0000-000000000000' as StixId
