// Which kind of evidence a file is (spec/evidence.md, Telling files apart): by the name of its first member, which in
// canonical JSON is always the same one for each kind. So a file of any size is told apart before any of it is read.

export type EvidenceKind = 'record' | 'exchange' | 'fork' | 'log-fork'

const FIRST_MEMBER: Record<EvidenceKind, string> = {
  record: '{"agreement":',
  exchange: '{"agreements":',
  fork: '{"cards":',
  'log-fork': '{"consistency":',
}

/** Undefined for what is none of them; the verifier of a record then says what is wrong with it. */
export function evidenceKind(bytes: Uint8Array): EvidenceKind | undefined {
  const kinds: EvidenceKind[] = ['record', 'exchange', 'fork', 'log-fork']
  return kinds.find((kind) => {
    const start = FIRST_MEMBER[kind]
    return bytes.length >= start.length && [...start].every((character, i) => bytes[i] === character.charCodeAt(0))
  })
}
