// We consent no further than was consented to ourselves (spec/records.md, Passing on): what others shared with us first goes
// on to those it may go to, and by our word no further.

import { isCommon, originatorWords, readObject } from '@countersign/intel'
import { ok, type Result, refuse, utf8 } from '@countersign/log'
import type { ConsentBody, Statement } from '@countersign/record'
import { OBJECTS_PER_FOLD_MAX } from '@countersign/views'
import type { EngineParts } from '../engine-parts.ts'
import { readHouseRules } from '../releasing/house-rules.ts'

type Means = Pick<EngineParts, 'views' | 'giveWay' | 'around' | 'identity'>

/**
 * Refuses `release/originator` where an object among these takes the consent of others; `say/re` where there is none. The body
 * is that of an `intel/consent` that keeps its rules.
 */
export async function reachesSoFar(
  { body, re }: Pick<Statement, 'body' | 're'>,
  parts: Means,
): Promise<Result<undefined>> {
  const { agreement, objects, parties } = body as unknown as ConsentBody
  const common = await commonThere(agreement, parties, parts)
  if (!common.ok) return common
  let found = 0
  for (const [record, { origin, index }] of re.entries()) {
    const places = objects?.filter((one) => one.record === record)
    const isMeant = (part: number, position: number) =>
      places === undefined || places.some((one) => one.part === part && one.places.includes(position))
    let after = { part: 0, position: -1 }
    for (;;) {
      const some = parts.views.sharedInRecord(`${origin}#${index}`, after)
      const meant = some.filter(({ part, position }) => isMeant(part, position))
      const texts = meant.map(({ digest }) => parts.views.collectionText(digest) ?? '')
      const passages = await parts.views.passages(
        meant.map(({ id, version }, i) => ({ id, version, texts: () => [texts[i] ?? ''] })),
        { pact: agreement, to: parties },
      )
      for (const [i, { id }] of meant.entries()) {
        const object = readObject(utf8(texts[i] ?? ''))
        const whose = passages[i]?.lacking ?? []
        if (whose.length === 0 || (object.ok && isCommon(object.value, common.value))) continue
        return refuse('release/originator', `${id}: ${originatorWords(whose)} Nothing was consented to.`)
      }
      found += meant.length
      const last = some.at(-1)
      if (last === undefined || some.length < OBJECTS_PER_FOLD_MAX) break
      after = last
      await parts.giveWay()
    }
  }
  if (found > 0) return ok(undefined)
  return refuse('say/re', 'We share no object in these records any more, or at these places; nothing was consented to.')
}

/** What the house takes for common knowledge under that agreement with all of these; nothing where it may be anybody. */
async function commonThere(agreement: string | null, parties: string[] | null, { around, identity }: Means) {
  if (agreement === null || parties === null) return ok(undefined)
  const house = await readHouseRules(around.disk, identity.dir, { pact: agreement, us: identity.party, to: parties })
  return house.ok ? ok(house.value.terms.common) : refuse(house.code, house.message)
}
