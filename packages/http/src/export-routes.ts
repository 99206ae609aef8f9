// Objects as a file, over the API: first what it would hold and how it is marked, then the file, for the marking that was
// shown. Nothing is changed by it.

import { Readable } from 'node:stream'
import { mispOfBundle } from '@countersign/intel'
import { ok, type Result, refuse, sha256, toHex, utf8 } from '@countersign/log'
import type { Node } from '@countersign/node'
import { TLP_LABELS } from '@countersign/record'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { malformed, sendRefusal } from './errors.ts'
import { objectIds as ids, objectSearch } from './graph-routes.ts'
import { LIMITS } from './limits.ts'

const form = {
  form: z.enum(['stix', 'misp']),
  marking: z.enum(TLP_LABELS),
  confirmed: z.boolean().exactOptional(),
}
export const exportLookBody = z.union([z.strictObject({ ids }), z.strictObject({ search: objectSearch })])
export const exportBody = z.union([z.strictObject({ ids, ...form }), z.strictObject({ search: objectSearch, ...form })])

/** A distribution of MISP: our organisation only. */
const OWN_ONLY = '0'

export function exportRoutes(api: FastifyInstance, node: Node): void {
  api.post('/api/export/look', async (request, reply) => {
    const parsed = exportLookBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const selected = await node.selection(parsed.data)
    if (!selected.ok) return sendRefusal(reply, selected)
    const { objects, chosen, missing, marking } = selected.value
    return { objects: chosen, definitions: objects.length - chosen, missing, marking }
  })
  api.post('/api/export', async (request, reply) => {
    const parsed = exportBody.safeParse(request.body)
    if (!parsed.success) return sendRefusal(reply, malformed(parsed.error))
    const { form: as, marking, confirmed = false, ...which } = parsed.data
    const selected = await node.selection(which)
    if (!selected.ok) return sendRefusal(reply, selected)
    const { objects, marking: strictest } = selected.value
    if (marking !== strictest) {
      const message = `The strictest marking among them is ${strictest} by now; look at it again before you save it.`
      return sendRefusal(reply, refuse('export/marking', message))
    }
    if (strictest === 'TLP:RED' && !confirmed) {
      return sendRefusal(reply, refuse('export/red', 'It is marked TLP:RED: confirm that you may save it.'))
    }
    const bundle = bundleOf(objects, (digest) => node.views.collectionText(digest))
    reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename="objects-${strictest.replace(':', '-')}.json"`)
    if (as === 'stix') return reply.send(Readable.from(bundle, { objectMode: false }))
    const events = mispOf(bundle)
    return events.ok ? reply.send(events.value) : sendRefusal(reply.removeHeader('content-disposition'), events)
  })
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
