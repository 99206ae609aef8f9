// The client names the shapes of the answers by itself, for it stands on the pure packages alone; the compiler holds them
// to what the node really answers.

import type * as client from '@countersign/client'
import type {
  Act,
  Approval,
  BalanceAnswer,
  CarriedIn,
  Discovered,
  FeedRow,
  KeyStatus,
  NewFeed,
  Node,
  NodeStatus,
  PullReport,
  PushReport,
  RuleChange,
  RulesChecked,
  RulesDraft,
  RulesLook,
  Shared,
  Tried,
  TriedSide,
  WaitingShare,
} from '@countersign/node'
import type * as views from '@countersign/views'
import { expectTypeOf, test } from 'vitest'

test('what the node answers is what its client expects', () => {
  expectTypeOf<views.RecordPage>().toExtend<client.RecordPage>()
  expectTypeOf<views.RecordDetail>().toExtend<Omit<client.RecordDetail, 'saidBy' | 'approvedBy' | 'goneBy'>>()
  expectTypeOf<views.ObjectPage>().toExtend<client.ObjectPage>()
  expectTypeOf<views.ObjectDetail>().toExtend<client.ObjectDetail>()
  expectTypeOf<views.ObjectGraph>().toExtend<client.ObjectGraph>()
  expectTypeOf<views.ObjectTimeline>().toExtend<client.ObjectTimeline>()
  expectTypeOf<views.ConflictSource>().toExtend<client.ConflictSource>()
  expectTypeOf<views.ConflictRow>().toExtend<client.ConflictPage['conflicts'][number]>()
  expectTypeOf<views.PactRow>().toExtend<client.PactRow>()
  expectTypeOf<NodeStatus>().toExtend<client.NodeStatus>()
  expectTypeOf<CarriedIn>().toExtend<client.CarriedIn>()
  expectTypeOf<KeyStatus>().toExtend<client.KeyStatus>()
  expectTypeOf<Approval>().toExtend<client.ApprovalRow>()
  expectTypeOf<WaitingShare>().toExtend<client.WaitingShare>()
  expectTypeOf<Tried>().toExtend<client.TriedShare>()
  expectTypeOf<Shared>().toExtend<client.ShareOutcome>()
  expectTypeOf<Omit<RulesLook, 'cases'>>().toExtend<Omit<client.RulesLook, 'cases'>>()
  expectTypeOf<RuleChange>().toExtend<client.RuleChange>()
  expectTypeOf<RulesChecked>().toExtend<client.RulesChecked>()
  expectTypeOf<RulesDraft>().toExtend<Omit<client.RulesDraft, 'cases'>>()
  expectTypeOf<TriedSide>().toExtend<client.TriedSide>()
  expectTypeOf<client.Act>().toExtend<Act>()
  expectTypeOf<BalanceAnswer>().toExtend<client.BalanceAnswer>()
  expectTypeOf<Discovered>().toExtend<client.Discovered>()
  expectTypeOf<FeedRow>().toExtend<client.FeedRow>()
  expectTypeOf<client.NewFeed>().toExtend<NewFeed>()
  expectTypeOf<PullReport>().toExtend<client.PullReport>()
  expectTypeOf<PushReport>().toExtend<client.PushReport>()
  type Content = Node['content']
  expectTypeOf<Awaited<ReturnType<Content['state']>>>().toExtend<client.ContentState | undefined>()
  type Destroyed = Extract<Awaited<ReturnType<Content['destroy']>>, { ok: true }>['value']
  expectTypeOf<Destroyed>().toExtend<client.DestroyAnswer>()
})
