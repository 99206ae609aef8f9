/** The predefined extensions of files (sections 6.7.2 to 6.7.5): archives, NTFS, PDF, raster images. */

import { z } from 'zod'
import { hashes } from '../hashes.ts'
import { atLeastOne } from '../object-type.ts'
import { dictionary, flag, integer, integerOrTextValues, list, text, textValues } from '../property-types.ts'
import { referenceTo } from '../references.ts'

/** Section 6.7.2. */
const archive = z.object({
  contains_refs: list(referenceTo('6.7.2.1', 'file', 'directory')),
  comment: text.optional(),
})

/** Section 6.7.3.2. */
const alternateDataStream = z.object({
  name: text,
  hashes: hashes.optional(),
  size: integer({ min: 0, section: '6.7.3.2' }).optional(),
})

/** Section 6.7.3. */
const ntfs = z
  .object({ sid: text.optional(), alternate_data_streams: list(alternateDataStream).optional() })
  .check(atLeastOne(['sid', 'alternate_data_streams'], '6.7.3'))

/** Section 6.7.4. */
const pdfShape = {
  version: text.optional(),
  is_optimized: flag.optional(),
  document_info_dict: dictionary(textValues('6.7.4.1')).optional(),
  pdfid0: text.optional(),
  pdfid1: text.optional(),
}
const pdf = z.object(pdfShape).check(atLeastOne(Object.keys(pdfShape), '6.7.4'))

/** Section 6.7.5. */
const rasterImageShape = {
  image_height: integer().optional(),
  image_width: integer().optional(),
  bits_per_pixel: integer().optional(),
  exif_tags: dictionary(integerOrTextValues('6.7.5.1')).optional(),
}
const rasterImage = z.object(rasterImageShape).check(atLeastOne(Object.keys(rasterImageShape), '6.7.5'))

export const FILE_EXTENSIONS = {
  'archive-ext': archive,
  'ntfs-ext': ntfs,
  'pdf-ext': pdf,
  'raster-image-ext': rasterImage,
}
