// The door to a node that no process runs: its folder is opened here for as long as the command takes.

import type { ShareInput } from '@countersign/client'
import type { ExportWhich } from '@countersign/http'
import { ok, refuse, utf8 } from '@countersign/log'
import {
  Node,
  realSurroundings,
  type SayRequest,
  type ShareRequest,
  type ShareResult,
  type Surroundings,
} from '@countersign/node'
import type { Door } from './door.ts'
import { must } from './output.ts'
import { keyPassphrase } from './passphrase.ts'

/** Surroundings without a network, for what must not depend on one. */
export function noNetwork(): Surroundings {
  const fetch = () => Promise.reject(new Error('This command uses no network.'))
  return { ...realSurroundings(), fetch }
}

/** Ends the command where there is no node in `dir`, or none that opens. */
export async function openHere(dir: string, around = realSurroundings()): Promise<Door> {
  const node = must(await Node.open(dir, around, await keyPassphrase(dir)))
  return {
    async records(query) {
      await node.settled()
      const { limit, ...rest } = query
      return node.views.records({ ...rest, ...(limit === undefined ? {} : { limit: Number(limit) }) })
    },
    async record(ref) {
      await node.settled()
      const detail = await node.views.record(ref)
      return detail === undefined ? refuse('not-found/record', 'This record is not held here.') : ok(detail)
    },
    async exportLook(which) {
      await node.settled()
      const { exportLook } = await import('@countersign/http')
      return exportLook(node, which as ExportWhich)
    },
    async exportObjects({ form, marking, confirmed, ...which }) {
      await node.settled()
      const { exported } = await import('@countersign/http')
      const asked = { form, marking, ...(confirmed === undefined ? {} : { confirmed }) }
      const given = await exported(node, which as ExportWhich, asked)
      return given.ok ? ok(Buffer.concat([...given.value].map(utf8))) : given
    },
    async object(id) {
      await node.settled()
      const detail = await node.views.object(id)
      return detail === undefined ? refuse('not-found/object', 'This object is not held here.') : ok(detail)
    },
    async conflicts({ limit, ...rest }) {
      await node.settled()
      return node.views.conflicts({ ...rest, ...(limit === undefined ? {} : { limit: Number(limit) }) })
    },
    async conflictSources() {
      await node.settled()
      return ok(await node.views.conflictSources())
    },
    async pacts() {
      await node.settled()
      return ok(await node.views.pacts())
    },
    status: async () => ok(await node.status()),
    async contentState(ref) {
      await node.settled()
      const state = await node.content.state(ref)
      return state === undefined ? refuse('not-found/record', 'This record is not held here.') : ok(state)
    },
    async destroy(record, reason, account) {
      await ready(node)
      return node.content.destroy({ record, reason, account })
    },
    takeBack: (record) => node.content.takeBack(record),
    async hold(record, reason, account) {
      await ready(node)
      return node.content.hold({ record, reason, account })
    },
    async lift(record, account) {
      await ready(node)
      return node.content.lift(record, account)
    },
    async evidence(ref, options) {
      // What answers what, the views say.
      if (options.exchange) await node.settled()
      return node.evidence(ref, options)
    },
    async say(input, account) {
      await ready(node)
      return node.say({ ...input, account } as SayRequest)
    },
    async share(input, account, bytes, progress) {
      await ready(node)
      const shared: ShareResult = await node.share(shareOf(input, account, bytes, progress))
      return shared
    },
    async revoke(input, account) {
      await ready(node)
      return node.revoke({ ...input, account })
    },
    async consent(input, account) {
      await ready(node)
      return node.consent({ ...input, account })
    },
    async retract(input, account) {
      await ready(node)
      return node.retract({ ...input, account })
    },
    consents: async (pact) => ok(node.views.consents(pact)),
    async giveFeedback({ stix, ...input }, account) {
      await ready(node)
      const given = await node.giveFeedback({ ...input, account, ...(stix === undefined ? {} : { stix: utf8(stix) }) })
      return given.ok ? ok({ ...given.value, redacted: [...given.value.redacted] }) : given
    },
    async feedback({ limit, ...rest }) {
      await node.settled()
      return node.views.feedback({ ...rest, ...(limit === undefined ? {} : { limit: Number(limit) }) })
    },
    rounds: (pact) => node.rounds.list(pact),
    round: (place) => node.rounds.look(place),
    setRound: (place, terms) => node.rounds.set(place, terms),
    addToRound: (place, bytes, account) => node.rounds.add(place, bytes, account),
    chooseInRound: (place, which, out, account) => node.rounds.choose(place, which, out, account),
    async tryRound(place) {
      const tried = await node.rounds.tryOut(place)
      return tried.ok ? ok({ ...tried.value, refusals: [...tried.value.refusals] }) : tried
    },
    async sayRound(place, looked, account) {
      await ready(node)
      const said: ShareResult = await node.sayRound(place, { account, looked })
      return said as Awaited<ReturnType<Door['sayRound']>>
    },
    skipRound: (place, reason, by) => node.rounds.skip(place, { by, ...(reason === undefined ? {} : { reason }) }),
    async triageList({ types, all, limit, ...scope }) {
      await node.settled()
      return node.triageList({
        ...{ ...scope, all: all === '1' },
        ...(types === undefined ? {} : { types: types.split(',') }),
        ...(limit === undefined ? {} : { limit: Number(limit) }),
      })
    },
    async triage(input, account) {
      await ready(node)
      await node.settled()
      const triaged = await node.triage({ ...input, account })
      return triaged.ok ? ok({ ...triaged.value, redacted: [...triaged.value.redacted] }) : triaged
    },
    async tryShare(input, bytes, progress) {
      const tried = await node.tryShare(shareOf(input, '', bytes, progress))
      return tried.ok ? ok({ ...tried.value, refusals: [...tried.value.refusals] }) : tried
    },
    // Who may change them is asked of no one here.
    rules: (scope) => node.rules.look(scope, 0),
    trust: (card) => node.trust(card),
    propose: (yaml) => node.proposePact(yaml),
    keyStatus: async () => ok(await node.keyStatus()),
    async rotateKeys(asked) {
      await ready(node)
      return node.rotateKeys(asked)
    },
    async acceptKeys(file) {
      await ready(node)
      return node.acceptKeys(file)
    },
    async takeNotice(file) {
      await ready(node)
      return node.takeNotice(file)
    },
    sign: (what) => node.signPact(what),
    carryIn: (from, pact, progress) => node.carryIn(from, { ...(pact === undefined ? {} : { pact }), progress }),
    feeds: async () => ok(await node.feeds.list()),
    addFeed: (feed) => node.feeds.add(feed),
    balance: (asked) => node.balance(asked),
    discoverFeeds: (url, credential) => node.feeds.discover({ url, credential }),
    removeFeed: (name) => node.feeds.remove(name),
    pauseFeed: (name, paused) => node.feeds.pause(name, paused),
    setFeedCredential: (name, credential) => node.feeds.setCredential(name, credential),
    async pullFeed(name, now) {
      await ready(node)
      return node.feeds.pull(name, { now })
    },
    pushFeedByItself: (name, what) => node.feeds.pushByItself(name, what),
    async pushFeed({ name, tlp: upTo, pact }, bytes) {
      await node.settled()
      if (pact !== undefined) return node.feeds.push(name, { upTo, pact })
      return node.feeds.push(name, { upTo, input: bytes ?? new ReadableStream() })
    },
    close: () => node.stop(),
  }
}

function shareOf(
  input: ShareInput,
  account: string,
  bytes: ReadableStream<Uint8Array>,
  progress: (done: number, total: number) => void,
): ShareRequest {
  const told = (_stage: string, done: number, total: number) => progress(done, total)
  return { ...input, account, input: bytes, progress: told } as ShareRequest
}

/** Gives the start-up check its time: a node that was just opened may not sign before its peers were asked. */
async function ready(node: Node): Promise<void> {
  const until = Date.now() + READY_MS_MAX
  while (!node.health().ready && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
  await node.settled()
}

const READY_MS_MAX = 15_000
