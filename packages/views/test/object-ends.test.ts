// What a relationship in the list is called: by both its ends, as far as they are shown here.

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ListedObject, Views } from '../src/index.ts'
import { foldShared, inForceViews, object, type Said, takeBack } from './sharing.ts'
import { ALFA, BRAVO } from './two-parties.ts'

let views: Views
beforeEach(async () => {
  views = await inForceViews()
})
afterEach(() => views.close())

const relates = (n: number, from: string, to: string) =>
  object('relationship', n, { relationship_type: 'indicates', source_ref: from, target_ref: to })
const share = (objects: Said[], record = `${ALFA}#2`) => foldShared(views, objects, record)
async function endsOf({ id }: Said): Promise<ListedObject['ends'] | undefined> {
  const page = await views.objects({})
  if (!page.ok) throw new Error(page.message)
  return page.value.objects.find((row) => row.id === id)?.ends
}

const indicator = object('indicator', 1, { name: 'Command host' })
const malware = object('malware', 2, { name: 'LanternDoor' })
const indicates = relates(3, indicator.id, malware.id)

test('a relationship names both its ends, and what is none has none', async () => {
  await share([indicator, malware, indicates])
  expect(await endsOf(indicates)).toEqual({
    from: { id: indicator.id, name: 'Command host' },
    to: { id: malware.id, name: 'LanternDoor' },
  })
  expect(await endsOf(malware)).toBeNull()
})

test('an end that is not held, or was taken back, stands by its id alone', async () => {
  const missing = relates(4, 'tool--00000000-0000-4000-8000-000000000009', indicator.id)
  await share([indicator, indicates, missing])
  await share([malware], `${BRAVO}#2`)
  expect(await endsOf(indicates)).toMatchObject({ to: { id: malware.id, name: 'LanternDoor' } })
  await takeBack(views)
  expect(await endsOf(indicates)).toMatchObject({ to: { id: malware.id, name: null } })
  expect(await endsOf(missing)).toMatchObject({ from: { name: null }, to: { name: 'Command host' } })
})

test('of several versions the newest gives the name', async () => {
  const later = object('malware', 2, { name: 'LanternDoor 2', modified: '2027-01-01T00:00:00.000Z' })
  await share([indicator, malware, later, indicates])
  expect(await endsOf(indicates)).toMatchObject({ to: { name: 'LanternDoor 2' } })
})
