// Every change of the tables, in order. A migration that is out is never edited; a new one goes into a file of its own
// beside the others and is named here. One that changes what folding yields also empties the tables, for
// the views are then folded again from the logs.

import type { Migration } from 'kysely/migration'
import * as first from './0001-records-and-objects.ts'
import * as force from './0002-force.ts'
import * as destruction from './0003-destruction.ts'
import * as keys from './0004-keys.ts'
import * as succession from './0005-succession.ts'
import * as witnesses from './0006-witnesses.ts'
import * as splits from './0007-splits.ts'
import * as beside from './0008-logs-beside.ts'
import * as afterSplits from './0009-after-splits.ts'
import * as named from './0010-named-receipts.ts'
import * as remarks from './0011-object-remarks.ts'
import * as removedHere from './0012-removed-here.ts'
import * as sameContent from './0013-same-content.ts'
import * as takingBack from './0014-taking-back.ts'
import * as feedback from './0015-feedback.ts'
import * as deposits from './0016-deposits.ts'
import * as search from './0017-search.ts'
import * as consents from './0018-consents.ts'
import * as sharedOnce from './0019-shared-once.ts'
import * as searchPieces from './0020-search-pieces.ts'

export const migrations: Record<string, Migration> = {
  '0001-records-and-objects': first,
  '0002-force': force,
  '0003-destruction': destruction,
  '0004-keys': keys,
  '0005-succession': succession,
  '0006-witnesses': witnesses,
  '0007-splits': splits,
  '0008-logs-beside': beside,
  '0009-after-splits': afterSplits,
  '0010-named-receipts': named,
  '0011-object-remarks': remarks,
  '0012-removed-here': removedHere,
  '0013-same-content': sameContent,
  '0014-taking-back': takingBack,
  '0015-feedback': feedback,
  '0016-deposits': deposits,
  '0017-search': search,
  '0018-consents': consents,
  '0019-shared-once': sharedOnce,
  '0020-search-pieces': searchPieces,
}
