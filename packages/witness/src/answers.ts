// What a witness answers, as it goes over HTTP.

import { LIMITS } from './limits.ts'

export interface HttpAnswer {
  status: number
  contentType: string
  body: string
  retryAfter?: number
}

export const TEXT = 'text/plain; charset=utf-8'

/** The state of the log is not known, or the disk kept nothing. */
export function stopped(): HttpAnswer {
  return {
    status: 500,
    contentType: TEXT,
    body: 'This log is not cosigned any more; the log of the witness says why.\n',
  }
}

export function busy(message: string): HttpAnswer {
  return { status: 503, contentType: TEXT, body: `${message}\n`, retryAfter: LIMITS.retryAfterSeconds }
}

export function tooMany(): HttpAnswer {
  return busy('The witness has too many requests for this log; come again.')
}

/** What an unverified request says of itself, for the log: cut, and escaped by whoever writes it. */
export function claimedOrigin(body: Uint8Array): string | undefined {
  const text = Buffer.from(body.subarray(0, 8_192)).toString('utf8')
  return text.split('\n\n')[1]?.split('\n')[0]?.slice(0, LIMITS.loggedChars)
}
