// What the ledger needs of a disk, and no more, so that a simulator can hand in one that crashes at any point. Paths are
// absolute. Every call may throw what the operating system throws; the ledger then stops the log it was writing.

export interface DiskFile {
  /** All of `bytes` at `position`; the file grows where needed. */
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Returns once everything written is durable. */
  datasync(): Promise<void>
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  /** The whole file; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>
  exists(path: string): Promise<boolean>
  /** Names in a folder, sorted; empty where there is none. */
  list(path: string): Promise<string[]>
  /** With all folders above it. */
  makeFolder(path: string): Promise<void>
  /**
   * The file at once: a reader sees the old one or the new one, whole. With `durable` both its bytes and its name
   * survive a power cut once this returns.
   */
  replace(path: string, bytes: Uint8Array, durable: boolean): Promise<void>
  /** At the end of the file, which is made where there is none; durable once this returns. */
  append(path: string, bytes: Uint8Array): Promise<void>
  /** For writing; made where there is none. */
  open(path: string): Promise<DiskFile>
  syncFile(path: string): Promise<void>
  syncFolder(path: string): Promise<void>
  remove(path: string): Promise<void>
  /**
   * Exclusive until the returned function is called or the process ends, however it ends. Undefined where another holds
   * it. The folder must exist.
   */
  lock(path: string): (() => void) | undefined
}
