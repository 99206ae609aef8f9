// Objects as a file: first what it would hold and how it is marked, then the file, for the marking that was shown. Nothing is
// changed by it.

import { mispOfBundle } from '@countersign/intel'
import { ok, type Result, refuse, sha256, toHex, utf8 } from '@countersign/log'
import type { Node } from '@countersign/node'
import { LIMITS } from './limits.ts'

export type ExportWhich = Parameters<Node['selection']>[0]

interface ExportAsked {
  form: 'stix' | 'misp'
  /** The strictest, as it was shown: where it is another by now, nothing is given out. */
  marking: string
  /** That a person may save what is marked TLP:RED. */
  confirmed?: boolean
}

/** A distribution of MISP: our organisation only. */
const OWN_ONLY = '0'

export async function exportLook(node: Node, which: ExportWhich) {
  const selected = await node.selection(which)
  if (!selected.ok) return selected
  const { objects, chosen, missing, marking } = selected.value
  return ok({ objects: chosen, definitions: objects.length - chosen, missing, marking: marking as string })
}

/** The text of the file, piece by piece. Refuses `export/marking`, `export/red` and `export/size`. */
export async function exported(
  node: Node,
  which: ExportWhich,
  { form, marking, confirmed = false }: ExportAsked,
): Promise<Result<Iterable<string>>> {
  const selected = await node.selection(which)
  if (!selected.ok) return selected
  const { objects, marking: strictest } = selected.value
  if (marking !== strictest) {
    const message = `The strictest marking among them is ${strictest} by now; look at it again before you save it.`
    return refuse('export/marking', message)
  }
  if (strictest === 'TLP:RED' && !confirmed) {
    return refuse('export/red', 'It is marked TLP:RED: confirm that you may save it.')
  }
  const bundle = bundleOf(objects, (digest) => node.views.collectionText(digest))
  if (form === 'stix') return ok(bundle)
  const events = mispOf(bundle)
  return events.ok ? ok([events.value]) : events
}

/** The same objects give the same bytes. */
function* bundleOf(
  objects: readonly { digest: string }[],
  textOf: (digest: string) => string | undefined,
): Generator<string> {
  const hex = toHex(sha256(utf8(objects.map(({ digest }) => digest).join(' '))))
  const uuid = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5')
  yield `{"type":"bundle","id":"bundle--${uuid}","objects":[`
  let isFirst = true
  for (const { digest } of objects) {
    // What was destroyed meanwhile is not in it.
    const text = textOf(digest)
    if (text === undefined) continue
    yield isFirst ? `\n${text}` : `,\n${text}`
    isFirst = false
  }
  yield '\n]}\n'
}

/** MISP's events are made of all objects at once. */
function mispOf(bundle: Iterable<string>): Result<string> {
  const parts: string[] = []
  let characters = 0
  for (const part of bundle) {
    characters += part.length
    if (characters > LIMITS.exportMispChars) {
      return refuse('export/size', 'That is too much for one file of MISP events; choose fewer objects, or save STIX.')
    }
    parts.push(part)
  }
  const events = mispOfBundle(utf8(parts.join('')), OWN_ONLY)
  return events.ok ? ok(events.value.text) : events
}
