// Where a dialogue lives while it is open: beside the page and not in it. What it was opened from may be gone before the
// officer has read what came of the act: an alarm that two have acknowledged, a request that was confirmed.

import { createContext, type ReactNode, useContext, useState } from 'react'

type Make = (onClose: () => void) => ReactNode

const Opening = createContext<(make: Make) => void>(() => {})

/** Opens a dialogue with what it is told now; one at a time. */
export function useDialogs(): (make: Make) => void {
  return useContext(Opening)
}

export function DialogHost({ children }: { children: ReactNode }) {
  const [make, setMake] = useState<Make>()
  return (
    <Opening value={(next) => setMake(() => next)}>
      {children}
      {make?.(() => setMake(undefined))}
    </Opening>
  )
}
