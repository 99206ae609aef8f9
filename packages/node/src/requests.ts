// Requests between nodes are signed (RFC 9421) so that only readers of a channel see its logs (spec/directory.md).
// No proof depends on this: it is access control, and every byte fetched is verified for itself.

import { createHash } from 'node:crypto'
import { ed25519, type Signer } from '@countersign/log'
import { createSignatureSync, isSignatureError, verifySignature } from 'http-message-sig'
import { LIMITS } from './limits.ts'

const LABEL = 'countersign'

export interface RequestSigner {
  party: string
  signer: Signer
}

/** Headers of a signed request. `body` is undefined for GET. `nonce` is at least 16 random bytes, base64url. */
export function signRequest(
  request: { method: string; url: string; body?: Uint8Array; nowMs: number; nonce: string },
  as: RequestSigner,
): Headers {
  const headers = new Headers()
  const components = ['@method', '@target-uri']
  if (request.body !== undefined) {
    headers.set('content-digest', contentDigest(request.body))
    components.push('content-digest')
  }
  const fields = createSignatureSync(
    {
      kind: 'request',
      method: request.method,
      targetUri: request.url,
      fields: [...headers].map(([name, value]) => ({ name, value })),
    },
    {
      label: LABEL,
      components,
      parameters: {
        created: Math.floor(request.nowMs / 1000),
        keyid: as.party,
        nonce: request.nonce,
        alg: 'ed25519',
      },
      signer: { algorithm: 'ed25519', sign: (data) => as.signer.sign(data) },
    },
  )
  headers.set('signature', fields.signature)
  headers.set('signature-input', fields.signatureInput)
  return headers
}

export interface SignedRequest {
  method: string
  /** Path and query as received, beginning with `/`. */
  target: string
  /** Header fields in lower case; only those the signature may name are looked at. */
  headers: { signature?: string; 'signature-input'?: string; 'content-digest'?: string }
  body?: Uint8Array
}

/**
 * Remembers nonces for as long as a request carrying them could still be accepted. Each party has a memory of its own,
 * so that the requests of one never shut out another; who is unknown here has none.
 */
export class NonceMemory {
  private readonly seen = new Map<string, Map<string, number>>()
  private readonly perParty: number

  constructor(perParty: number = LIMITS.noncesPerParty) {
    this.perParty = perParty
  }

  /** False where the nonce was used within the window, or where the party's memory is full of nonces that still count. */
  take(party: string, nonce: string, nowMs: number): boolean {
    const ofParty = this.seen.get(party) ?? new Map<string, number>()
    this.seen.set(party, ofParty)
    for (const [old, until] of ofParty) {
      if (until > nowMs) break
      ofParty.delete(old)
    }
    if (ofParty.has(nonce) || ofParty.size >= this.perParty) return false
    ofParty.set(nonce, nowMs + 2 * LIMITS.requestAgeSeconds * 1000)
    return true
  }
}

/**
 * The party that signed a request, or undefined. The target is bound to our own endpoints, so that a request made for
 * another node cannot be carried to us.
 */
export async function verifyRequest(
  request: SignedRequest,
  us: {
    endpoints: readonly string[]
    requestKey(party: string): Uint8Array | undefined
    nowMs: number
    nonces: NonceMemory
  },
): Promise<string | undefined> {
  if (request.headers.signature === undefined || request.headers['signature-input'] === undefined) return undefined
  const fields = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  )
  const components = ['@method', '@target-uri']
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    if (request.headers['content-digest'] !== contentDigest(request.body ?? new Uint8Array())) return undefined
    components.push('content-digest')
  }
  for (const endpoint of us.endpoints) {
    const targetUri = new URL(request.target.slice(1), endpoint).href
    try {
      const verified = await verifySignature(
        { kind: 'request', method: request.method, targetUri, fields },
        {
          label: LABEL,
          policy: {
            algorithms: ['ed25519'],
            requiredComponents: components,
            requiredParameters: ['created', 'keyid', 'nonce', 'alg'],
            maxAge: LIMITS.requestAgeSeconds,
            clockSkew: LIMITS.requestAgeSeconds,
            now: Math.floor(us.nowMs / 1000),
          },
          resolveVerifier(candidate) {
            const key = us.requestKey(String(candidate.parameters.keyid))
            return {
              algorithm: 'ed25519',
              verify: (data, signature) => key !== undefined && ed25519.verify(key, data, signature),
            }
          },
        },
      )
      const { created, keyid, nonce } = verified.parameters
      // The policy above adds the difference of the clocks to the age; the specification allows both together.
      if (created === undefined || Math.abs(us.nowMs / 1000 - created) > LIMITS.requestAgeSeconds + 1) return undefined
      if (keyid === undefined || nonce === undefined || nonce.length < 22 || nonce.length > 128) return undefined
      return us.nonces.take(keyid, nonce, us.nowMs) ? keyid : undefined
    } catch (error) {
      if (!isSignatureError(error)) throw error
    }
  }
  return undefined
}

function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
}
