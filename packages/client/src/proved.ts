// What one’s own node says of a record, not believed but verified here.

import { ok } from '@countersign/log'
import type { Card } from '@countersign/record'
import type { Answer } from './calls.ts'
import type { NodeClient } from './node-client.ts'
import { type Report, verifyEvidence } from './verify-evidence.ts'

/** Fetches the evidence of `origin#index` and verifies it against the cards that the caller trusts. */
export async function provedRecord(client: NodeClient, ref: string, trusted: readonly Card[]): Promise<Answer<Report>> {
  const evidence = await client.evidence(ref, {})
  return evidence.ok ? ok(verifyEvidence(evidence.value, trusted)) : evidence
}
