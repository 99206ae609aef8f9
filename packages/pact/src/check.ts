// What a party should know before it signs: not faults of form, but what the agreement will not be able to do.

import type { Agreement } from './agreement.ts'
import { depositaryOf } from './members.ts'
import { witnessesFor } from './witnessed.ts'

export interface Warning {
  code: string
  message: string
}

export function checkAgreement(agreement: Agreement, nowMs: number): Warning[] {
  const warnings: Warning[] = []
  const warn = (code: string, message: string) => warnings.push({ code, message })
  if (agreement.neutrals.length === 0) {
    warn(
      'pact/no-neutral',
      'There is no neutral: whether a deadline was missed can never be computed, and each word on time stands alone.',
    )
  } else if (depositaryOf(agreement) === undefined) {
    warn(
      'pact/no-depositary',
      'There is no depositary: a record that the other side does not receipt stays unproven and blames neither.',
    )
  }
  const operators = new Set(agreement.neutrals.map(({ operator }) => operator))
  if (operators.size < agreement.quorum) {
    warn(
      'pact/quorum',
      `The quorum asks for ${agreement.quorum} operators and the neutrals have ${operators.size}: no lower bound of time can ever be reached.`,
    )
  }
  const parties = new Set(agreement.parties.map(({ party }) => party))
  for (const { party, operator } of agreement.neutrals) {
    if (parties.has(operator)) warn('pact/operator', `The neutral ${party} is run by ${operator}, who is a party.`)
  }
  for (const { party } of agreement.parties) {
    const { witnesses } = agreement
    if (witnesses === undefined) break
    const operators = new Set(witnessesFor(agreement, party).map(({ operator }) => operator))
    if (operators.size < witnesses.quorum) {
      const message = `No record of ${party} can ever count as witnessed: too few witnesses are run by others.`
      warn('pact/witness-quorum', message)
    }
  }
  if (Date.parse(agreement.offer.expires) <= nowMs)
    warn('pact/expired', 'The offer has expired: the agreement cannot enter into force any more.')
  if (agreement.term.until !== null && Date.parse(agreement.term.until) <= nowMs)
    warn('pact/term-over', 'The term is over already.')
  return warnings
}
