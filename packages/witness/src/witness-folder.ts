// The folder of a witness: `policy` (C2SP tlog-policy: its `log` lines are the logs that are cosigned), `private/keys.json`
// (readable by its owner alone), `vkeys` (for others), `logs/` (what was cosigned last), `evidence/` (forks).

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeDisk } from '@countersign/ledger'
import {
  cosignerKeys,
  ed25519,
  formatVerifierKey,
  fromBase64,
  isKeyName,
  mldsa44,
  ok,
  type Policy,
  parsePolicy,
  type Result,
  refuse,
  type SignerPair,
  toBase64,
  type VerifierKey,
} from '@countersign/log'
import { statesFolder } from './cosigned-state.ts'

export interface WitnessIdentity {
  name: string
  signers: SignerPair
  /** Type 04 and type 06, to be given to logs and to those who rely on the witness. */
  keys: VerifierKey[]
}

export function policyFile(dir: string): string {
  return join(dir, 'policy')
}

/** C2SP tlog-policy, but that one key may stand for several logs: a party here signs all its logs with one key. */
export function readPolicy(bytes: Uint8Array): Result<Policy> {
  return parsePolicy(bytes, { sharedLogKeys: true })
}

export function lockFile(dir: string): string {
  return join(dir, 'private', 'lock')
}

/** Makes keys and an example policy. Refuses where a witness is there already: keys are never overwritten. */
export async function initWitness(
  dir: string,
  name: string,
  random: (bytes: number) => Uint8Array,
): Promise<Result<WitnessIdentity>> {
  if (!isKeyName(name) || /\p{Cc}/u.test(name)) {
    return refuse(
      'witness/name',
      `“${name}” cannot name a witness; take a URL without its scheme, such as witness.example/w1: no space, no plus, at most 255 bytes.`,
    )
  }
  if (existsSync(keyFile(dir)))
    return refuse('witness/exists', `There is a witness in ${dir} already; its keys are kept. Choose another folder.`)
  mkdirSync(join(dir, 'private'), { recursive: true, mode: 0o700 })
  chmodSync(join(dir, 'private'), 0o700)
  mkdirSync(statesFolder(dir), { recursive: true })
  const seeds = { v: 1, name, ed25519: toBase64(random(32)), mldsa44: toBase64(random(32)) }
  writeFileSync(keyFile(dir), `${JSON.stringify(seeds)}\n`, { mode: 0o600, flag: 'wx', flush: true })
  const identity = loadWitness(dir)
  if (!identity.ok) return identity
  writeFileSync(join(dir, 'vkeys'), identity.value.keys.map((key) => `${formatVerifierKey(key)}\n`).join(''))
  if (!existsSync(policyFile(dir))) writeFileSync(policyFile(dir), EXAMPLE_POLICY, { flush: true })
  const disk = nodeDisk()
  for (const folder of [join(dir, 'private'), dir]) await disk.syncFolder(folder)
  return identity
}

export function loadWitness(dir: string): Result<WitnessIdentity> {
  if (!existsSync(keyFile(dir))) {
    return refuse(
      'witness/none',
      `There is no witness in ${dir}; make one: countersign witness init --dir ${dir} --name witness.example/w1`,
    )
  }
  const { name, ...seeds }: Record<string, unknown> = JSON.parse(readFileSync(keyFile(dir), 'utf8'))
  if (typeof name !== 'string' || !isKeyName(name)) throw new Error('private/keys.json holds no name of a witness.')
  const signers = {
    ed25519: ed25519.signer(seedOf(seeds.ed25519)),
    mldsa44: mldsa44.signer(seedOf(seeds.mldsa44)),
  }
  const keys = cosignerKeys(name, { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey })
  return ok({ name, signers, keys })
}

function keyFile(dir: string): string {
  return join(dir, 'private', 'keys.json')
}

function seedOf(written: unknown): Uint8Array {
  const bytes = typeof written === 'string' ? fromBase64(written) : undefined
  if (bytes?.length !== 32) throw new Error('private/keys.json holds no two seeds of 32 bytes.')
  return bytes
}

const EXAMPLE_POLICY = `# The logs that this witness cosigns, a line each (C2SP tlog-policy). A change is taken up within a second.
#
# log <verifier key of the log, named as its origin> [<url>]
#
# Such as, with the keys that the log’s operator gave you and that you compared by another way:
# log log.example/one+0a1b2c3d+AQ… https://log.example/one/
# log log.example/one+4e5f6a7b+Bg…
#
# Where a log signs with two keys, Ed25519 (AQ…) and ML-DSA-44 (Bg…), list both: what is kept as evidence of a fork has
# the lines of listed keys alone.

# A witness asks nobody to cosign before it does.
quorum none
`
