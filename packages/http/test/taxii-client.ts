// What a tool does: pages through a collection and takes each object's text out of the answer, as bytes.

import { splitBundle } from '@countersign/intel'
import type { Party } from './parties.ts'

export const TAXII = 'application/taxii+json;version=2.1'

export function taxii(party: Party, path: string, init: RequestInit = {}): Promise<Response> {
  const basic = Buffer.from(`${party.taxii.user}:${party.taxii.password}`).toString('base64')
  const headers = { accept: TAXII, authorization: `Basic ${basic}`, ...init.headers }
  return fetch(`${party.url}taxii2/${path}`, { ...init, headers })
}

/** The texts of every object of a collection, in order. */
export async function readAll(party: Party, pact: string, collection: string, limit = 500): Promise<string[]> {
  const texts: string[] = []
  for (let next = ''; ; ) {
    const query = new URLSearchParams({
      limit: String(limit),
      'match[version]': 'all',
      ...(next === '' ? {} : { next }),
    })
    const answer = await taxii(party, `${pact}/collections/${collection}/objects/?${query}`)
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
    const text = await answer.text()
    const { more, next: after } = JSON.parse(text) as { more: boolean; next?: string }
    texts.push(...objectTexts(text))
    if (!more) return texts
    next = after ?? ''
  }
}

/** The objects of a bundle or envelope as the texts they are. */
export function objectTexts(text: string): string[] {
  const texts: string[] = []
  splitBundle(new TextEncoder().encode(text), {}, (element) => {
    texts.push(element.ok ? new TextDecoder().decode(element.source) : `faulty ${element.code}`)
  })
  return texts
}
