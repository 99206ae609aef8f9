// What is read of a log, ours or a copy of a peer's, however it is kept.

import type { Root } from '@countersign/log'

/** What is read of a log, ours or a peer's. Indexes and sizes beyond `size` are the caller's defect and throw. */
export interface LogFiles {
  readonly origin: string
  /** Durable entries. */
  readonly size: number
  readonly root: Root
  /** The newest durable checkpoint note; undefined for an empty log. */
  readonly checkpoint: Uint8Array | undefined
  entry(index: number): Promise<Uint8Array>
  entries(from: number, to: number): AsyncIterable<Uint8Array>
  rootAt(size: number): Promise<Uint8Array>
  inclusionProof(index: number, size: number): Promise<Uint8Array[]>
  consistencyProof(oldSize: number, size: number): Promise<Uint8Array[]>
  /** Whether it is held durably. */
  hasAddendum(sealed: string): Promise<boolean>
  readAddendum(sealed: string): Promise<Uint8Array | undefined>
  /** Keeps a file of sealed content under its SHA-256, durably; gives that name, hex. Throws what the disk throws. */
  putAddendum(bytes: Uint8Array): Promise<string>
  /** Takes away the file of sealed content of that name, if it is held; durably. Throws what the disk throws. */
  removeAddendum(sealed: string): Promise<void>
}
