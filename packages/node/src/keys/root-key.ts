// A root key in a file of its own, made and used on a machine that is connected to nothing. It signs cards and notices
// and nothing else (spec/keys.md). Its public half is a file beside it, to be carried to whoever makes the card. Under a
// passphrase the private file is one of age, as a node's keys are.

import { openWithPassphrase, sealWithPassphrase } from '@countersign/ledger'
import { ed25519, fromBase64, mldsa44, ok, type Result, refuse, toBase64, utf8 } from '@countersign/log'
import { publicOf, type SignerPair } from '@countersign/record'

export interface RootPublicKey {
  ed25519: string
  mldsa44: string
}

/** The private file, and the public one. */
export async function makeRootKey(
  random: (bytes: number) => Uint8Array,
  passphrase: string | undefined,
): Promise<{ secret: Uint8Array; public: Uint8Array }> {
  const seeds = { ed25519: random(32), mldsa44: random(32) }
  const pair = { ed25519: ed25519.signer(seeds.ed25519), mldsa44: mldsa44.signer(seeds.mldsa44) }
  const text = { v: 1, rootSecret: { ed25519: toBase64(seeds.ed25519), mldsa44: toBase64(seeds.mldsa44) } }
  const secret = utf8(`${JSON.stringify(text)}\n`)
  return {
    secret: passphrase === undefined ? secret : await sealWithPassphrase(secret, passphrase),
    public: utf8(`${JSON.stringify({ v: 1, root: publicOf(pair) })}\n`),
  }
}

/** Whether the file is under a passphrase. */
export function rootKeyIsProtected(file: Uint8Array): boolean {
  return new TextDecoder().decode(file.subarray(0, 21)) === 'age-encryption.org/v1'
}

export async function openRootKey(file: Uint8Array, passphrase: string | undefined): Promise<Result<SignerPair>> {
  let text = file
  if (rootKeyIsProtected(file)) {
    if (passphrase === undefined) {
      return refuse('root/passphrase-needed', 'This root key is under a passphrase; give it with --passphrase-fd.')
    }
    const opened = await openWithPassphrase(file, passphrase)
    if (!opened.ok && opened.code === 'age/passphrase') {
      return refuse('root/passphrase-wrong', 'This passphrase does not open the root key; nothing was signed.')
    }
    if (!opened.ok) return refuse('root/damaged', 'The root key is damaged; use a copy of it. Nothing was signed.')
    text = opened.value
  }
  const seeds = member(text, 'rootSecret')
  const [classic, quantum] = [fromBase64(seeds?.ed25519 ?? ''), fromBase64(seeds?.mldsa44 ?? '')]
  if (classic?.length !== 32 || quantum?.length !== 32) {
    return refuse('root/form', 'This is no root key; give the file that “countersign root make” wrote.')
  }
  return ok({ ed25519: ed25519.signer(classic), mldsa44: mldsa44.signer(quantum) })
}

export function parseRootPublicKey(file: Uint8Array): Result<RootPublicKey> {
  const root = member(file, 'root')
  if (fromBase64(root?.ed25519 ?? '')?.length !== 32 || fromBase64(root?.mldsa44 ?? '')?.length !== 1_312) {
    return refuse('root/form', 'This is no public root key; give the .pub file that “countersign root make” wrote.')
  }
  return ok({ ed25519: root?.ed25519 ?? '', mldsa44: root?.mldsa44 ?? '' })
}

function member(file: Uint8Array, name: string): Partial<RootPublicKey> | undefined {
  try {
    const parsed: Record<string, unknown> = JSON.parse(new TextDecoder().decode(file))
    const found = parsed[name]
    if (typeof found !== 'object' || found === null) return undefined
    const { ed25519: classic, mldsa44: quantum } = found as Record<string, unknown>
    return {
      ...(typeof classic === 'string' ? { ed25519: classic } : {}),
      ...(typeof quantum === 'string' ? { mldsa44: quantum } : {}),
    }
  } catch {
    return undefined
  }
}
