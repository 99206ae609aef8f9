// What a witness cosigned last of each log of its policy, for its operator; read from the folder, running or not.

import { type Disk, originHash } from '@countersign/ledger'
import { ok, type Result, refuse } from '@countersign/log'
import { readState } from './cosigned-state.ts'
import { policyFile, readPolicy } from './witness-folder.ts'

export interface WitnessedLog {
  origin: string
  state: Result<{ size: number; time: number } | undefined>
}

export async function witnessedLogs(dir: string, disk: Disk): Promise<Result<WitnessedLog[]>> {
  const bytes = await disk.read(policyFile(dir))
  const policy = bytes === undefined ? refuse('witness/policy', `${policyFile(dir)} is missing.`) : readPolicy(bytes)
  if (!policy.ok) return refuse(policy.code, `${policyFile(dir)}: ${policy.message}`)
  const origins = [...new Set(policy.value.logs.map(({ key }) => key.name))]
  return ok(
    await Promise.all(
      origins.map(async (origin): Promise<WitnessedLog> => {
        const state = await readState(disk, dir, originHash(origin))
        if (!state.ok || state.value === undefined) return { origin, state: state.ok ? ok(undefined) : state }
        return { origin, state: ok({ size: state.value.size, time: state.value.time }) }
      }),
    ),
  )
}
