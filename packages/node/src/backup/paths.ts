// The names that a backup may hold: plain ones below the node's folder, none that leads out of it, none that belongs to
// one run. A backup may come from a hostile hand.

const SEGMENT = '[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}'
const PATH = new RegExp(`^(?:${SEGMENT}/){0,15}${SEGMENT}$`)
const NEVER = /(?:\.(?:new|lock|sock)|-(?:wal|shm|journal))$|^private\/(?:restored|given-up)\.json$|^views\.db/

export function isBackupPath(path: string): boolean {
  return path.length <= 512 && PATH.test(path) && !NEVER.test(path)
}

/** The first file of a backup, and the last. */
export const HEADER_NAME = 'countersign-backup.json'
export const MANIFEST_NAME = 'countersign-manifest.txt'
