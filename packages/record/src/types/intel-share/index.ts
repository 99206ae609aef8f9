import { z } from 'zod'
import { isFeedName } from '../../names.ts'
import { bundles, type RecordType } from '../record-type.ts'

/** Shares threat data: one or more STIX bundles, each sealed. A large share is said in several records. */
export const intelShare: RecordType = {
  name: 'intel/share',
  beforeForce: false,
  to: 'some',
  channel: 'main',
  body: z
    .strictObject({
      share: z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID'),
      piece: z.number().int().min(1).max(100_000),
      pieces: z.number().int().min(1).max(100_000),
      objects: z.number().int().min(1).max(1_000_000),
      feed: z.string().refine(isFeedName, 'the name of a feed').optional(),
    })
    .refine(({ piece, pieces }) => piece <= pieces, 'piece ≤ pieces'),
  checkParts: bundles,
  answers: 'any',
  example: { share: '0195f3a0-7c11-7abc-8def-0123456789ab', piece: 1, pieces: 1, objects: 25 },
  words: { en: 'Threat data shared', ru: 'Переданы данные об угрозах', zh: '共享威胁数据' },
}
