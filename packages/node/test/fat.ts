// A stick as shops sell it: a file system of the FAT family in a file, mounted. Where this machine cannot do so, because
// the tools are missing or mounting needs other rights, it says why.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export type Fat = 'exFAT' | 'FAT32'

export interface FatStick {
  at: string
  /** Takes it out and looks over its file system; what is wrong with it, as its checker says. */
  takenOut(): string | undefined
}

const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`

function run(command: string, ...args: string[]): { ok: boolean; said: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, PATH },
  })
  return { ok: status === 0, said: error === undefined ? `${stdout}${stderr}`.trim() : `${command}: ${error.message}` }
}

/** By the kernel where it knows the file system, otherwise by a driver in user space. */
const KINDS = {
  exFAT: { type: 'exfat', make: ['mkfs.exfat'], check: ['fsck.exfat', '-n'] },
  FAT32: { type: 'vfat', make: ['mkfs.fat', '-F', '32', '-s', '1'], check: ['fsck.fat', '-n'] },
} as const

/** A mounted stick of `mib` MiB, removed with the test; or the reason why there is none. */
export function fatStick(kind: Fat, mib: number): FatStick | string {
  if (process.getuid?.() !== 0) return 'mounting needs root'
  const { type, make, check } = KINDS[kind]
  const dir = mkdtempSync(join(tmpdir(), 'countersign-fat-'))
  const [image, at] = [join(dir, 'image'), join(dir, 'stick')]
  mkdirSync(at)
  writeFileSync(image, '')
  truncateSync(image, mib * 1_048_576)
  let [mounted, loop] = [false, '']
  const takeOut = () => {
    if (mounted) run('umount', at)
    if (loop !== '') run('losetup', '-d', loop)
    mounted = false
    loop = ''
  }
  const remove = () => {
    takeOut()
    rmSync(dir, { recursive: true, force: true })
  }
  const made = run(...(make as readonly [string, ...string[]]), image)
  if (!made.ok) {
    remove()
    return made.said
  }
  const byKernel = run('mount', '-t', type, '-o', 'loop', image, at)
  mounted = byKernel.ok
  let said = byKernel.said
  if (!mounted && kind === 'exFAT') {
    const device = run('losetup', '-f', '--show', image)
    if (device.ok) loop = device.said
    const inUserSpace = device.ok ? run('mount.exfat-fuse', loop, at) : device
    mounted = inUserSpace.ok
    said = inUserSpace.said
  } else if (!mounted) {
    const inUserSpace = run('fusefat', '-o', 'rw+', image, at)
    mounted = inUserSpace.ok
    said = inUserSpace.said
  }
  if (!mounted) {
    remove()
    return said
  }
  onTestFinished(remove)
  return {
    at,
    takenOut() {
      takeOut()
      const looked = run(...(check as readonly [string, ...string[]]), image)
      return looked.ok ? undefined : looked.said
    },
  }
}
