import type { Speech } from './corpora.js'
import type { Example } from './labelled-examples.js'

export const eraLabels = ['before 1850', '1850-1909', '1910-1964', '1965-2021'] as const

/** A piece of a speech and the era that it is from, as an index into `eraLabels`. */
export interface EraPiece extends Example {
  readonly year: number
}

/** Words in a piece. */
export const pieceLength = 48

/**
 * The task: from 48 words of an address, tell its era. Pieces do not overlap; a speech's last words that fill no
 * piece are left out. Years divisible by 5 are held out, so that no speech is on both sides.
 */
export function eraPieces(speeches: readonly Speech[]): { train: EraPiece[]; heldOut: EraPiece[] } {
  const train: EraPiece[] = []
  const heldOut: EraPiece[] = []
  for (const { year, text } of speeches) {
    const words = text.split(/\s+/).filter((word) => word !== '')
    const target = year % 5 === 0 ? heldOut : train
    for (let start = 0; start + pieceLength <= words.length; start += pieceLength) {
      target.push({ text: words.slice(start, start + pieceLength).join(' '), label: eraOf(year), year })
    }
  }
  return { train, heldOut }
}

function eraOf(year: number): number {
  return year < 1850 ? 0 : year < 1910 ? 1 : year < 1965 ? 2 : 3
}
