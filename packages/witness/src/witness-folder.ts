// The folder of a witness: `policy` (C2SP tlog-policy: its `log` lines are the logs that are cosigned), `private/keys`
// (readable by its owner alone, or under a passphrase), `vkeys` (for others), `logs/` (what was cosigned last), `evidence/` (forks).

import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeyStore, keysAreProtected, nodeDisk } from '@countersign/ledger'
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
  parseVerifierKey,
  type Result,
  refuse,
  type SignerPair,
  toBase64,
  type VerifierKey,
} from '@countersign/log'
import { statesFolder } from './cosigned-state.ts'

/** In its key store: JSON of its name and both seeds, base64. */
const KEY_FILE = 'witness.json'

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

/** Makes keys, under a passphrase where one is given, and an example policy. Refuses where a witness is there already. */
export async function initWitness(
  dir: string,
  name: string,
  random: (bytes: number) => Uint8Array,
  passphrase?: string,
): Promise<Result<WitnessIdentity>> {
  if (!isKeyName(name) || /\p{Cc}/u.test(name)) {
    return refuse(
      'witness/name',
      `“${name}” cannot name a witness; take a URL without its scheme, such as witness.example/w1: no space, no plus, at most 255 bytes.`,
    )
  }
  if (hasKeys(dir))
    return refuse('witness/exists', `There is a witness in ${dir} already; its keys are kept. Choose another folder.`)
  mkdirSync(join(dir, 'private'), { recursive: true, mode: 0o700 })
  chmodSync(join(dir, 'private'), 0o700)
  mkdirSync(statesFolder(dir), { recursive: true })
  const seeds = { v: 1, name, ed25519: toBase64(random(32)), mldsa44: toBase64(random(32)) }
  const store = KeyStore.create(dir, passphrase)
  await store.add({ [KEY_FILE]: `${JSON.stringify(seeds)}\n` })
  const identity = identityIn(store)
  writeVkeys(dir, identity)
  if (!existsSync(policyFile(dir))) writeFileSync(policyFile(dir), EXAMPLE_POLICY, { flush: true })
  const disk = nodeDisk()
  for (const folder of [join(dir, 'private'), dir]) await disk.syncFolder(folder)
  return ok(identity)
}

/**
 * Refuses `witness/none`, and `keys/passphrase-needed`, `keys/passphrase-wrong` and `keys/damaged` where the keys do not
 * open; nothing is changed then.
 */
export async function loadWitness(dir: string, passphrase?: string): Promise<Result<WitnessIdentity>> {
  const store = await openWitnessKeys(dir, passphrase)
  if (!store.ok) return store
  const identity = identityIn(store.value)
  // An init that ended half-way.
  if (!existsSync(vkeysFile(dir))) writeVkeys(dir, identity)
  return ok(identity)
}

/** The store of its keys, to put them under a passphrase or in the clear: by whoever holds `lockFile`. */
export async function openWitnessKeys(dir: string, passphrase?: string): Promise<Result<KeyStore>> {
  if (!hasKeys(dir)) return noWitness(dir)
  if (!keysAreProtected(dir)) takeUpEarlierKeys(dir)
  return KeyStore.open(dir, passphrase)
}

/** Its name and public keys, for which no private key is opened: what `vkeys` says. Refuses `witness/none`. */
export function publicWitness(dir: string): Result<Omit<WitnessIdentity, 'signers'>> {
  if (!existsSync(vkeysFile(dir))) return noWitness(dir)
  const keys: VerifierKey[] = []
  for (const line of readFileSync(vkeysFile(dir), 'utf8').trimEnd().split('\n')) {
    const key = parseVerifierKey(line)
    if (!key.ok) return refuse(key.code, `${vkeysFile(dir)}: ${key.message} Put back a copy of it.`)
    keys.push(key.value)
  }
  return ok({ name: keys[0]?.name ?? '', keys })
}

/** Before keys were kept as those of a node are, they stood in one file. */
function earlierKeyFile(dir: string): string {
  return join(dir, 'private', 'keys.json')
}

/** Moved at once or not at all. */
function takeUpEarlierKeys(dir: string): void {
  const folder = join(dir, 'private', 'keys')
  if (!existsSync(earlierKeyFile(dir)) || existsSync(join(folder, KEY_FILE))) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  renameSync(earlierKeyFile(dir), join(folder, KEY_FILE))
}

function hasKeys(dir: string): boolean {
  return keysAreProtected(dir) || existsSync(join(dir, 'private', 'keys', KEY_FILE)) || existsSync(earlierKeyFile(dir))
}

function noWitness(dir: string) {
  return refuse(
    'witness/none',
    `There is no witness in ${dir}; make one: countersign witness init --dir ${dir} --name witness.example/w1`,
  )
}

function writeVkeys(dir: string, { keys }: WitnessIdentity): void {
  writeFileSync(vkeysFile(dir), keys.map((key) => `${formatVerifierKey(key)}\n`).join(''), { flush: true })
}

function vkeysFile(dir: string): string {
  return join(dir, 'vkeys')
}

function identityIn(store: KeyStore): WitnessIdentity {
  const { name, ...seeds }: Record<string, unknown> = JSON.parse(store.read(KEY_FILE) ?? '{}')
  if (typeof name !== 'string' || !isKeyName(name)) throw new Error('The keys of the witness hold no name of one.')
  const signers = {
    ed25519: ed25519.signer(seedOf(seeds.ed25519)),
    mldsa44: mldsa44.signer(seedOf(seeds.mldsa44)),
  }
  const keys = cosignerKeys(name, { ed25519: signers.ed25519.publicKey, mldsa44: signers.mldsa44.publicKey })
  return { name, signers, keys }
}

function seedOf(written: unknown): Uint8Array {
  const bytes = typeof written === 'string' ? fromBase64(written) : undefined
  if (bytes?.length !== 32) throw new Error('The keys of the witness are no two seeds of 32 bytes.')
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
