// The simulator on a node with a defect: what it syncs into its mirrors is not synced. So it gives receipts for bytes
// that a power cut takes away again.

import { type DiskMeans, SimulatedDisk } from '../src/disk.ts'

const begin = SimulatedDisk.prototype.begin
SimulatedDisk.prototype.begin = function (this: SimulatedDisk, means: DiskMeans) {
  const disk = begin.call(this, means)
  const isMirror = (path: string) => path.includes('/mirrors/')
  return {
    ...disk,
    open: async (path: string) => {
      const file = await disk.open(path)
      return isMirror(path) ? { ...file, datasync: async () => {} } : file
    },
    replace: (path: string, bytes: Uint8Array, durable: boolean) =>
      disk.replace(path, bytes, durable && !isMirror(path)),
    syncFile: async (path: string) => (isMirror(path) ? undefined : disk.syncFile(path)),
  }
}

await import('../src/main.ts')
