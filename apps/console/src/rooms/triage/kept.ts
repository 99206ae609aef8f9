// Verdicts that were given and not told, and ids of those that were told and wait to leave: kept in this tab for the officer
// who gave them, so that leaving the room or loading the page anew loses nothing.

import { useEffect, useState } from 'react'
import { fromText, toText, type Verdicts } from './verdicts.ts'

export interface Kept {
  verdicts: Verdicts
  change: (to: (before: Verdicts) => Verdicts) => void
  /** Told, and kept here until a second person or the log lets it leave. */
  waiting: ReadonlySet<string>
  setWaiting: (to: (before: ReadonlySet<string>) => ReadonlySet<string>) => void
}

export function useKept(officer: string, pact: string): Kept {
  const place = `countersign.triage ${officer} ${pact}`
  const [verdicts, change] = useState(() => fromText(read(place)))
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(() => idsIn(read(`${place} waiting`)))
  useEffect(() => write(place, verdicts.given.size === 0 ? undefined : toText(verdicts)), [place, verdicts])
  useEffect(
    () => write(`${place} waiting`, waiting.size === 0 ? undefined : JSON.stringify([...waiting])),
    [place, waiting],
  )
  return { verdicts, change, waiting, setWaiting }
}

function idsIn(text: string | null): ReadonlySet<string> {
  try {
    const read: unknown = JSON.parse(text ?? '[]')
    return new Set(Array.isArray(read) ? read.filter((one): one is string => typeof one === 'string') : [])
  } catch {
    return new Set()
  }
}

function read(place: string): string | null {
  return sessionStorage.getItem(place)
}

/** A browser may have no room, or keep nothing: then it lives as long as the page. */
function write(place: string, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(place)
    else sessionStorage.setItem(place, text)
  } catch {}
}
