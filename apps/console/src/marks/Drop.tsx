// A place where files are dropped, or chosen with the keyboard.

import { type DragEvent, useState } from 'react'

interface DropProps {
  words: string
  /** Said of files that hover over the page elsewhere. */
  isOver?: boolean
  choose: (files: FileList | null) => void
}

export function Drop({ words, isOver = false, choose }: DropProps) {
  const [over, setOver] = useState(false)
  const drag = (is: boolean) => (event: DragEvent) => {
    event.preventDefault()
    setOver(is)
  }
  return (
    <label
      className="drop"
      data-over={over || isOver}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event) => {
        drag(false)(event)
        event.stopPropagation()
        choose(event.dataTransfer.files)
      }}
    >
      <span>{words}</span>
      <input
        type="file"
        multiple
        onChange={(event) => {
          choose(event.currentTarget.files)
          // The same file may be chosen again once it was mended.
          event.currentTarget.value = ''
        }}
      />
    </label>
  )
}
