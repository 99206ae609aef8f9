// A request of a peer and what is answered (spec/directory.md), without a server around it: who signed it, what of the
// directory that party may have, and which range of which file. The routes put it on the wire; whoever runs nodes
// without a network asks here.

import { type Node, NonceMemory, verifyRequest } from '@countersign/node'

export interface DoorRequest {
  method: string
  /** Path and query as received, beginning with `/`. */
  target: string
  /** By names in lower case. */
  headers: { readonly [name: string]: string | string[] | undefined }
  body?: Uint8Array
}

export interface DoorAnswer {
  status: number
  headers: Record<string, string>
  /** What is sent: the bytes of this file from `from` up to, and without, `to`. */
  file?: { path: string; from: number; to: number }
}

const IMMUTABLE = 'private, max-age=31536000, immutable'

export class DirectoryDoor {
  private readonly node: Node
  private readonly sizeOf: (path: string) => Promise<number | undefined>
  private readonly nonces = new NonceMemory()

  /** `sizeOf` a file as it stands now; undefined where there is none. */
  constructor(node: Node, sizeOf: (path: string) => Promise<number | undefined>) {
    this.node = node
    this.sizeOf = sizeOf
  }

  /** A file of the published directory. */
  async get(request: DoorRequest): Promise<DoorAnswer> {
    const party = await this.signerOf(request)
    const answer = await this.node.directory(party, request.target.slice(1))
    if (answer.kind === 'unauthorised') return { status: 401, headers: {} }
    if (answer.kind === 'missing') return { status: 404, headers: {} }
    const whole = await this.sizeOf(answer.path)
    if (whole === undefined) return { status: 404, headers: {} }
    const size = Math.min(whole, answer.bytes ?? whole)
    const headers = { 'content-type': answer.mediaType, 'cache-control': answer.immutable ? IMMUTABLE : 'no-store' }
    return rangeOf(answer.path, size, request.headers.range, headers)
  }

  /** “Look again.” */
  async hint(request: DoorRequest): Promise<DoorAnswer> {
    const party = await this.signerOf(request)
    if (party === undefined) return { status: 401, headers: {} }
    this.node.hint(party)
    return { status: 204, headers: {} }
  }

  private async signerOf({ method, target, headers, body }: DoorRequest): Promise<string | undefined> {
    const header = (name: string) => {
      const value = headers[name]
      return typeof value === 'string' ? { [name]: value } : {}
    }
    const { node, nonces } = this
    let named: string | undefined
    const signer = await verifyRequest(
      {
        ...{ method, target },
        headers: { ...header('signature'), ...header('signature-input'), ...header('content-digest') },
        ...(body === undefined ? {} : { body }),
      },
      {
        endpoints: node.card.body.endpoints,
        requestKey(party) {
          named = party
          return node.requestKeyOf(party)
        },
        nowMs: node.now(),
        nonces,
      },
    )
    if (signer === undefined && named !== undefined) node.suspect(named)
    return signer
  }
}

function rangeOf(
  path: string,
  size: number,
  asked: string | string[] | undefined,
  headers: Record<string, string>,
): DoorAnswer {
  const range = /^bytes=([0-9]{1,15})-([0-9]{1,15})?$/.exec(typeof asked === 'string' ? asked : '')
  const from = range === null ? 0 : Number(range[1])
  const to = Math.min(range?.[2] === undefined ? size : Number(range[2]) + 1, size)
  if (range === null) return { status: 200, headers, file: { path, from, to } }
  if (from >= to) return { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to - 1}/${size}` },
    file: { path, from, to },
  }
}
